import { expect } from 'chai';
import { compilePolicies } from '../../../src/policy/compile-policies.ts';
import { attempt, meshWorld, object } from './mesh-world.ts';

function explain(objects: string[], path: string, steps?: number[]) {
	return compilePolicies(objects.map(object), meshWorld(), steps).explain(attempt(path));
}

const strict = 'PA shop/default mtls: {mode: STRICT}';

describe('why a mesh lets something through, or not', () => {
	it('names the object and the field that decide', () => {
		const because = (objects: string[], path: string) => explain(objects, path).prediction.because.join('; ');
		expect(because([strict], 'plaintext naked→web:8080')).to.equal(
			'mesh: PeerAuthentication shop/default (spec.mtls.mode: STRICT): web takes no plaintext on port 8080',
		);
		const exception = 'PA shop/web selector: {matchLabels: {app: web}}, portLevelMtls: {8080: {mode: DISABLE}}';
		expect(because([strict, exception], 'plaintext naked→web:8080')).to.include(
			'PeerAuthentication shop/web (spec.portLevelMtls.8080.mode: DISABLE)',
		);
		const rule = 'DR ops/rule host: web.shop.svc.cluster.local, trafficPolicy: {tls: {mode: DISABLE}}';
		expect(because([strict, rule], 'mtls client→svc/web:80')).to.include(
			'DestinationRule ops/rule (spec.trafficPolicy.tls.mode: DISABLE)',
		);
		expect(because([], 'plaintext naked→web:8080')).to.include('no PeerAuthentication sets a mode');
		expect(because([strict], 'plaintext naked→holed:9090')).to.include('excludeInboundPorts leaves port 9090 out');
		const nobody = 'AP shop/nobody action: ALLOW';
		expect(because([nobody], 'mtls client→svc/web:80')).to.equal(
			'mesh: AuthorizationPolicy shop/nobody (spec.action: ALLOW) has no rule that allows it',
		);
	});

	it('says only what decides: a NetworkPolicy that blocks, or the mesh', () => {
		const deny = 'NP shop/deny podSelector: {}';
		expect(explain([strict, deny], 'mtls client→svc/web:80').prediction.because).to.deep.equal([
			'ingress: web is selected by shop/deny, and no rule of it allows client on 8080/tcp',
		]);
		expect(explain([strict, deny], 'plaintext naked→web:8080').prediction.because).to.have.length(2);
	});

	it('leaves out the mesh where no sidecar has to do with it', () => {
		const [way] = explain([strict], 'plaintext naked→bare:8080').ways;
		expect(way?.mesh).to.equal(undefined);
		expect(explain([strict], 'plaintext naked→web:8080').ways[0]?.mesh?.verdict).to.equal('no');
	});

	it('tells pods behind one Service apart', () => {
		const world = meshWorld();
		world.pods['web-bare'] = { ...world.pods.web!, mesh: 'none' };
		const { prediction, mixed } = compilePolicies([object(strict)], world).explain(
			attempt('plaintext naked→svc/web:80'),
		);
		expect(mixed).to.equal(true);
		expect(prediction.because[0]).to.equal('allowed to web-bare, but not to web: attempt the pods themselves');
	});
});

describe('which PeerAuthentication is the older', () => {
	const one = 'PA shop/zebra mtls: {mode: STRICT}';
	const two = 'PA shop/aardvark mtls: {mode: PERMISSIVE}';
	const path = 'plaintext naked→web:8080';

	it('is that of the earlier step, whatever the names', () => {
		expect(explain([one, two], path, [1, 2]).prediction.verdict).to.equal('blocked');
		expect(explain([one, two], path, [2, 1]).prediction.verdict).to.equal('allowed');
	});

	it('is not known within a step, unless the names are in the same order', () => {
		const { verdict, because } = explain([one, two], path, [1, 1]).prediction;
		expect(verdict).to.equal('unknown');
		expect(because).to.deep.equal([
			'mesh: PeerAuthentication shop/aardvark may be as old as another policy of its scope',
		]);
		expect(explain([two, one], path, [1, 1]).prediction.verdict).to.equal('allowed');
		expect(explain([one, 'PA shop/aardvark mtls: {mode: STRICT}'], path, [1, 1]).prediction.verdict).to.equal(
			'blocked',
		);
	});
});

describe('what is not evaluated of a mesh', () => {
	it('is unknown: headless Services, own Services, address ranges, TLS through a sidecar, two Sidecars, merged rules', () => {
		const verdict = (objects: string[], path: string) => explain(objects, path).prediction.verdict;
		const headless = { ...attempt('mtls client→web:8080'), behind: 'web' };
		expect(compilePolicies([object(strict)], meshWorld()).predict(headless).verdict).to.equal('unknown');
		expect(verdict([strict], 'mtls web→svc/web:80')).to.equal('unknown');
		expect(verdict([strict], 'tls(valid, istio) client→svc/web:80')).to.equal('unknown');
		expect(verdict([strict, 'SC ops/a egress: [{hosts: ["./*"]}]', 'SC ops/b '], 'mtls client→svc/web:80')).to.equal(
			'unknown',
		);
		const rule = (name: string, mode: string) =>
			`DR ops/${name} host: web.shop.svc.cluster.local, trafficPolicy: {tls: {mode: ${mode}}}`;
		expect(verdict([strict, rule('a', 'DISABLE'), rule('b', 'ISTIO_MUTUAL')], 'mtls client→svc/web:80')).to.equal(
			'unknown',
		);
		const world = meshWorld();
		world.pods.client!.annotations = { 'traffic.sidecar.istio.io/includeOutboundIPRanges': '10.0.0.0/8' };
		expect(compilePolicies([], world).predict(attempt('mtls client→svc/web:80')).verdict).to.equal('unknown');
	});

	it('is unknown at the address of a pod behind a headless Service: for TCP sidecars listen there', () => {
		const world = meshWorld();
		const { web } = world.services;
		world.services.each = { ...web!, headless: true, ports: [{ port: 8080, targetPort: 'http', protocol: 'tcp' }] };
		const verdictOf = (path: string) => compilePolicies([object(strict)], world).predict(attempt(path)).verdict;
		expect(verdictOf('mtls client→web:8080')).to.equal('unknown');
		expect(verdictOf('mtls client→api:8080')).to.equal('blocked');
		expect(verdictOf('plaintext naked→web:8080')).to.equal('blocked');
	});

	it('is unknown in ambient mode, which a namespace or a pod asks for', () => {
		const world = meshWorld();
		world.namespaces.legacy!.labels = { 'istio.io/dataplane-mode': 'ambient' };
		const verdictOf = (path: string) => compilePolicies([object(strict)], world).predict(attempt(path)).verdict;
		expect(verdictOf('connect naked→bare:8080')).to.equal('unknown');
		world.pods.naked!.labels = { 'istio.io/dataplane-mode': 'none' };
		expect(verdictOf('connect naked→bare:8080')).to.equal('allowed');
	});

	it('is unknown in a namespace that was there before', () => {
		const world = meshWorld();
		world.namespaces.shop!.foreign = true;
		const mesh = 'PA istio-system/default mtls: {mode: STRICT}';
		expect(compilePolicies([object(mesh)], world).predict(attempt('plaintext naked→web:8080')).verdict).to.equal(
			'unknown',
		);
	});
});

describe('the table of predictions, with sidecars', () => {
	it('says the same as one prediction after the other', () => {
		const compiled = compilePolicies(
			[object(strict), object('NP shop/x podSelector: {matchLabels: {app: api}}')],
			meshWorld(),
		);
		const table = compiled.table(8080, 'tcp', 'ipv4');
		for (const from of table.pods)
			for (const to of table.pods)
				expect(table.verdict(from, to), `${from}→${to}`).to.equal(
					compiled.predict(attempt(`connect ${from}→${to}:8080`)).verdict,
				);
		expect(table.verdict('naked', 'web')).to.equal('blocked');
		expect(table.verdict('naked', 'bare')).to.equal('allowed');
	});
});

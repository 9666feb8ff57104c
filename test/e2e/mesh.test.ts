import { expect } from 'chai';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import type { Cluster } from '../../src/model/cluster.ts';
import { codesOf } from '../judge/edit-history.ts';
import { eventsOf, runScenario, type ScenarioResult } from './support/run-scenario.ts';

const identity = 'spiffe://cluster.local/ns/shop/sa/client-one';

const scenario = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: strict}
spec:
  ipFamilies: [ipv4]
  namespaces:
    shop: {mesh: sidecar}
    legacy: {}
  pods:
    app-one: {namespace: shop, labels: {app: app-one}, serviceAccount: app-one, listen: [{port: 8080, speaks: http}, 9090/tcp]}
    client-one: {namespace: shop, labels: {app: client-one}, serviceAccount: client-one}
    naked: {namespace: legacy, labels: {app: naked}}
  services:
    app-one: {namespace: shop, selector: {app: app-one}, ports: [{port: 80, targetPort: 8080}]}
  policies:
    strict:
      object:
        apiVersion: security.istio.io/v1
        kind: PeerAuthentication
        metadata: {name: default, namespace: shop}
        spec: {mtls: {mode: STRICT}}
  attempts:
    - {kind: plaintext, from: naked, to: ["app-one:8080", "app-one:9090"], expect: blocked, by: [reset, closed]}
    - {kind: mtls, from: client-one, to: "svc/app-one:80", identity: "${identity}", expect: allowed}
    - {name: other-name, kind: mtls, from: client-one, to: "svc/app-one:80", identity: "${identity}-two", expect: allowed}
    - {kind: tls, from: naked, to: ["app-one:8080", "app-one:9090"], alpn: istio, expect: allowed}
    - {kind: tls, from: naked, to: ["app-one:8080", "app-one:9090"], alpn: istio, certificate: expired, expect: blocked, by: tls-alert}
    - {kind: tls, from: naked, to: ["app-one:8080", "app-one:9090"], alpn: istio, certificate: wrong-ca, expect: blocked, by: tls-alert}
    - {kind: tls, from: naked, to: ["app-one:8080", "app-one:9090"], alpn: istio, certificate: none, expect: blocked, by: tls-alert}
`;

describe('plaintext, mtls and tls attempts against a real Envoy under STRICT', function () {
	this.timeout(120_000);
	let result: ScenarioResult;

	before(async function () {
		if (findEnvoy() === undefined) return this.skip();
		result = await runScenario(scenario);
	});

	it('are enforced, plaintext because it was open before and after', () => {
		for (const port of [8080, 9090]) {
			expect(result.cell(`/plaintext/naked→app-one:${port}/`)).to.deep.include({
				...{ verdict: 'enforced', proof: 'bracketed' },
			});
		}
	});

	it('mtls has the identity that is demanded, and is broken where another one is', () => {
		const cell = result.cell('/mtls/client-one→svc/app-one:80/');
		expect(cell.verdict, JSON.stringify(cell.reasons)).to.equal('enforced');
		expect(cell.observed.forwarded?.map((seen) => seen.identity)).to.deep.equal([identity]);
		const other = result.cell('/other-name/');
		expect({ verdict: other.verdict, codes: codesOf(other) }).to.deep.equal({
			...{ verdict: 'broken', codes: ['identity-differs'] },
		});
	});

	it('tls is let in with a certificate of the mesh and refused with any other, as a contrast to it', () => {
		const alerts = { expired: 'certificate_expired', 'wrong-ca': 'unknown_ca', none: 'certificate_required' };
		for (const port of [8080, 9090]) {
			const path = `/tls/naked→app-one:${port}/tcp/ipv4/`;
			expect(result.cell(`${path}valid`).verdict).to.equal('enforced');
			for (const [certificate, alert] of Object.entries(alerts)) {
				const cell = result.cell(path + certificate);
				expect(cell.verdict, JSON.stringify(cell.reasons)).to.equal('enforced');
				expect(codesOf(cell)).to.deep.equal(['blocked-credentials']);
				expect(cell.observed.refusals?.[0]).to.equal(
					`tls-alert ${alert}, the server is spiffe://cluster.local/ns/shop/sa/app-one`,
				);
			}
		}
	});

	it('behind the sidecar the witness sees 127.0.0.6', () => {
		const addresses = new Set(eventsOf(result.events, 'witness').map(({ from }) => from.address));
		expect([...addresses]).to.deep.equal(['127.0.0.6']);
	});

	it('no key gets into the history', () => {
		const tried = eventsOf(result.events, 'try').filter(({ cell }) => cell.endsWith('/valid'));
		expect(tried).to.not.deep.equal([]);
		expect(JSON.stringify([result.events, result.plan, result.verdicts])).to.not.match(/PRIVATE KEY|BEGIN CERT/);
	});

	it('a cluster without an authority of ours: not run, with the reason', async () => {
		const wrap = (cluster: Cluster): Cluster =>
			new Proxy(cluster, {
				get(target, key) {
					const value: unknown = Reflect.get(target, key, target);
					if (key !== 'deploy') return typeof value === 'function' ? (value.bind(target) as unknown) : value;
					return async (...args: Parameters<Cluster['deploy']>) => {
						const deployment = await target.deploy(...args);
						Object.defineProperty(deployment, 'clientCertificate', { value: undefined });
						return deployment;
					};
				},
			});
		// What is allowed and can't be tried would be tried until the bound.
		const text = scenario.replace(/^.*kind: tls.*expect: allowed.*\n/m, '');
		const without = await runScenario(text, { wrap });
		const cell = without.cell('/tls/naked→app-one:8080/tcp/ipv4/expired');
		expect(cell.verdict).to.equal('inconclusive');
		expect(JSON.stringify(cell.reasons)).to.contain('this cluster has no certificate authority of ours');
		expect(without.cell('/tls/naked→app-one:8080/tcp/ipv4/none').observed.outcomes).to.have.property('tls-alert');
		expect(without.cell('/plaintext/naked→app-one:8080/').verdict).to.equal('enforced');
	});
});

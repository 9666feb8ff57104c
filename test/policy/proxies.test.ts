import { expect } from 'chai';
import type { ProxyListener, ServedCertificate } from '../../src/model/scenario.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import type { Attempted, PodFacts, World } from '../../src/policy/world.ts';

const callerId = 'spiffe://cluster.local/ns/shop/sa/caller';

interface Row {
	is: string;
	attempted?: Attempted;
	down?: Partial<NonNullable<ProxyListener['downstreamTls']>>;
	up?: Partial<NonNullable<ProxyListener['upstreamTls']>>;
	server?: Partial<ServedCertificate>;
	policies?: KubernetesObject[];
	verdict: 'allowed' | 'blocked' | 'unknown';
}

const plaintext: Attempted = { kind: 'plaintext' };
const tls = (certificate: NonNullable<Attempted['tls']>['certificate'], identity?: string): Attempted => ({
	...{ kind: 'tls', tls: { certificate, alpn: [] } },
	...(identity !== undefined && { identity }),
});

function pod(app: string, more: Partial<PodFacts> = {}): PodFacts {
	return { namespace: 'shop', labels: { app }, namedPorts: [], hostNetwork: false, addresses: {}, ...more };
}

/** `edge:1` leads to `app:8443`, which ends TLS for `app:80`. */
function worldOf({ down, up, server }: Row): World {
	const certificate: ServedCertificate = { names: ['app.shop'], is: 'valid', ...server };
	const downstreamTls = { requireClientCertificate: false, subjectAltNames: [], ...down };
	const upstreamTls = up && { verifies: 'authority' as const, subjectAltNames: [], clientCertificate: false, ...up };
	const edge: ProxyListener = {
		port: 1,
		to: { kind: 'pod', name: 'app', port: 8443 },
		downstreamTls: undefined,
		upstreamTls,
	};
	const app: ProxyListener = {
		port: 8443,
		to: { kind: 'pod', name: 'app', port: 80 },
		downstreamTls,
		upstreamTls: undefined,
	};
	return {
		namespaces: { shop: { labels: {} } },
		pods: {
			caller: pod('caller', { serviceAccount: 'caller' }),
			edge: pod('edge', { proxy: { certificate: { names: ['spiffe://x/edge'], is: 'valid' }, listeners: [edge] } }),
			app: pod('app', { proxy: { certificate, listeners: [app] } }),
		},
		nodes: {},
		external: {},
		services: {},
		ranges: {},
	};
}

const denyAll: KubernetesObject = {
	...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'deny', namespace: 'shop' } },
	spec: { podSelector: { matchLabels: { app: 'app' } }, policyTypes: ['Ingress'] },
};

const atServer: Row[] = [
	{ is: 'TLS takes no clear text', attempted: plaintext, verdict: 'blocked' },
	{ is: 'nobody is asked for a certificate', attempted: tls('none'), verdict: 'allowed' },
	{ is: 'what nobody asks for is not looked at', attempted: tls('expired'), verdict: 'allowed' },
	...(['none', 'wrong-ca', 'expired', 'not-yet-valid'] as const).map(
		(certificate): Row => ({
			...{ is: `a required certificate, ${certificate}`, attempted: tls(certificate) },
			...{ down: { requireClientCertificate: true }, verdict: 'blocked' },
		}),
	),
	...(['valid', 'other-identity', 'other-trust-domain'] as const).map(
		(certificate): Row => ({
			...{ is: `a required certificate, ${certificate}`, attempted: tls(certificate) },
			...{ down: { requireClientCertificate: true }, verdict: 'allowed' },
		}),
	),
	...(['valid', 'other-identity', 'other-trust-domain'] as const).map(
		(certificate): Row => ({
			...{ is: `a named client, ${certificate}`, attempted: tls(certificate) },
			...{ down: { requireClientCertificate: true, subjectAltNames: [callerId] } },
			verdict: certificate === 'valid' ? 'allowed' : 'blocked',
		}),
	),
	{
		...{ is: 'the identity that it has seen', attempted: tls('valid', callerId) },
		...{ down: { requireClientCertificate: true }, verdict: 'allowed' },
	},
	{
		...{ is: 'another identity than it has seen', attempted: tls('valid', 'spiffe://x/y') },
		...{ down: { requireClientCertificate: true }, verdict: 'blocked' },
	},
	{ is: 'no identity without a certificate asked for', attempted: tls('valid', callerId), verdict: 'blocked' },
	{ is: 'a probe verifies no server', attempted: tls('none'), server: { is: 'wrong-ca' }, verdict: 'allowed' },
	{ is: 'NetworkPolicy counts too', attempted: tls('none'), policies: [denyAll], verdict: 'blocked' },
];

const throughEdge: Row[] = [
	{ is: 'clear text meets TLS', verdict: 'blocked' },
	{ is: 'TLS opened anew', up: {}, verdict: 'allowed' },
	{ is: 'an impostor, verified', up: {}, server: { is: 'wrong-ca' }, verdict: 'blocked' },
	{ is: 'an impostor, not verified', up: { verifies: 'nothing' }, server: { is: 'wrong-ca' }, verdict: 'allowed' },
	{ is: 'expired, verified', up: {}, server: { is: 'expired' }, verdict: 'blocked' },
	{ is: 'a name, the right one', up: { subjectAltNames: ['app.shop'] }, verdict: 'allowed' },
	{
		is: 'a name, another one',
		up: { subjectAltNames: ['app.shop'] },
		server: { names: ['b.shop'] },
		verdict: 'blocked',
	},
	{ is: 'no name asked for', up: {}, server: { names: ['b.shop'] }, verdict: 'allowed' },
	{ is: 'a certificate required, none shown', up: {}, down: { requireClientCertificate: true }, verdict: 'blocked' },
	{
		...{ is: 'a certificate required and shown', up: { clientCertificate: true } },
		...{ down: { requireClientCertificate: true }, verdict: 'allowed' },
	},
	{
		...{ is: 'the identity of the last hop', attempted: { ...plaintext, identity: 'spiffe://x/edge' } },
		...{ up: { clientCertificate: true }, down: { requireClientCertificate: true }, verdict: 'allowed' },
	},
	{ is: 'TLS to a listener in the clear', attempted: tls('none'), up: {}, verdict: 'unknown' },
	{ is: 'NetworkPolicy counts at each hop', up: {}, policies: [denyAll], verdict: 'blocked' },
];

function predicted(row: Row, name: string, port: number) {
	return compilePolicies(row.policies ?? [], worldOf(row)).predict({
		...{ from: { kind: 'pod', name: 'caller' }, to: { kind: 'pod', name }, port, protocol: 'tcp', family: 'ipv4' },
		attempted: row.attempted ?? plaintext,
	});
}

describe('what plain proxies are predicted to do', () => {
	for (const row of atServer) {
		it(`at the server: ${row.is}: ${row.verdict}`, () => {
			const { verdict, because } = predicted(row, 'app', 8443);
			expect(verdict, because.join('; ')).to.equal(row.verdict);
			expect(because).to.not.be.empty;
		});
	}

	for (const row of throughEdge) {
		it(`through another proxy: ${row.is}: ${row.verdict}`, () => {
			const { verdict, because } = predicted(row, 'edge', 1);
			expect(verdict, because.join('; ')).to.equal(row.verdict);
		});
	}

	it('nothing of the port beside it', () => {
		expect(predicted({ is: '', verdict: 'allowed' }, 'app', 80).verdict).to.equal('allowed');
	});
});

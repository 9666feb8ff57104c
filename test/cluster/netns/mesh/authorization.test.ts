import { expect } from 'chai';
import { readAuthorizationPolicy } from '../../../../src/cluster/netns/mesh/authorization-policy.ts';
import { findEnvoy } from '../../../../src/cluster/netns/envoy/envoy-binary.ts';
import { MeshCluster, meshWorkload, peerAuthentication } from './mesh-cluster.ts';

const policy = (action: string | undefined, rules: object[] | undefined, more: object = {}, namespace = 'shop') => ({
	...peerAuthentication({ ...(action && { action }), ...(rules && { rules }), ...more }, 'rule', namespace),
	kind: 'AuthorizationPolicy',
});
const from = (source: object) => [{ from: [{ source }] }];
const to = (operation: object) => [{ to: [{ operation }] }];
const id = 'cluster.local/ns/shop/sa/client';

describe('AuthorizationPolicies in the embedded mesh', function () {
	this.timeout(30_000);
	let mesh: MeshCluster;
	before(async function () {
		if (findEnvoy() === undefined) return this.skip();
		mesh = await MeshCluster.start(meshWorkload());
	});
	after(() => mesh?.close());

	/** Who gets in: the client of the mesh over HTTP and over TCP, and who has no sidecar, over HTTP. */
	async function admitted(): Promise<string> {
		const outcomes = await Promise.all([
			mesh.try('client', 'svc/app', 80),
			mesh.try('client', 'svc/app', 90),
			mesh.try('naked', 'app', 8080),
		]);
		return ['http', 'tcp', 'clear'].filter((_, index) => outcomes[index]?.startsWith('app from')).join(' ');
	}

	const cases: [string, ReturnType<typeof policy>, string][] = [
		['ALLOW without rules lets nobody in', policy('ALLOW', undefined), ''],
		['an empty rule lets everybody in', policy('ALLOW', [{}]), 'http tcp clear'],
		['without an action it is ALLOW', policy(undefined, from({ principals: [id] })), 'http tcp'],
		['the beginning of a name', policy('ALLOW', from({ principals: ['cluster.local/ns/shop/*'] })), 'http tcp'],
		['the end of a name', policy('ALLOW', from({ principals: ['*/sa/client'] })), 'http tcp'],
		['any name at all', policy('ALLOW', from({ principals: ['*'] })), 'http tcp'],
		['another name', policy('ALLOW', from({ principals: [`${id}s`] })), ''],
		['everybody but one name', policy('ALLOW', from({ notPrincipals: [id] })), 'clear'],
		['a namespace, which needs a certificate', policy('ALLOW', from({ namespaces: ['shop'] })), 'http tcp'],
		['a namespace whose name only begins so', policy('ALLOW', from({ namespaces: ['sho'] })), ''],
		['DENY of all who have no name', policy('DENY', from({ notPrincipals: ['*'] })), 'http tcp'],
		['a block of addresses', policy('ALLOW', from({ ipBlocks: ['10.244.0.0/16'] })), 'http tcp clear'],
		['another block of addresses', policy('ALLOW', from({ ipBlocks: ['192.0.2.1'] })), ''],
		['a port of the container', policy('ALLOW', to({ ports: ['9000'] })), 'tcp'],
		['a port of the Service, which means nothing', policy('ALLOW', to({ ports: ['90'] })), ''],
		['all ports but one', policy('ALLOW', to({ notPorts: ['9000'] })), 'http clear'],
		['a method, which lets no TCP in', policy('ALLOW', to({ methods: ['GET'] })), 'http clear'],
		['another method', policy('ALLOW', to({ methods: ['POST'] })), ''],
		['a path', policy('ALLOW', to({ paths: ['/'] })), 'http clear'],
		['DENY of a path denies all of TCP', policy('DENY', to({ paths: ['/other'] })), 'http clear'],
		[
			'source and operation together',
			policy('ALLOW', [{ ...from({ principals: [id] })[0], ...to({ ports: ['8080'] })[0] }]),
			'http',
		],
		[
			'two sources, of which one is enough',
			policy('ALLOW', [...from({ principals: ['x'] }), ...from({ ipBlocks: ['0.0.0.0/0'] })]),
			'http tcp clear',
		],
		['another workload', policy('ALLOW', undefined, { selector: { matchLabels: { app: 'other' } } }), 'http tcp clear'],
		['the whole mesh', policy('ALLOW', undefined, {}, 'istio-system'), ''],
		['another namespace', policy('ALLOW', undefined, {}, 'elsewhere'), 'http tcp clear'],
	];
	for (const [what, object, expected] of cases) {
		it(`${what}: ${expected || 'nobody'}`, async () => {
			await mesh.apply(object);
			const seen = await admitted();
			await mesh.cluster.deployment.remove([object]);
			expect(seen).to.equal(expected);
		});
	}

	for (const [what, rules] of [
		['conditions', [{ when: [{ key: 'request.headers[x]', values: ['y'] }] }]],
		['identities of requests', from({ requestPrincipals: ['*'] })],
		['hosts', to({ hosts: ['app'] })],
		['a source that names nothing', from({ principals: [] })],
	] as const) {
		it(`are refused where they ask for ${what}`, () => {
			expect(() => readAuthorizationPolicy(policy('ALLOW', [...rules]))).to.throw(
				/AuthorizationPolicy shop\/rule is not valid/,
			);
		});
	}
});

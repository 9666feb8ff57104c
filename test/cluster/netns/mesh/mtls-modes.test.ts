import { expect } from 'chai';
import { Engine } from '../../../../src/cluster/netns/engine.ts';
import { mtlsModes } from '../../../../src/cluster/netns/mesh/mtls-modes.ts';
import { readPeerAuthentication } from '../../../../src/cluster/netns/mesh/peer-authentication.ts';
import { peerAuthentication } from './mesh-cluster.ts';

const mode = (mode: string) => ({ mtls: { mode } });
const selector = { matchLabels: { app: 'app' } };
const mesh = (spec: object, name = 'mesh') => peerAuthentication(spec, name, 'istio-system');
const namespace = (spec: object, name = 'namespace') => peerAuthentication(spec, name);
const workload = (spec: object, name = 'workload') => peerAuthentication({ selector, ...spec }, name);

/** What a pod `app` of the namespace `shop` does on its ports 8080 and 9000. */
function modes(...policies: ReturnType<typeof peerAuthentication>[]): string {
	const read = policies.map(readPeerAuthentication);
	const { others, ports } = mtlsModes({ namespace: 'shop', labels: { app: 'app', tier: 'back' } }, read, new Engine());
	return [8080, 9000].map((port) => ports.get(port) ?? others).join(' ');
}

describe('PeerAuthentication in the embedded mesh', () => {
	const cases: [string, ReturnType<typeof peerAuthentication>[], string][] = [
		['nothing', [], 'PERMISSIVE PERMISSIVE'],
		['the mesh', [mesh(mode('STRICT'))], 'STRICT STRICT'],
		['the namespace over the mesh', [mesh(mode('STRICT')), namespace(mode('DISABLE'))], 'DISABLE DISABLE'],
		[
			'the workload over the namespace',
			[workload(mode('PERMISSIVE')), namespace(mode('STRICT'))],
			'PERMISSIVE PERMISSIVE',
		],
		[
			'the port over the workload',
			[workload({ ...mode('STRICT'), portLevelMtls: { 9000: { mode: 'DISABLE' } } })],
			'STRICT DISABLE',
		],
		['UNSET in the namespace', [mesh(mode('STRICT')), namespace(mode('UNSET'))], 'STRICT STRICT'],
		['no mtls at all in the namespace', [mesh(mode('STRICT')), namespace({})], 'STRICT STRICT'],
		['UNSET in the workload', [namespace(mode('STRICT')), workload(mode('UNSET'))], 'STRICT STRICT'],
		[
			'UNSET at the port',
			[workload({ ...mode('STRICT'), portLevelMtls: { 9000: { mode: 'UNSET' } } })],
			'STRICT STRICT',
		],
		[
			'ports of a workload without a mode',
			[namespace(mode('STRICT')), workload({ portLevelMtls: { 8080: { mode: 'PERMISSIVE' } } })],
			'PERMISSIVE STRICT',
		],
		[
			'the older of two in the namespace',
			[namespace(mode('STRICT'), 'b'), namespace(mode('DISABLE'), 'a')],
			'STRICT STRICT',
		],
		[
			'the older of two for the workload, with its ports only',
			[workload(mode('STRICT'), 'b'), workload({ portLevelMtls: { 9000: { mode: 'DISABLE' } } }, 'a')],
			'STRICT STRICT',
		],
		['another namespace', [peerAuthentication(mode('STRICT'), 'other', 'elsewhere')], 'PERMISSIVE PERMISSIVE'],
		['a selector in the root namespace', [mesh({ selector, ...mode('STRICT') })], 'PERMISSIVE PERMISSIVE'],
		[
			'a selector of several labels',
			[namespace({ selector: { matchLabels: { app: 'app', tier: 'front' } }, ...mode('STRICT') })],
			'PERMISSIVE PERMISSIVE',
		],
		['an empty selector', [namespace({ selector: { matchLabels: {} }, ...mode('STRICT') })], 'STRICT STRICT'],
	];
	for (const [what, policies, expected] of cases) {
		it(`${what}: ${expected}`, () => expect(modes(...policies)).to.equal(expected));
	}

	for (const [what, spec] of [
		['ports without a selector', { portLevelMtls: { 80: { mode: 'STRICT' } } }],
		['an unknown mode', mode('ISTIO_MUTUAL')],
		['an unknown field', { mTLS: { mode: 'STRICT' } }],
		['a port that is no number', { selector, portLevelMtls: { http: { mode: 'STRICT' } } }],
	] as const) {
		it(`refuses ${what}`, () => {
			expect(() => readPeerAuthentication(namespace(spec))).to.throw(/PeerAuthentication shop\/namespace is not valid/);
		});
	}
});

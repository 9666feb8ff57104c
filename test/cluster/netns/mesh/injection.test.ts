import { expect } from 'chai';
import { excludedInboundPorts, hasSidecar } from '../../../../src/cluster/netns/mesh/injection.ts';
import type { NamespaceSpec, PodSpec } from '../../../../src/model/scenario.ts';
import { pod } from '../../workload.ts';

const namespace = (mesh: NamespaceSpec['mesh']): NamespaceSpec => ({ labels: {}, mesh, existing: false });
const inject = (value: string) => ({ 'sidecar.istio.io/inject': value });

describe('Who has a sidecar in the embedded mesh', () => {
	const cases: [string, NamespaceSpec['mesh'], Partial<PodSpec>, boolean][] = [
		['as the namespace says', 'sidecar', {}, true],
		['as the namespace says', 'none', {}, false],
		['the pod over its namespace', 'none', { mesh: 'sidecar' }, true],
		['the pod over its namespace', 'sidecar', { mesh: 'none' }, false],
		['the annotation over both', 'sidecar', { mesh: 'sidecar', annotations: inject('false') }, false],
		['the label over the annotation', 'none', { labels: inject('true'), annotations: inject('false') }, true],
		['what is neither true nor false says nothing', 'sidecar', { annotations: inject('no') }, true],
		['nobody in the network of the node', 'sidecar', { mesh: 'sidecar', hostNetwork: true }, false],
		['nobody who has completed', 'sidecar', { completes: true }, false],
	];
	for (const [what, mesh, spec, expected] of cases) {
		it(`${what}: ${expected}`, () => {
			expect(hasSidecar(pod('shop', 'app', [], spec), namespace(mesh))).to.equal(expected);
		});
	}
});

describe('Ports that annotations keep from a sidecar', () => {
	const excluded = (annotations: Record<string, string>) =>
		excludedInboundPorts(
			pod('shop', 'app', [], {
				annotations: Object.fromEntries(
					Object.entries(annotations).map(([key, value]) => [`traffic.sidecar.istio.io/${key}`, value]),
				),
			}),
			[80, 90],
		);

	it('are those that are excluded, and those that are not included', () => {
		expect(excluded({})).to.deep.equal([]);
		expect(excluded({ excludeInboundPorts: ' 90,9000, x' })).to.deep.equal([90, 9000]);
		expect(excluded({ includeInboundPorts: '*' })).to.deep.equal([]);
		expect(excluded({ includeInboundPorts: '80' })).to.deep.equal([90]);
		expect(excluded({ includeInboundPorts: '' })).to.deep.equal([80, 90]);
	});
});

import { expect } from 'chai';
import { addOn as schema } from '../../src/cluster/add-on.ts';
import { manifestObjects, mergePatch } from '../../src/cluster/kind/manifest.ts';

const text = `
kind: DaemonSet
apiVersion: apps/v1
metadata: {name: engine, namespace: kube-system}
spec:
  template:
    spec:
      containers:
        - {name: engine, image: engine:1, env: [{name: A, value: "1"}, {name: B, value: "2"}], args: [x, y]}
        - {name: side, image: side:1}
---
kind: ConfigMap
apiVersion: v1
metadata: {name: config, namespace: kube-system}
data: {cni: '{"type": "ipam", "log": "info"}'}
---
# Only a comment.
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: extra, namespace: kube-system}
---
kind: CustomResourceDefinition
apiVersion: apiextensions.k8s.io/v1
metadata: {name: things.example.org}
`;

function objects(more: object, manifest = text) {
	const base = { name: 'engine', url: 'https://example.org/e.yaml', sha256: '0'.repeat(64) };
	return manifestObjects(schema.parse({ ...base, ...more }), manifest);
}

describe('manifests of add-ons, patched', () => {
	it('begin with the namespaces that they take for granted', () => {
		expect(objects({ namespaces: ['mesh'] })[0]).to.deep.equal({
			...{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'mesh' } },
		});
	});

	it('are published or made by a tool, one of the two', () => {
		expect(() => objects({ url: undefined })).to.throw('needs either url or rendered');
		expect(() => objects({ rendered: 'tool print' })).to.throw('needs either url or rendered');
		expect(objects({ url: undefined, rendered: 'tool print' })).to.not.be.empty;
	});

	it('define kinds before they are used, and skip empty documents', () => {
		expect(objects({}).map(({ kind }) => kind)).to.deep.equal([
			'CustomResourceDefinition',
			'DaemonSet',
			'ConfigMap',
			'Deployment',
		]);
	});

	it('merge lists of named items by name, replace other lists, and delete by null', () => {
		const target = { kind: 'DaemonSet', name: 'engine' };
		const containers = [
			{
				name: 'engine',
				args: ['z'],
				env: [
					{ name: 'B', value: '3' },
					{ name: 'C', value: '4' },
				],
			},
		];
		const merge = { spec: { template: { spec: { containers } } }, metadata: { namespace: null } };
		const [, daemonSet] = objects({ patches: [{ target, merge }] });
		expect(daemonSet?.metadata).to.deep.equal({ name: 'engine' });
		expect(daemonSet?.spec).to.deep.equal({
			template: {
				spec: {
					containers: [
						{
							...{ name: 'engine', image: 'engine:1', args: ['z'] },
							env: [
								{ name: 'A', value: '1' },
								{ name: 'B', value: '3' },
								{ name: 'C', value: '4' },
							],
						},
						{ name: 'side', image: 'side:1' },
					],
				},
			},
		});
	});

	it('replace a text that stands there once', () => {
		const patch = (wanted: string) => [
			{ target: { kind: 'ConfigMap' }, replaceText: { path: 'data.cni', text: wanted, by: '"type": "other"' } },
		];
		expect(objects({ patches: patch('"type": "ipam"') })[2]?.data).to.deep.equal({
			cni: '{"type": "other", "log": "info"}',
		});
		expect(() => objects({ patches: patch('"type": "nothing"') })).to.throw(/0 times, not once/);
		expect(() => objects({ patches: patch('"') })).to.throw(/8 times, not once/);
	});

	it('leave out what the definition omits; what matches nothing is a mistake', () => {
		const kinds = objects({ omit: [{ kind: 'Deployment', name: 'extra' }] }).map(({ kind }) => kind);
		expect(kinds).not.to.include('Deployment');
		expect(() => objects({ omit: [{ kind: 'Deployment', name: 'gone' }] })).to.throw(
			/omit: there is no Deployment gone/,
		);
		expect(() => objects({ patches: [{ target: { kind: 'Pod' }, merge: {} }] })).to.throw(/patches: there is no Pod/);
	});

	it('that are no YAML are refused', () => {
		expect(() => objects({}, 'a: [1')).to.throw(/is no YAML/);
	});

	it('do not change what they patch', () => {
		const before = { a: [{ name: 'x', n: 1 }] };
		expect(mergePatch(before, { a: [{ name: 'x', n: 2 }] })).to.deep.equal({ a: [{ name: 'x', n: 2 }] });
		expect(before).to.deep.equal({ a: [{ name: 'x', n: 1 }] });
	});
});

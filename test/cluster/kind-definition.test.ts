import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { parse } from 'yaml';
import { parseClusterDefinition } from '../../src/cluster/cluster-definition.ts';
import { checkPromises } from '../../src/cluster/kind/check-promises.ts';
import { kindConfig } from '../../src/cluster/kind/kind-config.ts';
import { fullName } from '../../src/cluster/kind/kind-clusters.ts';
import { openCluster } from '../../src/cluster/open-cluster.ts';
import type { ClusterFacts } from '../../src/model/cluster.ts';

const folder = fileURLToPath(new URL('../../clusters', import.meta.url));
const shipped = readdirSync(folder).filter((name) => name.startsWith('kind-'));
const head = 'apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: mine}\n';

function definition(spec: string) {
	return parseClusterDefinition(`${head}spec: ${spec}\n`, 'mine.yaml');
}

function refusal(action: () => unknown): string {
	try {
		action();
	} catch (error) {
		return String(error);
	}
	throw new Error('was not refused');
}

describe('cluster definitions of kind', () => {
	it('that are shipped are valid, pinned, and promise what their shape can give', async () => {
		expect(shipped).to.have.length(5);
		for (const name of shipped) {
			const file = join(folder, name);
			const { metadata, spec } = parseClusterDefinition(readFileSync(file, 'utf8'), file);
			expect(`${metadata.name}.yaml`).to.equal(name);
			expect(spec.image, 'a tag can change what it means').to.match(/@sha256:[0-9a-f]{64}$/);
			expect(spec.provides.includes('cross-node')).to.equal(spec.nodes > 1);
			const cluster = await openCluster(file);
			expect(cluster.capabilities.has('ipv6'), name).to.equal(spec.ipFamily === 'dual');
			expect(cluster.capabilities.has('ipv4')).to.equal(true);
		}
	});

	it('say where they are wrong, all at once', () => {
		const text = `${head}spec:\n  driver: kind\n  colour: red\n  addOns:\n    - name: calico\n      url: ftp://example.org/x\n      sha256: abc\n`;
		const message = refusal(() => parseClusterDefinition(text, 'mine.yaml'));
		expect(message).to.match(/mine\.yaml:\d+:\d+: spec: .*colour/);
		expect(message).to.match(/mine\.yaml:9:12: spec\.addOns\.0\.url: /);
		expect(message).to.match(/mine\.yaml:10:15: spec\.addOns\.0\.sha256: is 64 hexadecimal digits/);
	});

	it('refuse what an add-on does not have, and readiness that is not written NAMESPACE/NAME', () => {
		const addOn = (more: string) =>
			`{driver: kind, addOns: [{name: x, url: 'https://example.org/x', sha256: '${'0'.repeat(64)}', ${more}}]}`;
		expect(refusal(() => definition(addOn('ready: [{daemonSet: calico}]')))).to.include('is written NAMESPACE/NAME');
		expect(refusal(() => definition(addOn('ready: [{statefulSet: a/b}]')))).to.include('ready.0');
		expect(refusal(() => definition(addOn('patches: [{target: {kind: Pod}}]')))).to.include('patches.0');
	});

	it('become kind configurations', () => {
		const config = parse(
			kindConfig(
				definition('{driver: kind, nodes: 2, ipFamily: dual, config: {networking: {disableDefaultCNI: true}}}'),
			),
		);
		expect(config).to.deep.include({ kind: 'Cluster', apiVersion: 'kind.x-k8s.io/v1alpha4' });
		expect(config.networking).to.deep.equal({
			...{ ipFamily: 'dual', podSubnet: '10.244.0.0/16,fd00:10:244::/56' },
			...{ serviceSubnet: '10.96.0.0/16,fd00:10:96::/112', disableDefaultCNI: true },
		});
		expect(config.nodes.map(({ role }: { role: string }) => role)).to.deep.equal(['control-plane', 'worker']);
		// Pods are placed on every node.
		expect(parse(config.nodes[0].kubeadmConfigPatches[0])).to.deep.include({ nodeRegistration: { taints: [] } });
		// kind takes the taint away itself where there is one node, and fails where it finds none.
		const single = parse(kindConfig(definition('{driver: kind, ipFamily: ipv4}')));
		expect(single.nodes).to.deep.equal([{ role: 'control-plane' }]);
	});

	it('may not contradict themselves', () => {
		expect(
			refusal(() => kindConfig(definition('{driver: kind, nodes: 2, config: {nodes: [{role: control-plane}]}}'))),
		).to.match(/nodes is 2, but config\.nodes has 1/);
		expect(
			refusal(() => kindConfig(definition('{driver: kind, ipFamily: dual, config: {networking: {ipFamily: ipv4}}}'))),
		).to.match(/ipFamily is dual, but config says "ipv4"/);
	});

	it('are held to what they provide', () => {
		const facts: ClusterFacts = {
			...{ name: 'mine', driver: 'kind', version: 'v1', kernel: '6', enforcers: ['calico v3.28.5'], nodes: 1 },
			...{ ranges: {}, network: { cni: [], mesh: [] }, notes: [], injected: [] },
		};
		checkPromises(definition('{driver: kind, provides: [network-policy, calico]}'), facts);
		const broken = definition('{driver: kind, provides: [network-policy, cilium, cross-node, istio]}');
		expect(refusal(() => checkPromises(broken, facts))).to.match(/provides cilium, cross-node, istio, which/);
		const nobody = { ...facts, enforcers: [] };
		expect(refusal(() => checkPromises(definition('{driver: kind, provides: [network-policy]}'), nobody))).to.match(
			/network-policy/,
		);
	});

	it('name images as containerd does', () => {
		expect(fullName('node:22')).to.equal('docker.io/library/node:22');
		expect(fullName('kind-offline/agent:1')).to.equal('docker.io/kind-offline/agent:1');
		expect(fullName('localhost:5000/agent')).to.equal('localhost:5000/agent:latest');
		expect(fullName('ghcr.io/a/b@sha256:00')).to.equal('ghcr.io/a/b@sha256:00');
	});
});

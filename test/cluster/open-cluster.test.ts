import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { openCluster } from '../../src/cluster/open-cluster.ts';

const head = 'apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: mine}\n';

describe('openCluster', () => {
	let folder: string;
	const fromText = async (text: string) => {
		const file = join(folder, 'mine.yaml');
		await writeFile(file, text);
		return openCluster(file);
	};
	const refusal = (text: string) => fromText(text).catch((error) => `${error.code}: ${error.message}`);

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'gatecrash-test-'));
	});
	after(() => rm(folder, { recursive: true }));

	it('knows the embedded cluster, which keeps what its definition promises', async () => {
		const cluster = await openCluster('embedded');
		expect(cluster.name).to.equal('embedded');
		expect([...cluster.capabilities]).to.include.members(['network-policy', 'host-network', 'external', 'node-port']);
	});

	it('opens definition files', async () => {
		const cluster = await fromText(`${head}spec: {driver: netns, ipFamily: ipv4}\n`);
		expect([cluster.name, cluster.capabilities.has('ipv6')]).to.deep.equal(['mine', false]);
	});

	it('refuses what it does not know, or can not give', async () => {
		expect(await openCluster('moon').catch((error) => `${error.message} ${error.hint}`)).to.match(
			/no cluster "moon".*Known clusters:.*embedded/,
		);
		expect(await openCluster('./moon.yaml').catch(String)).to.match(/no cluster definition .\/moon.yaml/);
		expect(await refusal(`${head}spec: {driver: eks}\n`)).to.match(/^GC_USAGE: .*[^]*managedNodeGroups/);
		expect(await refusal(`${head}spec: {driver: netns, provides: [ambient]}\n`)).to.match(/^GC_CLUSTER: .*no ambient/);
		expect(await refusal(`${head}spec: {driver: netns, nodes: 2}\n`)).to.match(/^GC_CLUSTER: .*one node/);
		expect(await refusal(`${head}spec: {driver: netns, colour: red}\n`)).to.match(/^GC_USAGE: .*[^]*colour/);
		expect(await refusal(`${head}spec: {driver: netns, driver: kind}\n`)).to.match(/^GC_USAGE: .*unique/);
	});
});

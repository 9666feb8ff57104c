import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { isAbsolute, join, relative } from 'node:path';
import { expect } from 'chai';
import { parseClusterDefinition } from '../../src/cluster/cluster-definition.ts';
import { type ClusterRecord, ClusterRecords } from '../../src/cluster/kind/cluster-records.ts';
import { fingerprint, keptName } from '../../src/cluster/kind/kept-cluster.ts';

const definition = parseClusterDefinition(
	'apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: mine}\nspec: {driver: kind}\n',
	'mine.yaml',
);
const record: ClusterRecord = {
	...{ schemaVersion: 1, kindName: keptName(definition), cluster: 'mine', made: 'x', agentImage: 'agent:1' },
	...{ process: 1, createdAt: '2026-01-01T00:00:00.000Z' },
};

describe('records of kind clusters', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-records-'));
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	it('are written, read, listed and removed, in folders that only their owner reads', async () => {
		const records = new ClusterRecords(folder);
		expect(await records.all()).to.deep.equal([]);
		await records.write(record);
		await records.write({ ...record, readyAt: '2026-01-01T00:01:00.000Z' });
		expect(await new ClusterRecords(folder).read('gatecrash-mine')).to.deep.include({
			readyAt: '2026-01-01T00:01:00.000Z',
		});
		expect(await records.all()).to.have.length(1);
		// The kubeconfig beside it is an administrator's.
		expect(statSync(join(folder, 'gatecrash-mine')).mode & 0o077).to.equal(0);
		await records.remove('gatecrash-mine');
		expect(await records.all()).to.deep.equal([]);
		await records.remove('gatecrash-mine');
	});

	it('know the runs that use a cluster, until they end', async () => {
		const records = new ClusterRecords(folder);
		await records.write(record);
		const process = { host: 'here', pid: 7, started: '12' };
		const endUse = await records.use('gatecrash-mine', 'run-1', process);
		await records.use('gatecrash-mine', 'run-2', { ...process, pid: 8 });
		writeFileSync(join(folder, 'gatecrash-mine/users/run-3.json'), '{"pid":');
		expect(await records.users('gatecrash-mine')).to.deep.equal([
			{ run: 'run-1', process },
			{ run: 'run-2', process: { ...process, pid: 8 } },
		]);
		await endUse();
		expect((await records.users('gatecrash-mine')).map(({ run }) => run)).to.deep.equal(['run-2']);
		await records.remove('gatecrash-mine');
		expect(await records.users('gatecrash-mine')).to.deep.equal([]);
	});

	it('name kubeconfigs in full, because ledgers are read from wherever', () => {
		const records = new ClusterRecords(relative(process.cwd(), folder));
		expect(isAbsolute(records.file('gatecrash-mine', 'kubeconfig'))).to.equal(true);
	});

	it('that are damaged count as none', async () => {
		const records = new ClusterRecords(folder);
		await records.write(record);
		writeFileSync(records.file('gatecrash-mine', 'cluster.json'), '{"schemaVersion": 1, "kindName"');
		expect(await records.read('gatecrash-mine')).to.equal(undefined);
		expect(await records.all()).to.deep.equal([]);
	});

	it('tell clusters apart that were made in other ways', () => {
		const images = { node: 'node:1', agent: 'agent:1' };
		expect(fingerprint(definition, images)).to.equal(fingerprint(structuredClone(definition), { ...images }));
		expect(fingerprint(definition, images)).not.to.equal(fingerprint(definition, { ...images, node: 'node:2' }));
		const two = { ...definition, spec: { ...definition.spec, nodes: 2 } };
		expect(fingerprint(two, images)).not.to.equal(fingerprint(definition, images));
	});
});

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { readNodeLosses } from '../../src/cluster/kind/node-losses.ts';
import { NodeReader } from '../../src/cluster/kind/node-reader.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { node, onNode } from './support/cluster.ts';

const shells = () => onNode('sh', '-c', 'pgrep -fc "while rea[d] -r file" || true').then(Number);

describe('reading files in a node', function () {
	this.timeout(60_000);
	let reader: NodeReader;
	beforeEach(() => {
		reader = new NodeReader(node);
	});
	afterEach(() => reader.close());

	it('gives them whole, several at once, over one shell', async () => {
		const before = await shells();
		const files = ['/etc/hostname', '/proc/net/stat/nf_conntrack', '/etc/hostname'];
		const [first, statistics, last] = await Promise.all(files.map((file) => reader.read(file)));
		expect(first?.trim()).to.equal(node);
		expect(last).to.equal(first);
		expect(statistics).to.match(/^entries .*insert_failed/);
		expect(await shells()).to.equal(before + 1);
	});

	it('rejects for a file that is not there, in the place of giving nothing, and goes on', async () => {
		const error = await reader.read('/not/there').catch((thrown: unknown) => thrown);
		expect(error).to.be.instanceOf(GatecrashError).and.to.have.property('code', 'GC_CLUSTER');
		expect((await reader.read('/etc/hostname')).trim()).to.equal(node);
	});

	it('starts again when its shell was killed, and leaves none when it is closed', async () => {
		const before = await shells();
		await reader.read('/etc/hostname');
		await onNode('pkill', '-KILL', '-f', 'while read -r fil[e]');
		expect((await reader.read('/etc/hostname')).trim()).to.equal(node);
		reader.close();
		for (let waited = 0; waited < 50 && (await shells()) > before; waited += 1) await sleep(100);
		expect(await shells()).to.equal(before);
	});

	it('is where loss counters come from', async () => {
		const { conntrackDrop, conntrackInsertFailed, neighbourTableFull } = await readNodeLosses([reader]);
		for (const count of [conntrackDrop, conntrackInsertFailed, neighbourTableFull]) expect(count).to.be.at.least(0);
	});
});

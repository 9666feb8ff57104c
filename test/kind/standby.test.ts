import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readHistory } from '../../src/history/read-history.ts';
import { twoClients } from '../e2e/support/two-pods.ts';
import { admin, adminKubeconfig } from './support/admin.ts';
import { gatecrash, run, runsFolder, start } from './support/gatecrash.ts';

const text = twoClients().replaceAll('shop', 'standby-test');

interface Pod {
	metadata: { name: string; uid: string; labels: Record<string, string> };
}

describe('pods that stand by', function () {
	this.timeout(180_000);
	let folder: string;
	let file: string;
	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-standby-'));
		file = join(folder, 'two-clients.yaml');
		writeFileSync(file, text);
		const up = await gatecrash('cluster', 'up', 'kind-calico', '--pods', file);
		expect(up.stdout).to.contain('3 pods of two-clients');
	});
	afterEach(async () => {
		rmSync(folder, { recursive: true, force: true });
		await gatecrash('clean', '--run', 'standby', '--kubeconfig', adminKubeconfig, '--yes');
		await admin(['delete', 'namespace', 'standby-test', '--ignore-not-found']);
	});

	async function pods(): Promise<Record<string, string>> {
		const list = JSON.parse(await admin(['get', 'pods', '-n', 'standby-test', '-o', 'json'])) as { items: Pod[] };
		return Object.fromEntries(list.items.map(({ metadata }) => [metadata.name, metadata.uid]));
	}

	/** Of the newest run: every source port of every try. */
	async function sourcePorts(): Promise<Set<string>> {
		const [id = ''] = readdirSync(runsFolder)
			.filter((name) => name !== 'latest')
			.sort()
			.slice(-1);
		const { events } = await readHistory(join(runsFolder, id, 'history.jsonl'));
		return new Set(
			events.flatMap((event) => (event.is === 'try' ? [`${event.source.address} ${event.source.port}`] : [])),
		);
	}

	it('serve one run after the other, with source ports that none had before', async () => {
		const before = await pods();
		expect(Object.keys(before).sort()).to.deep.equal(['friend', 'server', 'stranger']);
		const used: Set<string>[] = [];
		for (let number = 0; number < 2; number += 1) {
			const { exitCode, stderr, verdicts } = await run([file]);
			expect(exitCode, stderr).to.equal(0);
			expect(verdicts.cluster?.notes.join(' ')).to.contain('Probe pods stood by before the run in standby-test');
			expect(await pods()).to.deep.equal(before);
			used.push(await sourcePorts());
		}
		expect(used[0]?.size).to.be.above(3);
		expect([...(used[0] ?? [])].filter((port) => used[1]?.has(port))).to.deep.equal([]);
		const policies = await admin(['get', 'networkpolicies', '-n', 'standby-test', '-o', 'name']);
		expect(policies.trim()).to.equal('');
	});

	it('and their cluster are not taken down while a run uses them', async () => {
		let refused = { exitCode: 0, stdout: '', stderr: '' };
		const act = async () => (refused = await gatecrash('cluster', 'down', 'kind-calico'));
		const { exitCode, stderr } = await run([file], { phase: 'baseline', act });
		expect(refused.stderr).to.match(/gatecrash-kind-calico is in use by 1 run: \S+ \(process \d+\)/);
		expect(refused.exitCode).to.equal(3);
		expect(exitCode, stderr).to.equal(0);
	});

	it('show a leak like any other, and serve the next run afterwards', async () => {
		const open = join(folder, 'open.yaml');
		writeFileSync(open, text.replace('{podSelector: {matchLabels: {app: friend}}}', '{podSelector: {}}'));
		const leaking = await run([open]);
		expect(leaking.cell('stranger').verdict, leaking.stderr).to.equal('leak');
		expect(leaking.exitCode).to.equal(1);
		expect((await run([file])).exitCode).to.equal(0);
	});

	it('are made anew where the scenario has changed, and only there', async () => {
		const before = await pods();
		writeFileSync(
			file,
			text.replace(
				'stranger: {namespace: standby-test, labels: {app: stranger}',
				(found) => `${found.slice(0, -1)}, tier: x}`,
			),
		);
		const { exitCode, stderr } = await run([file]);
		expect(exitCode, stderr).to.equal(0);
		const after = await pods();
		expect(after).to.include({ friend: before.friend, server: before.server });
		expect(after.stranger).to.be.a('string').and.not.equal(before.stranger);
	});

	it('make room for another scenario in their namespace', async () => {
		const other = join(folder, 'other.yaml');
		writeFileSync(other, text.replaceAll('friend', 'guest'));
		const { exitCode, stderr } = await run([other]);
		expect(exitCode, stderr).to.equal(0);
		expect(Object.keys(await pods()).sort()).to.deep.equal(['guest', 'server', 'stranger']);
	});

	it('go with a run that was killed, and clean leaves nothing', async () => {
		const out = join(folder, 'runs');
		const killed = start(['run', file, '--cluster', 'kind-calico', '--out', out]);
		killed.stderr.on('data', (progress: Buffer) => {
			if (progress.includes('baseline')) killed.kill('SIGKILL');
		});
		await killed;
		expect(existsSync(out)).to.equal(true);
		const cleaned = await gatecrash('clean', '--out', out, '--yes');
		expect(cleaned.exitCode, cleaned.stderr).to.equal(0);
		const namespaces = await admin(['get', 'namespaces', '-o', 'name']);
		expect(namespaces).to.not.contain('standby-test');
	});

	it('are kept by clean, which says so, unless they are meant', async () => {
		const kept = await gatecrash('clean', '--kubeconfig', adminKubeconfig, '--yes');
		expect(kept.stdout + kept.stderr).to.contain('standby-test stands by for runs to come');
		expect(Object.keys(await pods())).to.have.length(3);
	});
});

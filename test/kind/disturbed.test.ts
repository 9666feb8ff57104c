import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { twoClients } from '../e2e/support/two-pods.ts';
import { kubectl, onNode } from './support/cluster.ts';
import { gatecrash, run, runsFolder, start, workFolder } from './support/gatecrash.ts';

describe('a run that is disturbed', function () {
	this.timeout(300_000);
	const file = join(workFolder, 'disturbed.yaml');
	const other = join(workFolder, 'other.yaml');
	before(async () => {
		await writeFile(file, twoClients());
		await writeFile(other, twoClients().replace('name: two-clients', 'name: others').replaceAll('shop', 'market'));
	});

	/** The API server ends a namespace a few seconds after its deletion was accepted. */
	const namespaceGoes = () => kubectl('wait', '--for=delete', 'namespace/shop', '--timeout=30s');

	/** Correct, or a word that says that it can't be known; never a false alarm, never a false "enforced". */
	const isHonest = (verdict: string) => ['enforced', 'inconclusive'].includes(verdict);

	it('restart of the kubelet: correct verdicts, or inconclusive', async () => {
		const act = () => onNode('systemctl', 'restart', 'kubelet');
		const { exitCode, verdicts } = await run([file], { phase: 'settling', act });
		for (const cell of verdicts.scenarios.flatMap(({ cells }) => cells))
			expect(isHonest(cell.verdict), cell.id).to.equal(true);
		expect(exitCode).to.be.oneOf([0, 2, 3]);
	});

	it('restart of the API server: correct verdicts, or inconclusive', async () => {
		const act = () => onNode('pkill', '-x', 'kube-apiserver');
		const { exitCode, verdicts } = await run([file], { phase: 'settling', act });
		for (const cell of verdicts.scenarios.flatMap(({ cells }) => cells))
			expect(isHonest(cell.verdict), cell.id).to.equal(true);
		expect(exitCode).to.be.oneOf([0, 2, 3]);
	});

	it('a probe pod deleted in mid-run is inconclusive for its paths, and it says so', async () => {
		const act = () =>
			kubectl('delete', 'pod', 'server', '--namespace', 'shop', '--wait=false', '--grace-period=0', '--force');
		const { exitCode, cell } = await run([file], { phase: 'attempting', act });
		expect(cell('stranger→server:80/tcp').verdict).to.equal('inconclusive');
		expect(cell('stranger→server:80/tcp').reasons).not.to.deep.equal([]);
		expect(exitCode).to.be.oneOf([2, 3]);
	});

	it('two runs at once in one cluster give the verdicts of each alone', async () => {
		const [one, two] = await Promise.all([run([file]), run([other])]);
		for (const { exitCode, verdicts } of [one, two]) {
			expect(exitCode).to.equal(0);
			expect(verdicts.counts).to.include({ enforced: 4, leak: 0, broken: 0, inconclusive: 0 });
		}
	});

	it('Ctrl-C once: everything is undone, exit 130', async () => {
		const started = start(['run', file, '--cluster', 'kind-calico', '--out', runsFolder]);
		started.stderr.on('data', (text: Buffer) => {
			if (text.toString().includes('baseline')) started.kill('SIGINT');
		});
		const { exitCode } = await started;
		expect(exitCode).to.equal(130);
		await namespaceGoes();
	});

	it('Ctrl-C twice: leaves at once and prints the clean command, which works', async () => {
		const started = start(['run', file, '--cluster', 'kind-calico', '--out', runsFolder]);
		let interrupted = false;
		started.stderr.on('data', (text: Buffer) => {
			if (interrupted || !text.toString().includes('baseline')) return;
			interrupted = true;
			started.kill('SIGINT');
			void delay(100).then(() => started.kill('SIGINT'));
		});
		const { exitCode, stderr } = await started;
		expect(exitCode).to.equal(130);
		const command = /gatecrash (clean[^\n`]*)/.exec(stderr)?.[1]?.trim().split(/\s+/) ?? [];
		expect(command, stderr).not.to.deep.equal([]);
		const cleaned = await gatecrash(...command, '--yes', ...(command.includes('--out') ? [] : ['--out', runsFolder]));
		expect(cleaned.exitCode, cleaned.stderr).to.equal(0);
		await namespaceGoes();
	});
});

import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { build } from 'esbuild';
import { probeAgent } from './test-cluster.ts';

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));

describe('A runner that is killed', () => {
	let folder: string;

	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'gatecrash-test-'));
		const common = { bundle: true, platform: 'node', format: 'esm', target: 'node20', logLevel: 'error' } as const;
		await build({ ...common, entryPoints: [here('victim.ts')], outfile: join(folder, 'victim.mjs') });
	});
	after(() => rm(folder, { recursive: true }));

	it('leaves no process, and so no namespace or interface, at random instants', async () => {
		const trials = process.env.GATECRASH_KILL_TRIALS ?? '20';
		const command = ['-Urmpf', '--mount-proc', '--kill-child', 'sh', '-c', '"$@"; exit $?', 'sh', process.execPath];
		const { stdout } = await promisify(execFile)('unshare', [
			...command,
			...[here('kill-trials.mjs'), join(folder, 'victim.mjs'), probeAgent, trials, '300'],
		]);
		const report = JSON.parse(stdout) as { trials: number; duringDeploy: number; left: unknown[] };
		expect(report.trials).to.equal(Number(trials));
		// Otherwise the instants were not what this test is about.
		expect(report.duringDeploy, 'kills before the deployment stood').to.be.greaterThan(0);
		expect(report.duringDeploy, 'kills before the deployment stood').to.be.lessThan(report.trials);
		expect(report.left).to.deep.equal([]);
	}).timeout(60_000);
});

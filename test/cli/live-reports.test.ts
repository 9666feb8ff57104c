import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { expectReports } from '../e2e/support/expect-reports.ts';
import { gatecrash, makeSandbox, root, tsxLoader } from './sandbox.ts';

const names = ['json', 'junit', 'sarif', 'html', 'markdown', 'tap'];
const files = ['verdicts.json', 'junit.xml', 'results.sarif', 'report.html', 'report.md', 'results.tap'];

describe('reports of a run that goes on', () => {
	let folder: string;
	let remove: () => void;
	beforeEach(() => {
		({ folder, remove } = makeSandbox());
	});
	afterEach(() => remove());

	it('hold the scenarios that have ended, and say that the run has not, whenever it is killed', async function () {
		this.timeout(120_000);
		for (let number = 1; number <= 12; number += 1) {
			const text = sampleScenario.replace('only-the-shop-front', `shop-${number}`);
			writeFileSync(join(folder, `shop-${number}.yaml`), text);
		}
		const reporters = names.flatMap((name) => ['--reporter', name]);
		const child = spawn(
			process.execPath,
			['--import', tsxLoader, join(root, 'src/main.ts'), 'run', folder, '--quiet', '--out', folder, ...reporters],
			{ cwd: folder, stdio: 'ignore' },
		);
		const ended = new Promise((resolve) => child.once('exit', resolve));
		const verdicts = join(folder, 'latest/verdicts.json');
		const read = (): RunVerdicts | undefined =>
			existsSync(verdicts) ? (JSON.parse(readFileSync(verdicts, 'utf8')) as RunVerdicts) : undefined;
		while (child.exitCode === null && !((read()?.counts.enforced ?? 0) > 0)) await delay(5);
		child.kill('SIGKILL');
		await ended;
		expect(read()).to.include({ complete: false, exitCode: 2 });
		expect(read()?.counts.enforced).to.be.greaterThan(0);
		const reports = files.map((name) => [name, readFileSync(join(folder, 'latest', name), 'utf8')] as const);
		expectReports(Object.fromEntries(reports), 'killed', false);
	});

	it('leave nothing beside them, and replace what a link leads to', async () => {
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
		mkdirSync(join(folder, 'kept'));
		writeFileSync(join(folder, 'kept/old.xml'), 'old');
		symlinkSync('kept/old.xml', join(folder, 'link.xml'));
		const args = ['run', 'good.yaml', '--reporter', 'junit=link.xml', '--reporter', 'tap=-', '--quiet'];
		const { code, stdout, stderr } = await gatecrash(args, folder);
		expect(code, stderr).to.equal(0);
		expect(stdout).to.match(/^TAP version 14\n/);
		expect(readFileSync(join(folder, 'kept/old.xml'), 'utf8')).to.match(/^<\?xml/);
		expect(readdirSync(join(folder, 'kept'))).to.deep.equal(['old.xml']);
		const left = readdirSync(join(folder, '.gatecrash/runs/latest')).filter((name) => name.startsWith('.'));
		expect(left).to.deep.equal([]);
	});

	it('end the run with 3 where one cannot be written, said once, with the others written', async () => {
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
		mkdirSync(join(folder, 'taken'));
		writeFileSync(join(folder, 'no-folder'), '');
		const args = ['run', 'good.yaml', '--reporter', 'junit=no-folder/x.xml', '--reporter', 'tap=fine.tap', '--quiet'];
		const { code, stderr } = await gatecrash(args, folder);
		expect(code).to.equal(3);
		expect(stderr.match(/could not write/g)).to.have.length(1);
		expect(readFileSync(join(folder, 'fine.tap'), 'utf8')).to.match(/^TAP version 14\n/);
	});

	it('append the step summary where GitHub asks for one, and annotate the attempt with its place in the repository', async () => {
		mkdirSync(join(folder, '.git'));
		mkdirSync(join(folder, 'deep'));
		const leaky = sampleScenario.replace(
			'{from: front, to: orders:8080, expect: allowed}',
			'{from: front, to: orders:8080, expect: blocked}',
		);
		writeFileSync(join(folder, 'deep/leaky.yaml'), leaky);
		writeFileSync(join(folder, 'summary.md'), 'before\n');
		const args = ['run', 'leaky.yaml', '--reporter', 'github', '--reporter', 'sarif=out.sarif', '--quiet'];
		const env = { GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
		const { code, stdout } = await gatecrash(args, join(folder, 'deep'), env);
		expect(code).to.equal(1);
		expect(stdout).to.match(/^::error file=deep\/leaky\.yaml,line=\d+,col=\d+,title=gatecrash leak/);
		expect(readFileSync(join(folder, 'summary.md'), 'utf8')).to.match(/^before\n## ❌ gatecrash: leak\n/);
		const sarif = readFileSync(join(folder, 'deep/out.sarif'), 'utf8');
		expect(sarif).to.include('"uri": "deep/leaky.yaml"');
		// The policies stand in the same file here.
		expect(sarif).to.include('"relatedLocations"');
	});
});

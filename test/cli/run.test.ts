import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import { gatecrash, makeSandbox, root, tsxLoader } from './sandbox.ts';

/** The command on the embedded cluster; what its verdicts are worth is tested elsewhere. */
describe('gatecrash run', () => {
	let folder: string;
	let remove: () => void;
	const latest = (name: string): string => join(folder, '.gatecrash/runs/latest', name);
	beforeEach(() => {
		({ folder, remove } = makeSandbox());
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
		writeFileSync(
			join(folder, 'leaky.yaml'),
			sampleScenario.replace(
				'{from: front, to: orders:8080, expect: allowed}',
				'{from: front, to: orders:8080, expect: blocked}',
			),
		);
	});
	afterEach(() => remove());

	it('ends with 0, a record that judge agrees with, and the reports that were asked for', async () => {
		const { code, stdout, stderr } = await gatecrash(
			['run', 'good.yaml', '--reporter', 'console', '--reporter', 'junit', '--reporter', 'markdown=page.md'],
			folder,
		);
		expect(code, stderr).to.equal(0);
		expect(stdout)
			.to.include(' ENFORCED ')
			.and.match(/from .* to +:8080 +:8081/)
			.and.not.include('\u001b[');
		expect(stderr).to.match(/only-the-shop-front: completed \(1 of 1\)/);
		expect(readFileSync(latest('junit.xml'), 'utf8')).to.include('failures="0" errors="0"');
		expect(readFileSync(join(folder, 'page.md'), 'utf8')).to.include('gatecrash: enforced');
		const judged = await gatecrash(['judge', 'latest', '--json'], folder);
		expect(judged.stdout).to.equal(readFileSync(latest('verdicts.json'), 'utf8'));
		expect(JSON.parse(readFileSync(latest('run.json'), 'utf8'))).to.include({ ending: 'completed', exitCode: 0 });
	});

	it('ends with 1 for a path that is open against the declaration, and with --json says so in JSON alone', async () => {
		const { code, stdout, stderr } = await gatecrash(['run', 'leaky.yaml', '--json'], folder);
		expect(code).to.equal(1);
		expect(JSON.parse(stdout)).to.include({ verdict: 'leak', exitCode: 1, complete: true });
		expect(stderr).to.equal('');
		expect(stdout).to.equal(readFileSync(latest('verdicts.json'), 'utf8'));
	});

	it('repeats exactly one cell with the command that it printed', async () => {
		const first = await gatecrash(['run', 'leaky.yaml', '--quiet'], folder);
		expect(first.stderr).to.equal('');
		const command = /repeat +(?:npx )?gatecrash (run .*)$/m.exec(first.stdout)?.[1] ?? '';
		const args = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
		const again = await gatecrash([...args, '--json'], folder);
		const verdicts = JSON.parse(again.stdout) as { scenarios: { cells: { verdict: string }[] }[] };
		expect(verdicts.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.verdict))).to.deep.equal([
			'leak',
		]);
		expect(again.code).to.equal(1);
	});

	for (const [name, code] of [
		['SIGINT', 130],
		['SIGTERM', 143],
	] as const) {
		it(`undoes everything after ${name}, judges what was recorded, and ends with ${code}`, async () => {
			const child = spawn(process.execPath, ['--import', tsxLoader, join(root, 'src/main.ts'), 'run', 'good.yaml'], {
				cwd: folder,
				stdio: ['ignore', 'pipe', 'pipe'],
				timeout: 20_000,
			});
			let stderr = '';
			let stdout = '';
			child.stdout.on('data', (data: Buffer) => {
				stdout += String(data);
			});
			child.stderr.on('data', (data: Buffer) => {
				const before = stderr;
				stderr += String(data);
				if (!before.includes('settling') && stderr.includes('settling')) child.kill(name);
			});
			expect(await new Promise((resolve) => child.on('close', resolve)), stderr).to.equal(code);
			expect(stderr).to.include(`${name}: stopping and undoing everything`);
			expect(stdout)
				.to.include(' INCONCLUSIVE ')
				.and.not.match(/[1-9]\d* enforced/);
			expect(JSON.parse(readFileSync(latest('run.json'), 'utf8'))).to.include({ ending: name });
			expect(readFileSync(latest('history.jsonl'), 'utf8')).to.match(/"is":"run-ended","outcome":"interrupted"\}\n$/);
		});
	}

	it('ends with 3 when --timeout is over', async () => {
		const { code, stderr, stdout } = await gatecrash(['run', 'good.yaml', '--timeout', '300ms'], folder);
		expect(stderr).to.include('longer than --timeout');
		expect(code).to.equal(3);
		expect(stdout).to.include(' INCONCLUSIVE ');
	});

	it('starts no further scenario after a leak with --fail-fast', async () => {
		const leaky = readFileSync(join(folder, 'leaky.yaml'), 'utf8');
		const many = Array.from({ length: 12 }, (_, index) =>
			leaky
				.replace('name: only-the-shop-front', `name: scenario-${index}`)
				.replaceAll('shop', `shop-${index}`)
				.replace('other: {}', `other-${index}: {}`)
				.replace('namespace: other', `namespace: other-${index}`),
		);
		writeFileSync(join(folder, 'many.yaml'), many.join('\n---\n'));
		const { code, stdout } = await gatecrash(['run', 'many.yaml', '--fail-fast', '--json', '--attempts', '1'], folder);
		const { scenarios } = JSON.parse(stdout) as { scenarios: { verdict: string }[] };
		expect(code).to.equal(1);
		expect(scenarios.some(({ verdict }) => verdict === 'leak')).to.equal(true);
		expect(scenarios.some(({ verdict }) => verdict === 'inconclusive')).to.equal(true);
	});

	it('ends with 3 when the run folder cannot be made, and leaves nothing', async () => {
		writeFileSync(join(folder, 'file'), '');
		const { code, stderr } = await gatecrash(['run', 'good.yaml', '--out', 'file/below'], folder);
		expect(code).to.equal(3);
		expect(stderr)
			.to.match(/run folder .* could not be made/)
			.and.match(/hint: .*--out/);
		expect(existsSync(join(folder, '.gatecrash'))).to.equal(false);
	});
});

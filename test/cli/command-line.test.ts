import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { commandNames, commands } from '../../src/cli/commands.ts';
import { flagSyntax } from '../../src/cli/command-line.ts';
import { environmentName } from '../../src/cli/flag.ts';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import { cliPage } from '../../scripts/generate-cli.ts';
import { gatecrash, makeSandbox, root, tsxLoader } from './sandbox.ts';

describe('command line', () => {
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
		writeFileSync(
			join(folder, 'bad.yaml'),
			sampleScenario.replace('from: front', 'from: frnt').replace('tags:', 'tag:'),
		);
	});
	after(() => remove());

	it('shows every flag of the table in help and on the generated page', async () => {
		const page = cliPage();
		for (const name of commandNames) {
			const { code, stdout } =
				name === 'run' || name === 'judge' ? await gatecrash(['help', name], folder) : { code: 0, stdout: undefined };
			expect(code).to.equal(0);
			for (const [key, flag] of Object.entries(commands[name].flags)) {
				expect(page)
					.to.include(`\`${flagSyntax(key, flag)}\``)
					.and.include(`\`${environmentName(key)}\``);
				if (stdout !== undefined) expect(stdout).to.include(flagSyntax(key, flag));
			}
		}
	});

	it('--version and version agree with package.json', async () => {
		const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
		expect((await gatecrash(['--version'], folder)).stdout).to.equal(`${version}\n`);
		expect(JSON.parse((await gatecrash(['version', '--json'], folder)).stdout)).to.include({ gatecrash: version });
	});

	const wrong: [string, string[], RegExp][] = [
		['no command', [], /Usage: gatecrash/],
		['an unknown command', ['valdate'], /Did you mean validate\?/],
		['an unknown flag', ['run', '--concurency', '3'], /Did you mean --concurrency\?/],
		['a flag without its value', ['run', '--settle'], /argument missing/],
		['a wrong value', ['run', 'good.yaml', '--concurrency', 'x'], /--concurrency.*\n.*hint/],
		['a reporter without its file', ['run', 'good.yaml', '--reporter', 'junit='], /file name is missing/],
		['a wrong expression', ['plan', 'good.yaml', '--grep', '/(/'], /not a regular expression/],
		['too many arguments', ['judge', 'one', 'two'], /too many arguments/],
		['no argument where one is needed', ['judge'], /missing required argument/],
		['a path that is not there', ['validate', 'nothing.yaml'], /nothing\.yaml/],
		['an unknown cluster', ['plan', 'good.yaml', '--cluster', 'moon'], /moon.*\n.*hint/],
		['an unknown run', ['judge', 'nope'], /there is no run "nope"/],
		['no scenario folder', ['validate'], /gatecrash init/],
	];
	for (const [what, args, message] of wrong) {
		it(`ends with 64, a hint and nothing on standard output for ${what}`, async () => {
			const { code, stdout, stderr } = await gatecrash(args, folder);
			expect(stderr).to.match(message);
			expect(code).to.equal(64);
			expect(stdout).to.equal('');
		});
	}

	it('validate accepts a good file and tells every mistake of a bad one with its place', async () => {
		expect(await gatecrash(['validate', 'good.yaml'], folder)).to.deep.equal({
			code: 0,
			stdout: '1 scenario is valid\n',
			stderr: '',
		});
		const { code, stdout, stderr } = await gatecrash(['validate', 'bad.yaml'], folder);
		expect({ code, stdout }).to.deep.equal({ code: 64, stdout: '' });
		expect(stderr)
			.to.match(/unknown key "tag".*\n\n +bad\.yaml:\d+:\d+:/)
			.and.match(/no pod named frnt.*\n\n +bad\.yaml:\d+:\d+:.*\n.*from: frnt/)
			.and.match(/did you mean front\?/);
	});

	it('validate speaks JSON and workflow annotations', async () => {
		const json = await gatecrash(['validate', 'bad.yaml', 'good.yaml', '--format', 'json'], folder);
		const { schemaVersion, diagnostics } = JSON.parse(json.stdout) as {
			schemaVersion: number;
			diagnostics: { file: string; line: number }[];
		};
		expect([json.code, schemaVersion]).to.deep.equal([64, 1]);
		expect(diagnostics[0]).to.include({ file: 'bad.yaml' });
		const github = await gatecrash(['validate', 'bad.yaml'], folder, { GATECRASH_FORMAT: 'github' });
		expect(github.stdout).to.match(/^::error file=bad\.yaml,line=\d+,col=\d+,title=[\w-]+::.*%0Ahint: /m);
	});

	it('plan and list show cells without a cluster, and --grep with a whole id means one cell', async () => {
		const all = JSON.parse((await gatecrash(['plan', 'good.yaml', '--json'], folder)).stdout) as {
			scenarios: { cells: { id: string }[] }[];
		};
		const ids = all.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.id));
		expect(ids).to.have.length.above(3);
		const one = await gatecrash(['plan', 'good.yaml', '--json', '--grep', ids[1] ?? ''], folder);
		const selected = JSON.parse(one.stdout) as typeof all;
		expect(selected.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.id))).to.deep.equal([ids[1]]);
		const list = await gatecrash(['list', 'good.yaml', '--tag', 'sample'], folder);
		expect(list.stdout).to.include('only-the-shop-front').and.include(`1 scenario, ${ids.length} cells`);
		expect((await gatecrash(['list', 'good.yaml', '--tag', 'other'], folder)).stdout).to.include('0 scenarios');
		expect((await gatecrash(['plan', 'good.yaml'], folder)).stdout).to.match(/apply default-deny, front-to-orders/);
	});

	it('run ends with 2 when nothing is selected, without standing anything up', async () => {
		const { code, stdout, stderr } = await gatecrash(['run', 'good.yaml', '--tag', 'other', '--json'], folder);
		expect(code).to.equal(2);
		expect(JSON.parse(stdout)).to.include({ verdict: 'inconclusive', exitCode: 2 });
		expect(stderr).to.include('nothing was selected');
		expect((await gatecrash(['run', 'good.yaml', '--tag', 'other', '--strict'], folder)).code).to.equal(1);
	});

	it('run ends with 3 before anything runs when the cluster lacks what --require asks for', async () => {
		const { code, stderr } = await gatecrash(['run', 'good.yaml', '--require', 'cilium'], folder);
		expect(code).to.equal(3);
		expect(stderr).to.match(/cilium/);
	});

	it('init writes a scenario that validates, and never overwrites it unasked', async () => {
		expect((await gatecrash(['init', 'fresh'], folder)).code).to.equal(0);
		const file = join(folder, 'fresh/only-the-shop-front.yaml');
		expect((await gatecrash(['validate', 'fresh'], folder)).code).to.equal(0);
		writeFileSync(file, 'mine');
		const again = await gatecrash(['init', 'fresh'], folder);
		expect(again.code).to.equal(64);
		expect(again.stderr).to.include('--force');
		expect(readFileSync(file, 'utf8')).to.equal('mine');
		expect((await gatecrash(['init', 'fresh', '--force'], folder)).code).to.equal(0);
		expect(readFileSync(file, 'utf8')).to.equal(sampleScenario);
	});

	it('a reader that closes the pipe early changes nothing', async () => {
		mkdirSync(join(folder, 'pipe'), { recursive: true });
		const { spawn } = await import('node:child_process');
		const command = `"${process.execPath}" --import "${tsxLoader}" "${root}/src/main.ts" plan good.yaml --json | head -c 10 >/dev/null; exit "\${PIPESTATUS[0]}"`;
		const child = spawn('bash', ['-c', command], { cwd: folder, stdio: 'ignore', timeout: 20_000 });
		expect(await new Promise((resolve) => child.on('close', resolve))).to.equal(0);
	});
});

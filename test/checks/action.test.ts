import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import { makeSandbox, root } from '../cli/sandbox.ts';

interface Step {
	name?: string;
	if?: string;
	run?: string;
	uses?: string;
	env?: Record<string, string>;
}

interface Action {
	inputs: Record<string, { default?: string }>;
	runs: { steps: Step[] };
}

/** The action's own script, run as GitHub runs it: in a folder that is not ours, with the inputs in the environment. */
describe('the action runs gatecrash', function () {
	this.timeout(120_000);
	const { inputs, runs } = parse(readFileSync(join(root, 'action.yml'), 'utf8')) as Action;
	const step = runs.steps.find(({ name }) => name === 'Run gatecrash');
	let folder: string;
	let remove: () => void;
	beforeEach(() => {
		({ folder, remove } = makeSandbox());
		mkdirSync(join(folder, 'scenarios'));
		writeFileSync(join(folder, 'scenarios/shop.yaml'), sampleScenario);
	});
	afterEach(() => remove());

	function perform(script: string | undefined, variables: Record<string, string>) {
		for (const file of ['output', 'summary']) writeFileSync(join(folder, file), '');
		const { PATH = '', HOME = '' } = process.env;
		const { status, stdout, stderr } = spawnSync(
			'bash',
			['--noprofile', '--norc', '-eo', 'pipefail', '-c', script ?? ''],
			{
				cwd: folder,
				encoding: 'utf8',
				env: {
					...{ PATH, HOME, CI: 'true', GITHUB_ACTIONS: 'true', ACTION_FOLDER: root },
					...{ GITHUB_OUTPUT: join(folder, 'output'), GITHUB_STEP_SUMMARY: join(folder, 'summary') },
					...variables,
				},
			},
		);
		const lines = readFileSync(join(folder, 'output'), 'utf8').trim().split('\n');
		const outputs = Object.fromEntries(lines.map((line) => line.split('=', 2)));
		return { status, stdout, stderr, outputs, summary: readFileSync(join(folder, 'summary'), 'utf8') };
	}

	function act(given: Record<string, string>) {
		const values: [string, string][] = Object.entries(inputs).map(([name, { default: value = '' }]) => [
			`INPUT_${name.toUpperCase()}`,
			given[name] ?? value,
		]);
		// What the script reads is what the action hands to it.
		const handed = Object.keys(step?.env ?? {}).filter((name) => name.startsWith('INPUT_'));
		expect(handed).to.have.members(values.map(([name]) => name));
		return perform(step?.run, Object.fromEntries(values));
	}

	it('with its defaults: reports, outputs and the step summary', () => {
		const { status, stdout, outputs, summary } = act({});
		expect(stdout).to.include(' ENFORCED ');
		expect(status).to.equal(0);
		expect(outputs).to.deep.equal({ 'exit-code': '0', sarif: 'gatecrash-reports/results.sarif' });
		for (const name of ['junit.xml', 'results.sarif', 'report.html'])
			expect(existsSync(join(folder, 'gatecrash-reports', name)), name).to.equal(true);
		expect(summary).to.include('## ');
	});

	it('with paths and flags on several lines, in words that a shell must not touch', () => {
		writeFileSync(join(folder, 'other.yaml'), sampleScenario.replace(/name: \S+/, 'name: other'));
		const { status, outputs, stdout } = act({
			paths: 'scenarios\nother.yaml\n',
			args: '--grep /→/\n  --strict',
			reports: 'out/of',
		});
		expect(stdout).to.include('2 scenarios');
		expect(status).to.equal(0);
		expect(outputs).to.deep.equal({ 'exit-code': '0', sarif: 'out/of/results.sarif' });
		const touched = act({ paths: 'scenarios', args: '--grep $(touch${IFS}pwned) --grep `id`' });
		expect(touched.status).to.equal(2);
		expect(existsSync(join(folder, 'pwned'))).to.equal(false);
	});

	it('ends as gatecrash does: 1 for a leak with its annotation and reports, 64 without any for a wrong file', () => {
		const leaking = sampleScenario.replace('expect: allowed', 'expect: blocked');
		writeFileSync(join(folder, 'scenarios/shop.yaml'), leaking);
		const leak = act({});
		expect(leak.status).to.equal(1);
		expect(leak.outputs).to.deep.equal({ 'exit-code': '1', sarif: 'gatecrash-reports/results.sarif' });
		expect(leak.stdout).to.match(/^::error file=scenarios\/shop\.yaml,line=\d+/m);

		const wrong = act({ paths: 'nowhere.yaml', reports: 'none' });
		expect(wrong.status).to.equal(64);
		expect(wrong.outputs).to.deep.equal({ 'exit-code': '64' });
		expect(existsSync(join(folder, 'none/results.sarif'))).to.equal(false);
	});

	it('with a waivers file, whose waiver has expired', () => {
		const waiver = 'case: only-the-shop-front/connect/front→orders:8081/tcp/ipv4, reason: tried, expires: 2020-01-01';
		// Beside the scenarios, where it must not be taken for one.
		writeFileSync(
			join(folder, 'scenarios/waivers.yaml'),
			`apiVersion: gatecrash.dev/v1alpha1\nkind: Waivers\nwaivers:\n  - {${waiver}}\n`,
		);
		const { status, stdout, outputs } = act({ waivers: 'scenarios/waivers.yaml' });
		expect(stdout).to.include('expired');
		expect(status).to.equal(1);
		expect(outputs['exit-code']).to.equal('1');
	});
});

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parse } from 'yaml';
import { commands } from '../../src/cli/commands.ts';
import { kebabName } from '../../src/cli/flag.ts';
import { root } from '../cli/sandbox.ts';

interface Step {
	uses?: string;
	run?: string;
	shell?: string;
	with?: Record<string, string>;
}

interface Workflow {
	jobs?: Record<string, { steps: Step[] }>;
	runs?: { steps: Step[] };
	inputs?: Record<string, unknown>;
	permissions?: Record<string, string>;
}

const read = (file: string): Workflow => parse(readFileSync(join(root, file), 'utf8')) as Workflow;
const action = read('action.yml');
const files = readdirSync(join(root, '.github/workflows')).map((name) => `.github/workflows/${name}`);
const stepsOf = ({ jobs, runs }: Workflow): Step[] => [
	...(runs?.steps ?? []),
	...Object.values(jobs ?? {}).flatMap(({ steps }) => steps),
];

describe('the action and the workflows', () => {
	for (const file of ['action.yml', ...files]) {
		it(`${file}: scripts are sound shell, and hold no text of somebody else's`, () => {
			for (const { run } of stepsOf(read(file))) {
				if (run === undefined) continue;
				execFileSync('bash', ['-n'], { input: run });
				// GitHub would paste it into the script: a title of a pull request could then run.
				expect(run).to.not.include('${{');
			}
		});
	}

	it('use flags of gatecrash run that there are', () => {
		const known = new Set(Object.keys(commands.run.flags).map((key) => `--${kebabName(key)}`));
		const script = action.runs?.steps.find(({ run }) => run?.includes('dist/main.js" run'))?.run ?? '';
		const given = files.flatMap((file) => stepsOf(read(file)).map((step) => step.with?.['args'] ?? ''));
		const flags = [script, ...given].join(' ').match(/--[a-z-]+/g) ?? [];
		expect(flags).to.include('--reporter').and.include('--tag').and.include('--waivers');
		expect(flags.filter((flag) => !known.has(flag))).to.deep.equal([]);
	});

	it('give the action inputs that it has, and may write no more than they need', () => {
		for (const file of files) {
			const workflow = read(file);
			expect(workflow.permissions, file).to.include({ contents: 'read' });
			for (const step of stepsOf(workflow).filter(({ uses }) => uses === './')) {
				expect(Object.keys(action.inputs ?? {}), file).to.include.members(Object.keys(step.with ?? {}));
			}
		}
	});

	it('run what is in the repository', () => {
		for (const path of [
			'scripts/setup.sh',
			'Containerfile',
			'clusters/kind-calico.yaml',
			'clusters/kind-calico-istio.yaml',
		]) {
			expect(existsSync(join(root, path)), path).to.equal(true);
		}
	});
});

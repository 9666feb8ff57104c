import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { makeSandbox, root } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';

const scenarios = ['deny-all-ingress', 'ip-block-except', 'end-port', 'three-tier-shop'].map((name) =>
	join(root, `scenarios/network-policy/${name}.yaml`),
);
/** Some leaks among the rest. */
const bug = ['--inject', 'except-ignored'];

describe('shards of a run, merged', function () {
	this.timeout(120_000);
	let folder: string;
	let remove: () => void;
	const runs = [1, 2, 3].map(() => '');
	before(async () => {
		({ folder, remove } = makeSandbox());
		for (const index of runs.keys()) runs[index] = await runIn(`shard-${index}`, '--shard', `${index + 1}/3`);
	});
	after(() => remove());

	const runIn = async (name: string, ...flags: string[]): Promise<string> => {
		const ended = await gatecrashHere(['run', ...scenarios, ...bug, '--quiet', '--out', join(folder, name), ...flags]);
		expect(ended.code, ended.stderr).to.be.oneOf([0, 1]);
		return join(folder, name, 'latest');
	};
	const merge = (...given: string[]) => gatecrashHere(['merge', ...given, '--json', '--out', join(folder, 'merged')]);
	const verdictsOf = (run: RunVerdicts) =>
		Object.fromEntries(
			run.scenarios.flatMap(({ cells }) => cells.map(({ id, verdict, proof }) => [id, `${verdict}, ${proof}`])),
		);

	it('have the plan and the verdicts of one run, and are judged again to the same bytes', async () => {
		const ended = await merge(...runs.toReversed());
		expect(ended.code, ended.stderr).to.equal(1);
		const merged = JSON.parse(ended.stdout) as RunVerdicts;
		const whole = await runIn('whole');
		const one = JSON.parse(readFileSync(join(whole, 'verdicts.json'), 'utf8')) as RunVerdicts;
		expect(verdictsOf(merged)).to.deep.equal(verdictsOf(one));
		expect(merged.counts).to.deep.equal(one.counts).and.include({ leak: 4 });
		expect(merged).to.include({ complete: true, exitCode: 1 });
		const place = join(folder, 'merged/latest');
		expect(readFileSync(join(place, 'plan.json'), 'utf8')).to.equal(readFileSync(join(whole, 'plan.json'), 'utf8'));
		const judged = await gatecrashHere(['judge', place, '--json']);
		expect(judged.stdout)
			.to.equal(ended.stdout)
			.and.to.equal(readFileSync(join(place, 'verdicts.json'), 'utf8'));
	});

	it('say in every report that they are parts, and of what the whole was merged', async () => {
		const part = JSON.parse(readFileSync(join(runs[1] ?? '', 'verdicts.json'), 'utf8')) as RunVerdicts;
		expect(part.shard).to.deep.equal({ index: 2, of: 3 });
		const { stdout } = await gatecrashHere(['report', join(folder, 'merged/latest')]);
		expect(stdout).to.match(/merged +from 3 shards: /);
	});

	it('are refused with every reason at once where they are not one run, and nothing is written', async () => {
		rmSync(join(folder, 'merged'), { recursive: true, force: true });
		const { code, stderr } = await merge(runs[0] ?? '', runs[0] ?? '', join(folder, 'nowhere'));
		expect(code).to.equal(64);
		expect(stderr).to.match(/there is no run/);
		expect(stderr).to.match(/shard \d of 3 is there 2 times/);
		expect(stderr.match(/is missing/g)).to.have.length(2);
		expect(
			(await gatecrashHere(['trend', join(folder, 'merged')]).catch((error: Error) => error)) instanceof Error,
		).to.equal(true);
	});

	it('are refused where a plan was changed after the run', async () => {
		const file = join(runs[2] ?? '', 'plan.json');
		const text = readFileSync(file, 'utf8');
		writeFileSync(file, text.replace('"expectation": "blocked"', '"expectation": "observe"'));
		const { code, stderr } = await merge(...runs);
		writeFileSync(file, text);
		expect(code).to.equal(64);
		expect(stderr).to.match(/a plan\.json was changed/);
	});

	it('are one run that was cut off where one of them was, and inconclusive there', async () => {
		const file = join(runs[1] ?? '', 'history.jsonl');
		const text = readFileSync(file, 'utf8');
		const lines = text.split('\n');
		writeFileSync(file, `${lines.slice(0, lines.length >> 1).join('\n')}\n`);
		const { stdout } = await merge(...runs);
		writeFileSync(file, text);
		const merged = JSON.parse(stdout) as RunVerdicts;
		expect(merged.complete).to.equal(false);
		expect(merged.counts.inconclusive).to.be.greaterThan(0);
		expect(merged.reasons.map(({ text: said }) => said).join(' ')).to.match(/shard 2 was cut off/);
	});
});

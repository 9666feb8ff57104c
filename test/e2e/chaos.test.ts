import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import { parseHistory } from '../../src/history/read-history.ts';
import type { Plan } from '../../src/model/plan.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderJson } from '../../src/report/json.ts';
import { type Ended, makeSandbox, root } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';

/** Seeded bugs that show only while something changes or breaks: scenario of the catalogue, and what it has to say. */
const bugs: Record<string, { scenario: string; code: string }> = {
	'fail-open-on-restart': { scenario: 'enforcer-restarted', code: 'leak-window' },
	'open-while-loading': { scenario: 'enforcer-restarted-slowly', code: 'leak-window' },
	'dns-fails-open': { scenario: 'dns-restarted', code: 'leak-window' },
	'capture-goes-with-sidecar': { scenario: 'sidecars-restarted', code: 'leak-window' },
	'pods-before-rules': { scenario: 'node-restarted', code: 'leak-window' },
	'pair-stays-allowed': { scenario: 'policy-flipped', code: 'never-closed' },
	'flush-then-load': { scenario: 'policies-churned', code: 'leak-window' },
	'late-programming': { scenario: 'policy-flipped', code: 'closed-late' },
	'deleted-pod-stays': { scenario: 'address-used-again', code: 'leak-window' },
	'relabelled-pod-stays': { scenario: 'pod-relabelled-under-attempts', code: 'never-opened' },
	'new-pod-late': { scenario: 'server-recreated', code: 'exposed-too-long' },
};

describe('chaos on the embedded cluster', function () {
	this.timeout(120_000);
	let folder: string;
	let remove: () => void;
	before(() => ({ folder, remove } = makeSandbox()));
	after(() => remove());

	const run = (scenarios: string[], ...flags: string[]): Promise<Ended> => {
		const files = scenarios.map((scenario) => join(root, `scenarios/chaos/${scenario}.yaml`));
		return gatecrashHere(['run', ...files, '--json', '--out', folder, ...flags]);
	};
	const read = ({ stdout }: Ended) => JSON.parse(stdout) as RunVerdicts;

	it('finds nothing in an honest enforcer that is ended and started again, and judges it the same offline', async () => {
		const ended = await run(['enforcer-restarted', 'policies-churned']);
		expect(ended.code, ended.stderr).to.equal(0);
		const verdicts = read(ended);
		expect(verdicts.counts).to.deep.include({ leak: 0, broken: 0, inconclusive: 0 });
		const latest = join(folder, 'latest');
		const plan = JSON.parse(readFileSync(join(latest, 'plan.json'), 'utf8')) as Plan;
		const { events } = parseHistory(readFileSync(join(latest, 'history.jsonl'), 'utf8'));
		expect(renderJson(judge(plan, events))).to.equal(readFileSync(join(latest, 'verdicts.json'), 'utf8'));
	});

	it('measures the windows of an enforcer that takes its rules along, one in each round', async () => {
		const ended = await run(['enforcer-flushed']);
		expect(ended.code, ended.stderr).to.equal(0);
		const cells = read(ended).scenarios[0]?.cells ?? [];
		const around = cells.filter(({ from, chaos }) => from === 'stranger' && chaos);
		expect(around).to.have.length(2);
		for (const { chaos } of around) {
			expect(chaos?.leakWindows).to.equal(5);
			expect(chaos?.leaks.map(({ round }) => round)).to.deep.equal([0, 1, 2, 3, 4]);
			// At least as long as it was away, whatever the machine takes besides.
			for (const { atMost } of chaos?.leaks ?? []) expect(atMost).to.be.at.least(250);
		}
	});

	it('uses no source port of an address twice when that goes from one pod to another', async () => {
		await run(['address-used-again']);
		const { events } = parseHistory(readFileSync(join(folder, 'latest/history.jsonl'), 'utf8'));
		const used = new Map<string, number>();
		for (const began of events.flatMap((event) => (event.is === 'stream-began' ? [event] : []))) {
			const packed = events.flatMap((event) =>
				event.is === 'tries' && event.stream === began.stream ? event.tries : [],
			);
			for (const [index] of packed) {
				const port = began.source.port + (index % began.ports);
				const tuple = `${began.source.address} ${port} ${began.destination.address} ${began.destination.port}`;
				used.set(tuple, (used.get(tuple) ?? 0) + 1);
			}
		}
		expect(used.size).to.be.above(100);
		expect([...used].filter(([, times]) => times > 1)).to.deep.equal([]);
	});

	for (const [bug, { scenario, code }] of Object.entries(bugs)) {
		it(`${bug}: ${scenario} says ${code} and puts it down to the engine`, async () => {
			const ended = await run([scenario], '--inject', bug);
			expect(ended.code, ended.stderr).to.equal(1);
			const failed = read(ended).scenarios.flatMap(({ cells }) =>
				cells.filter(({ verdict }) => /leak|broken/.test(verdict)),
			);
			expect(failed.flatMap(({ reasons }) => reasons.map((reason) => reason.code))).to.include(code);
			expect(new Set(failed.map(({ diagnosis }) => diagnosis))).to.deep.equal(new Set(['engine']));
		});
	}
});

import { expect } from 'chai';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import { selectCells } from '../../src/cli/select-cells.ts';
import type { Plan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const none = { tag: [], grep: [], exclude: [] };

function planOf(text: string): Plan {
	const { scenarios, diagnostics } = parseScenarioText(
		text,
		'sample.yaml',
		() => ({ problem: 'there is none' }) as never,
	);
	expect(diagnostics).to.deep.equal([]);
	return planScenarios(scenarios, {
		name: 'test',
		capabilities: new Set(['network-policy', 'ipv4']),
		families: ['ipv4'],
	}).plan;
}

function ids(plan: Plan): string[] {
	return plan.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.id.replace(/^[^/]*\/connect\//, '')));
}

/** The policy is there before the attempts: no automatic baseline, so proof is by earlier phases and by contrast. */
const phased = sampleScenario.replace(
	/ {2}attempts:[^]*$/,
	`  phases:
    - attempt: [{from: [front, stranger], to: orders:8080, expect: allowed}]
    - apply: [default-deny, front-to-orders]
    - settle: {}
    - name: after
      attempt:
        - {from: front, to: orders:8080, expect: allowed}
        - {from: front, to: orders:8081, expect: blocked}
        - {from: stranger, to: orders:8080, expect: blocked}
`,
);

describe('selection of cells', () => {
	const plan = planOf(sampleScenario);

	it('takes everything without flags', () => {
		expect(selectCells(plan, none)).to.deep.equal(plan);
	});

	it('by part of an id, by expression, by tag, and without what is excluded', () => {
		expect(ids(selectCells(plan, { ...none, grep: ['stranger→'] }))).to.deep.equal([
			'stranger→orders:8080/tcp/ipv4',
			'stranger→orders:8081/tcp/ipv4',
		]);
		expect(ids(selectCells(plan, { ...none, grep: ['/:808[0]\\/tcp/'], exclude: ['front'] }))).to.deep.equal([]);
		expect(ids(selectCells(plan, { ...none, grep: ['/:808[0]\\/tcp/'], exclude: ['→orders:8081'] }))).to.deep.equal([
			'front→orders:8080/tcp/ipv4',
			'stranger→orders:8080/tcp/ipv4',
		]);
		expect(selectCells(plan, { ...none, tag: ['nothing'] }).scenarios).to.deep.equal([]);
		expect(selectCells(plan, { ...none, tag: ['sample', 'nothing'] })).to.deep.equal(plan);
	});

	it('leaves no step that names a cell which is gone, and no scenario without a cell', () => {
		const selected = selectCells(plan, { ...none, grep: ['stranger→orders:8080'] });
		const known = new Set(selected.scenarios.flatMap((scenario) => scenario.cells.map((cell) => cell.id)));
		const named = selected.scenarios.flatMap((scenario) =>
			scenario.steps.flatMap((step) => ('cells' in step ? step.cells : [])),
		);
		expect(named).to.have.length(4);
		expect(named.every((id) => known.has(id))).to.equal(true);
		expect(selectCells(plan, { ...none, grep: ['nobody'] }).scenarios).to.deep.equal([]);
	});

	it('keeps what a proof needs where nothing is bracketed by itself: the same path before, and siblings', () => {
		const selected = selectCells(planOf(phased), { ...none, grep: ['/stranger→orders:8080.*after/'] });
		const kept = selected.scenarios.flatMap((scenario) => scenario.cells);
		expect(kept.map((cell) => `${cell.expectation} ${cell.from.name} ${cell.port}`)).to.deep.equal([
			'allowed stranger 8080',
			'allowed front 8080',
			'blocked stranger 8080',
		]);
	});

	it('a bad certificate, which no baseline shows open, brings the good one along', () => {
		const text = sampleScenario.replace(/namespaces:\n/, 'namespaces:\n    elsewhere: {}\n').replace(
			/ {2}attempts:[^]*$/,
			`  attempts:
    - {kind: tls, from: stranger, to: orders:8080, certificate: expired, expect: blocked}
    - {kind: tls, from: stranger, to: orders:8080, expect: allowed}
    - {from: front, to: orders:8080, expect: allowed}
    - {from: front, to: orders:8081, expect: blocked}
`,
		);
		const { scenarios } = parseScenarioText(text, 'sample.yaml', () => ({ problem: 'there is none' }) as never);
		const target = { name: 'test', capabilities: new Set(['network-policy', 'ipv4', 'envoy'] as const) };
		const { plan: meshed } = planScenarios(scenarios, { ...target, families: ['ipv4'] });
		const kept = (grep: string) =>
			selectCells(meshed, { ...none, grep: [grep] }).scenarios.flatMap(({ cells }) => cells.map(({ id }) => id));
		expect(kept('/expired').map((id) => id.replace(/^[^/]*\//, ''))).to.deep.equal([
			'tls/stranger→orders:8080/tcp/ipv4/expired',
			'tls/stranger→orders:8080/tcp/ipv4/valid',
			'connect/front→orders:8080/tcp/ipv4',
		]);
		expect(kept('orders:8081')).to.have.length(1);
	});
});

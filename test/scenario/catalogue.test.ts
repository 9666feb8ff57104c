import { expect } from 'chai';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import type { AttemptSpec, Scenario } from '../../src/model/scenario.ts';

function attemptsOf(scenario: Scenario): AttemptSpec[] {
	return [
		...scenario.attempts,
		...(scenario.phases ?? []).flatMap((phase) => (phase.do === 'attempt' ? phase.attempts : [])),
	];
}

describe('the shipped scenarios', () => {
	let shipped: Awaited<ReturnType<typeof readScenarios>>;
	before(async () => {
		shipped = await readScenarios(['scenarios']);
	});
	const networkPolicy = () => shipped.scenarios.filter(({ file }) => file.includes('scenarios/network-policy/'));

	it('are valid without a warning', () => {
		const { scenarios, diagnostics } = shipped;
		expect(diagnostics).to.deep.equal([]);
		expect(scenarios.length).to.be.at.least(30);
	});

	it('say what they show, where it is written, and why each expectation follows', () => {
		const { scenarios } = shipped;
		for (const scenario of scenarios) {
			expect(scenario.description, scenario.name).to.not.equal('');
			expect(scenario.reference, scenario.name).to.not.equal('');
			expect(scenario.tags, scenario.name).to.not.be.empty;
			for (const { reason, position } of attemptsOf(scenario))
				expect(reason, `${position.file}:${position.line}`).to.be.a('string');
		}
	});

	it('take no stance where the specification leaves the point open', () => {
		const { scenarios } = shipped;
		for (const scenario of scenarios) {
			const observes =
				attemptsOf(scenario).some(({ expect: expected }) => expected === 'observe') ||
				scenario.chaos.some(({ expect: demanded }) => demanded.leaks === 'observe');
			expect(observes, scenario.name).to.equal(scenario.status === 'open');
		}
	});

	it('back up other shipped scenarios only', () => {
		const { scenarios } = shipped;
		const names = new Set(scenarios.map(({ name }) => name));
		for (const { name, backsUp } of scenarios)
			for (const other of backsUp) expect(other !== name && names.has(other), `${name}: ${other}`).to.equal(true);
	});

	it('hold the EKS guide’s policies, one demo and the canonical matrix', () => {
		const scenarios = networkPolicy();
		const tagged = (tag: string) => scenarios.filter(({ tags }) => tags.includes(tag)).map(({ name }) => name);
		expect(tagged('eks-best-practices')).to.deep.equal([
			'calico-global-default-deny',
			'eks-allow-dns',
			'eks-allow-ingress-app-one',
			'eks-default-deny',
		]);
		expect(tagged('demo')).to.deep.equal(['eks-allow-ingress-app-one']);
		expect(tagged('matrix')).to.deep.equal(['canonical-matrix']);
	});

	/** Without phases the plan brackets every block; with them the file has to. */
	it('show each blocked path open too, where phases say when', () => {
		const scenarios = networkPolicy();
		for (const scenario of scenarios.filter(({ phases }) => phases !== undefined)) {
			const paths = (expected: string) =>
				new Set(
					attemptsOf(scenario)
						.filter((attempt) => attempt.expect === expected)
						.flatMap(({ from, to }) =>
							from.flatMap((source) => to.map((target) => `${source.name} ${target.kind}/${target.name}`)),
						),
				);
			const open = paths('allowed');
			expect(
				[...paths('blocked')].filter((path) => !open.has(path)),
				scenario.name,
			).to.deep.equal([]);
		}
	});
});

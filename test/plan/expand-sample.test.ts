import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { matrixScenario } from '../../scripts/matrix-scenario.ts';
import { capabilityNames } from '../../src/model/capability.ts';
import type { Cell } from '../../src/model/plan.ts';
import type { MatrixSpec, Scenario } from '../../src/model/scenario.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { podClasses } from '../../src/plan/pod-classes.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import { root } from '../cli/sandbox.ts';

const target = { name: 'x', capabilities: new Set(capabilityNames), families: ['ipv4'] as const };
const noFiles = () => {
	throw new Error('there are no policy files');
};

function parse(text: string): Scenario {
	const { scenarios, diagnostics } = parseScenarioText(text, 's.yaml', noFiles);
	expect(diagnostics).to.deep.equal([]);
	return scenarios[0] as Scenario;
}

/** The bench's matrix: 3 namespaces, allowed from `x` to the first pod of each, which is spelled out. */
function matrixOf(pods: number, sample?: MatrixSpec['sample']): { scenario: Scenario; cells: Cell[] } {
	const scenario = parse(matrixScenario(pods));
	for (const attempt of scenario.attempts) if (attempt.matrix && sample) attempt.matrix.sample = sample;
	return { scenario, cells: planScenarios([scenario], target).plan.scenarios[0]?.cells ?? [] };
}

const sum = (cells: Cell[]) => cells.reduce((total, { standsFor }) => total + (standsFor ?? 1), 0);

describe('a sampled matrix', () => {
	it('stands for every path of the whole one, whatever other attempts name', () => {
		const whole = matrixOf(30).cells;
		for (const pairs of [1, 2, 7, 10_000]) {
			const { cells } = matrixOf(30, { pairs, seed: 0 });
			expect(sum(cells), `${pairs} pairs`).to.equal(whole.length);
			expect(cells.every(({ standsFor }) => standsFor === undefined || standsFor >= 1)).to.equal(true);
			const ids = new Set(whole.map(({ id }) => id));
			expect(cells.filter(({ id }) => !ids.has(id))).to.deep.equal([]);
			if (pairs === 10_000) expect(cells).to.have.length(whole.length);
		}
	});

	it('attempts every class from every class', () => {
		const { scenario, cells } = matrixOf(60, { pairs: 1, seed: 0 });
		const classes = podClasses(scenario, Object.keys(scenario.pods));
		expect(new Set(classes.values()).size).to.equal(6);
		const tried = new Set(cells.map(({ from, to }) => `${classes.get(from.name)} → ${classes.get(to.name)}`));
		// A class of one pod has no pair with itself but loopback, which this matrix has.
		expect(tried.size).to.equal(36);
		expect(cells.length).to.be.lessThan(400);
		expect(sum(cells)).to.equal(14_400);
	});

	it('takes the same pairs each time, others with another seed, and spreads them over pods', () => {
		const ids = (seed: number) => matrixOf(60, { pairs: 5, seed }).cells.map(({ id }) => id);
		expect(ids(1)).to.deep.equal(ids(1));
		expect(ids(1)).not.to.deep.equal(ids(2));
		const { cells } = matrixOf(60, { pairs: 19, seed: 0 });
		expect(new Set(cells.map(({ from }) => from.name)).size).to.equal(60);
		expect(new Set(cells.map(({ to }) => to.name)).size).to.equal(60);
	});

	it('of 1,000 pods is planned in seconds, and stands for 4,000,000 paths', function () {
		this.timeout(60_000);
		const { cells } = matrixOf(1000, { pairs: 3, seed: 0 });
		expect(sum(cells)).to.equal(4_000_000);
		expect(cells.length).to.be.lessThan(10_000);
	});
});

describe('pods that no policy tells apart', () => {
	it('have the same predictions, towards and from every pod, in every shipped scenario and a large one', async function () {
		this.timeout(120_000);
		const folder = join(root, 'scenarios/network-policy');
		const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
		const { scenarios } = await readScenarios(files.map((name) => join(folder, name)));
		let shared = 0;
		for (const scenario of [...scenarios, parse(matrixScenario(21))]) {
			if (scenario.phases || scenario.attempts.length === 0) continue;
			const { attempts, ...rest } = scenario;
			const matrix: MatrixSpec = { pods: 'all', ports: 'all', loopback: false };
			const attempt = { ...attempts[0], kind: 'connect', expect: 'predicted', name: undefined, on: undefined, matrix };
			const all = { ...rest, attempts: [attempt], chaos: [] } as unknown as Scenario;
			const classes = podClasses(scenario, Object.keys(scenario.pods));
			const seen = new Map<string, string>();
			for (const cell of planScenarios([all], target).plan.scenarios[0]?.cells ?? []) {
				const ends = [cell.from.name, cell.to.name].map((name) => classes.get(name));
				const key = `${ends.join(' → ')} ${cell.port}/${cell.protocol}/${cell.family}`;
				const before = seen.get(key);
				if (before !== undefined) shared += 1;
				expect(before ?? cell.prediction.verdict, `${scenario.name} ${cell.path}`).to.equal(cell.prediction.verdict);
				seen.set(key, cell.prediction.verdict);
			}
		}
		expect(shared).to.be.greaterThan(500);
	});

	const scenarioOf = (policy: string, more = '') =>
		parse(`
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  namespaces: {shop: {}, other: {}}
  pods:
    a: {namespace: shop, labels: {app: web, version: one}, listen: [80/tcp]}
    b: {namespace: shop, labels: {app: web, version: two}, listen: [80/tcp]}
    far: {namespace: other, labels: {app: web}, listen: [80/tcp]}
    ports: {namespace: shop, labels: {app: web}, listen: [81/tcp]}
  policies:
    one:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: one, namespace: shop}
        spec: ${policy}
  attempts: [{matrix: {pods: all, ports: all}, expect: predicted}]
${more}`);
	const classesOf = (scenario: Scenario) => {
		const classes = podClasses(scenario, Object.keys(scenario.pods));
		return Object.keys(scenario.pods).map((name) => [...new Set(classes.values())].indexOf(classes.get(name) ?? ''));
	};

	it('may have labels that no selector asks for; namespaces and ports part them', () => {
		expect(classesOf(scenarioOf('{podSelector: {matchLabels: {app: web}}}'))).to.deep.equal([0, 0, 1, 2]);
	});

	const parts: Record<string, string> = {
		'the selector of a policy': '{podSelector: {matchLabels: {version: one}}}',
		'the selector of a peer':
			'{podSelector: {}, ingress: [{from: [{podSelector: {matchExpressions: [{key: version, operator: In, values: [two]}]}}]}]}',
		'an address': '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 0.0.0.0/0, except: [$(pods.a.ipv4)/32]}}]}]}',
		'a range that may hold one and not the other':
			'{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/28}}]}]}',
		'a range around an address': '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: $(pods.far.ipv4)/24}}]}]}',
	};
	for (const [name, policy] of Object.entries(parts)) {
		it(`are parted by ${name}`, () => {
			const [a, b] = classesOf(scenarioOf(policy));
			expect(a).not.to.equal(b);
		});
	}

	it('are parted by a phase that relabels one of them', () => {
		const phases =
			'  phases:\n    - attempt: [{matrix: {pods: all, ports: all}, expect: predicted}]\n    - label: {pod: a, set: {x: "1"}}';
		const [a, b] = classesOf(parse(scenarioText(phases)));
		expect(a).not.to.equal(b);
	});
	function scenarioText(phases: string): string {
		return `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  namespaces: {shop: {}}
  pods:
    a: {namespace: shop, listen: [80/tcp]}
    b: {namespace: shop, listen: [80/tcp]}
${phases}
`;
	}
});

import type { Bug } from '../../src/cluster/netns/bugs/bug.ts';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { ipFamilies } from '../../src/model/address.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { affectedBy, type Noticed, observe, observeHonest, type Witness } from '../bug-matrix/observe.ts';
import type { GeneratedSet } from './generate-set.ts';
import type { Results, Shown } from './results.ts';

export interface Run {
	results: Results;
	say: (line: string) => void;
	/** Nothing more is begun then. */
	isOver: () => boolean;
}

/** Bugs at a time; each run mostly waits for what must not come. */
const lanes = 3;

/** As for the embedded cluster; a scenario that can't run there has a `skip`. */
export function plansFor(scenarios: Scenario[]): ScenarioPlan[] {
	const cluster = createEmbeddedCluster();
	const { plan } = planScenarios(scenarios, {
		...{ name: cluster.name, capabilities: cluster.capabilities, known: cluster.known, remedies: cluster.remedies },
		families: ipFamilies.filter((family) => cluster.capabilities.has(family)),
		refuses: (scenario) => cluster.refuses?.(scenario),
	});
	return plan.scenarios;
}

/** Runs each generated scenario on an honest engine, and with each of the bugs; what was shown before is not run again. */
export async function runSets(
	sets: readonly { generated: GeneratedSet; bugs: readonly Bug[] }[],
	{ results, say, isOver }: Run,
): Promise<void> {
	const left = sets.flatMap(({ generated, bugs }) => {
		const shown = results.of(generated.set.name, generated.hash);
		const open = bugs.filter((bug) => shown.bugs[bug.name] === undefined);
		return open.length > 0 || !shown.honest ? [{ generated, shown, open }] : [];
	});
	if (left.length === 0) return;
	const plans = plansFor(left.map(({ generated }) => generated.scenario)).filter(({ skip }) => skip === undefined);
	const witnesses = await observeHonest(plans);
	for (const { plan, honest } of witnesses) {
		const shown = left.find(({ generated }) => generated.set.name === plan.name)?.shown;
		if (shown) shown.honest = honest.counts;
	}
	results.save();
	say(`${witnesses.length} generated scenarios on an honest engine`);
	const queue = [...new Set(left.flatMap(({ open }) => open))];
	const work = async (): Promise<void> => {
		while (!isOver()) {
			const bug = queue.shift();
			if (!bug) return;
			const concerned = left.filter(({ open }) => open.includes(bug));
			const names = new Map(concerned.map(({ generated, shown }) => [generated.set.name, shown]));
			await runBug(
				bug,
				witnesses.filter(({ plan }) => names.has(plan.name)),
				(name) => names.get(name),
			);
			results.save();
			const caught = [...names.values()].filter(({ bugs }) => bugs[bug.name] === 'caught').length;
			say(`${bug.name}: caught by ${caught} of ${names.size}`);
		}
	};
	await Promise.all(Array.from({ length: lanes }, work));
}

async function runBug(bug: Bug, witnesses: Witness[], shownOf: (name: string) => Shown | undefined): Promise<void> {
	const note = (name: string, what: Shown['bugs'][string]): void => {
		const shown = shownOf(name);
		if (shown) shown.bugs[bug.name] = what;
	};
	// What a proxy or resolver does wrong is no rule of the kernel.
	const inRules = !['mutual TLS', 'proxies', 'DNS'].includes(bug.concerns);
	const affected = inRules ? affectedBy(bug, witnesses) : witnesses;
	const noticed = affected.length === 0 ? new Map<string, Noticed>() : await observe(bug, affected);
	const unclear = affected.filter(
		({ plan: { name } }) => noticed.get(name)?.inconclusive && !isCaught(noticed.get(name)),
	);
	for (const [name, one] of unclear.length === 0 ? [] : await observe(bug, unclear)) noticed.set(name, one);
	for (const witness of witnesses) {
		const { plan } = witness;
		const one = noticed.get(plan.name);
		if (!affected.includes(witness)) note(plan.name, 'no rule changes');
		else note(plan.name, isCaught(one) ? 'caught' : one?.inconclusive ? 'inconclusive' : 'missed');
	}
}

function isCaught(noticed: Noticed | undefined): boolean {
	return noticed !== undefined && (noticed.leak || noticed.broken);
}

import type { Bug } from '../../src/cluster/netns/bugs/bug.ts';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { ipFamilies } from '../../src/model/address.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import { type Noticed, type Witness, observe, observeHonest, sampleOf } from './observe.ts';
import { type Row, killers, problemsOf } from './problems.ts';
import type { Suite } from './suites.ts';

/** Runs at a time; each stands up several scenarios at once, and mostly waits for what must not come. */
const lanes = 3;

export interface SuiteResult {
	rows: Row[];
	run: ScenarioPlan[];
	exempt: ScenarioPlan[];
	/** What speaks against bugs or scenarios, a sentence for each. */
	problems: string[];
}

/** Injects each bug, of `wanted` where there are any, into the scenarios that could notice it. `say` hears of each as it ends. */
export async function runSuite(
	suite: Suite,
	{ wanted, sample, say }: { wanted: readonly Bug[]; sample: number; say: (line: string) => void },
): Promise<SuiteResult> {
	const { scenarios } = await readScenarios([suite.folder]);
	const cluster = createEmbeddedCluster();
	const { plan } = planScenarios(scenarios, {
		...{ name: cluster.name, capabilities: cluster.capabilities, known: cluster.known, remedies: cluster.remedies },
		families: ipFamilies.filter((family) => cluster.capabilities.has(family)),
		refuses: (scenario) => cluster.refuses?.(scenario),
	});
	const run = plan.scenarios.filter(({ skip }) => skip === undefined);
	const exempt = plan.scenarios.filter(({ skip }) => skip !== undefined);
	const witnesses = await observeHonest(run);
	say(`${suite.title}: ${run.length} scenarios on an honest engine`);

	// Those that show in few scenarios first: they say most.
	const queue = suite.bugs
		.filter((bug) => wanted.length === 0 || wanted.includes(bug))
		.map((bug) => ({ bug, affected: suite.affectedBy(bug, witnesses) }))
		.toSorted((a, b) => a.affected.length - b.affected.length);
	const rows: Row[] = [];
	const failed: string[] = [];
	const work = async (): Promise<void> => {
		for (let one = queue.shift(); one; one = queue.shift()) {
			const { bug, affected } = one;
			const isBlinding = suite.blinding.has(bug);
			const noticed = await observeSome(bug, affected, sample, isBlinding).catch((error: unknown) => {
				failed.push(`${bug.name} could not be run: ${describe(error)}`);
				return new Map<string, Noticed>();
			});
			const row: Row = { bug, affected: affected.length, noticed, isBlinding };
			rows.push(row);
			const by = killers(row).join(', ') || 'NOBODY';
			say(`${bug.name}: ${noticed.size} of ${affected.length} that could, noticed by ${by}`);
		}
	};
	await Promise.all(Array.from({ length: lanes }, work));
	rows.sort((a, b) => suite.bugs.indexOf(a.bug) - suite.bugs.indexOf(b.bug));
	return { rows, run, exempt, problems: [...failed, ...problemsOf(suite, rows, witnesses, scenarios)] };
}

/** A sample; all of the others too where nothing in it notices the bug. */
async function observeSome(
	bug: Bug,
	affected: Witness[],
	sample: number,
	isBlinding: boolean,
): Promise<Map<string, Noticed>> {
	const some = sampleOf(bug, affected, sample);
	const noticed = await observeTwice(bug, some, isBlinding);
	if (killers({ bug, noticed, isBlinding }).length > 0) return noticed;
	const others = affected.filter((witness) => !some.includes(witness));
	return new Map([...noticed, ...(await observeTwice(bug, others, isBlinding))]);
}

/** What could not be judged is tried once more, alone: other runs take time from it. A blinding bug is meant to do that. */
async function observeTwice(bug: Bug, affected: Witness[], isBlinding: boolean): Promise<Map<string, Noticed>> {
	if (affected.length === 0) return new Map();
	const noticed = await observe(bug, affected);
	const again = affected.filter(({ plan: { name } }) => !isBlinding && noticed.get(name)?.inconclusive);
	for (const [name, one] of again.length === 0 ? [] : await observe(bug, again)) noticed.set(name, one);
	return noticed;
}

/** With what caused it. */
function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}

import type { Bug, Concern } from '../../src/cluster/netns/bugs/bug.ts';
import { engineWith } from '../../src/cluster/netns/bugs/inject.ts';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { Engine } from '../../src/cluster/netns/engine.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import type { CellVerdict, ScenarioVerdict } from '../../src/model/verdict.ts';
import { isConcerned } from './concerns.ts';
import { type Recording, recordingEngine, replay } from './recording.ts';
import { runPlan } from './run-plan.ts';

/** What a scenario has or has not whatever the rules are: where there is no such traffic, no rule about it can show. */
const trafficConcerns = new Set<Concern>([
	'UDP',
	'IPv6',
	'Services',
	'node ports',
	'traffic of the node',
	'a pod that reaches itself',
	'the outside world',
	'held connections',
]);

/** Milliseconds. */
const muchLonger = 500;

/** A scenario with what it shows on an honest engine. */
export interface Witness {
	plan: ScenarioPlan;
	recording: Recording;
	honest: ScenarioVerdict;
}

/** What a scenario showed of a bug; all false: it didn't notice. */
export interface Noticed {
	leak: boolean;
	broken: boolean;
	/** Another state of a path than on an honest engine, whatever was declared. */
	changed: boolean;
	/** Some cell could not be judged. */
	inconclusive: boolean;
	/** A leak or a broken path was put down to the engine. */
	engine: boolean;
}

/** Runs every scenario on an honest engine and writes down what that one is told; once more what could not be judged. */
export async function observeHonest(plans: ScenarioPlan[]): Promise<Witness[]> {
	const all = await observeOnce(plans);
	const again = all.filter(({ honest }) => honest.counts.inconclusive > 0).map(({ plan }) => plan);
	const repeated = again.length === 0 ? [] : await observeOnce(again);
	return all.map((one) => repeated.find(({ plan }) => plan === one.plan) ?? one);
}

async function observeOnce(plans: ScenarioPlan[]): Promise<Witness[]> {
	const recordings = new Map<string, Recording>();
	const cluster = createEmbeddedCluster({
		engine: (scenario) => {
			const recording: Recording = { views: [], services: [] };
			recordings.set(scenario, recording);
			return recordingEngine(recording);
		},
	});
	const verdicts = await runPlan(plans, cluster);
	return plans.map((plan) => {
		const [recording, honest] = [recordings.get(plan.name), verdicts.find(({ scenario }) => scenario === plan.name)];
		if (!recording || !honest) throw new Error(`${plan.name} was not run`);
		return { plan, recording, honest };
	});
}

/** The scenarios in which a bug changes some rule, and that have traffic which could tell; no other one can notice it. */
export function affectedBy(bug: Bug, witnesses: Witness[]): Witness[] {
	return witnesses.filter(({ plan, recording }) => {
		if (trafficConcerns.has(bug.concerns) && !isConcerned(bug.concerns, plan, recording)) return false;
		const rules = replay(recording, new Engine());
		return replay(recording, engineWith([bug])).some((text, index) => text !== rules[index]);
	});
}

/** The scenarios that have to do with what a bug is about. */
export function concernedBy(bug: Bug, witnesses: Witness[]): Witness[] {
	return witnesses.filter(({ plan, recording }) => isConcerned(bug.concerns, plan, recording));
}

/**
 * A few of those that a bug affects: most that have to do with it, the smaller ones first, and some that have not. A bug that
 * changes rules everywhere is not more convincing for failing everywhere, and this takes a second for each scenario.
 */
export function sampleOf(bug: Bug, affected: Witness[], size: number): Witness[] {
	const cost = ({ plan }: Witness) => Object.keys(plan.workload.pods).length;
	const sorted = affected.toSorted((a, b) => cost(a) - cost(b));
	const strangers = sorted.filter(({ plan, recording }) => !isConcerned(bug.concerns, plan, recording));
	const few = strangers.slice(0, Math.floor(size / 4));
	const rest = sorted.filter((witness) => !strangers.includes(witness));
	return [...few, ...rest.slice(0, size - few.length)];
}

/** Runs scenarios with one bug injected. */
export async function observe(bug: Bug, witnesses: Witness[]): Promise<Map<string, Noticed>> {
	const cluster = createEmbeddedCluster({ inject: [bug.name] });
	const verdicts = await runPlan(
		witnesses.map(({ plan }) => plan),
		cluster,
	);
	return new Map(
		witnesses.map(({ plan, honest }) => {
			const wrong = verdicts.find(({ scenario }) => scenario === plan.name);
			if (!wrong) throw new Error(`${plan.name} was not run with ${bug.name}`);
			return [plan.name, compare(wrong, honest)];
		}),
	);
}

function compare(wrong: ScenarioVerdict, honest: ScenarioVerdict): Noticed {
	const before = new Map(honest.cells.map((cell) => [cell.id, cell]));
	return {
		leak: wrong.counts.leak > honest.counts.leak,
		broken: wrong.counts.broken > honest.counts.broken,
		changed: wrong.cells.some((cell) => isOtherwise(cell, before.get(cell.id))),
		inconclusive: wrong.counts.inconclusive > honest.counts.inconclusive,
		engine: wrong.cells.some(({ diagnosis }) => diagnosis === 'engine'),
	};
}

/** A path has another state; or a connection that is kept goes on for much longer, or much shorter, than it does otherwise. */
function isOtherwise(now: CellVerdict, honest: CellVerdict | undefined): boolean {
	if (now.observed.state !== 'unknown' && now.observed.state !== honest?.observed.state) return true;
	const [one, other] = [now.chaos?.outlived, honest?.chaos?.outlived];
	return one !== undefined && other !== undefined && Math.abs(one.median - other.median) > muchLonger;
}

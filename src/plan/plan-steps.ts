import type { IpFamily } from '../model/address.ts';
import type { Capability } from '../model/capability.ts';
import type { KnownNetwork } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Cell, HeldConnection, Step } from '../model/plan.ts';
import type { PhaseSpec, Scenario } from '../model/scenario.ts';
import { canBeOpen } from './credentials.ts';
import { isChange } from './cluster-state.ts';
import { type ExpansionContext, expandAttempts } from './expand-attempts.ts';
import { dialledTargets, type PodsThen } from './dialled-targets.ts';
import { hasStance, planChaos, type PlannedChaos } from './plan-chaos.ts';
import { planWorkload } from './plan-workload.ts';
import { Predictor } from './predictor.ts';
import { changeName, follow, stepOf } from './phase-step.ts';

interface StepsTarget {
	families: readonly IpFamily[];
	capabilities: ReadonlySet<Capability>;
	tries: number;
	known: KnownNetwork | undefined;
}

export interface PlannedSteps {
	cells: Cell[];
	steps: Step[];
	diagnostics: Diagnostic[];
}

/** The ordered steps of a scenario and the cells that they attempt. */
export function planSteps(scenario: Scenario, target: StepsTarget): PlannedSteps {
	const pods = planWorkload(scenario).initialPods;
	const predictor = new Predictor(scenario, pods, target.known);
	const { cells, steps } =
		scenario.phases === undefined
			? implicitSteps(scenario, target, predictor)
			: explicitSteps(scenario, scenario.phases, target, predictor);
	return { steps, cells, diagnostics: [...duplicateIds(cells), ...predictor.diagnostics] };
}

/** Faults with the attempts that go on around them, after the steps `before`. */
function chaosAfter(before: readonly Step[], scenario: Scenario, target: StepsTarget, pods: string[]): PlannedChaos {
	const context: ExpansionContext = { ...target, scenario, phase: undefined, pods, holds: new Map() };
	return planChaos(scenario, before.filter(isChange), context, target.known);
}

/** Baseline (open), apply all policies, settle, attempt, remove them, attempt again: every block is bracketed. */
function implicitSteps(
	scenario: Scenario,
	target: StepsTarget,
	predictor: Predictor,
): { cells: Cell[]; steps: Step[] } {
	const policies = scenario.policies.map((policy) => policy.name);
	predictor.change({ do: 'apply', policies });
	const pods = planWorkload(scenario).initialPods;
	const attempted = expandAttempts(scenario.attempts, {
		...{ ...target, scenario, phase: undefined, pods, holds: new Map() },
	}).map((cell) => predictor.predicted(cell));
	const chaos = chaosAfter(policies.length > 0 ? [{ do: 'apply', policies }] : [], scenario, target, pods);
	const cells = [...attempted, ...chaos.cells];
	const declaredIds = attempted.filter(isAttempted).map((cell) => cell.id);
	const runnable = cells.filter((cell) => (cell.chaos ? isThere(cell) : isAttempted(cell)));
	const ids = runnable.map((cell) => cell.id);
	// Policies that are not ours stay where they are: what they close is never open, and is proved by contrast. So is
	// what a certificate closes.
	const bracketed = runnable.filter((cell) => canBeOpen(cell) && !touchesExisting(cell, scenario));
	const baseline = bracketed.map((cell) => cell.id);
	// An allowed cell's own reply is its proof; only what may be closed has to be shown open again.
	const closable = bracketed.filter((cell) => cell.expectation !== 'allowed').map((cell) => cell.id);
	if (ids.length === 0) return { cells, steps: [] };
	const declared: Step[] =
		declaredIds.length > 0 ? [{ do: 'attempt', purpose: 'declared', phase: undefined, cells: declaredIds }] : [];
	if (policies.length === 0) return { cells, steps: [...declared, ...chaos.steps] };
	const steps: Step[] = [
		...(baseline.length > 0
			? [{ do: 'attempt', purpose: 'baseline', phase: undefined, cells: baseline } as const]
			: []),
		{ do: 'apply', policies },
		{ do: 'settle', cells: ids, bound: undefined },
		...declared,
		...chaos.steps,
		{ do: 'delete', policies },
	];
	if (closable.length > 0) steps.push({ do: 'attempt', purpose: 'reopen', phase: undefined, cells: closable });
	return { cells, steps };
}

/** Phases as written; a `settle` looks ahead to the attempts that follow it. */
function explicitSteps(
	scenario: Scenario,
	phases: PhaseSpec[],
	target: StepsTarget,
	predictor: Predictor,
): { cells: Cell[]; steps: Step[] } {
	const cells: Cell[] = [];
	const steps: Step[] = [];
	const pods = new Set(planWorkload(scenario).initialPods);
	const holds = new Map<string, HeldConnection[]>();
	let since: string | undefined;
	for (const phase of phases) {
		if (phase.do === 'attempt') {
			const podLabels = predictor.podLabels();
			const then = { pods: [...pods], podLabels };
			const context: ExpansionContext = { ...target, ...then, scenario, phase: phase.name ?? since, holds };
			const expanded = expandAttempts(phase.attempts, context).map((cell) => predictor.predicted(cell));
			cells.push(...expanded);
			const ids = expanded.filter(isAttempted).map((cell) => cell.id);
			if (ids.length > 0) steps.push({ do: 'attempt', purpose: 'declared', phase: context.phase, cells: ids });
			continue;
		}
		since = changeName(phase) ?? since;
		if (phase.do === 'create') for (const pod of phase.pods) pods.add(pod);
		if (phase.do === 'remove') for (const pod of phase.pods) pods.delete(pod);
		if (phase.do === 'hold') {
			const context = { scenario, pods, podLabels: predictor.podLabels(), families: target.families };
			holds.set(phase.hold, heldConnections(phase, context));
		}
		const step = stepOf(phase, holds);
		follow(predictor, step);
		steps.push(step);
	}
	fillSettles(steps);
	const chaos = chaosAfter(steps, scenario, target, [...pods]);
	return { cells: [...cells, ...chaos.cells], steps: [...steps, ...chaos.steps] };
}

function heldConnections(
	phase: Extract<PhaseSpec, { do: 'hold' }>,
	context: PodsThen & { scenario: Scenario; families: readonly IpFamily[] },
): HeldConnection[] {
	const [first] = dialledTargets(phase.to, context.scenario, context);
	if (!first) return [];
	const { to, dialled } = first;
	return context.families
		.filter((family) => phase.family === undefined || phase.family === family)
		.map((family) => ({ name: phase.hold, from: phase.from, to, ...dialled, family }));
}

function fillSettles(steps: Step[]): void {
	let next: string[] = [];
	for (const step of [...steps].reverse()) {
		if (step.do === 'attempt') next = step.cells;
		if (step.do === 'settle') step.cells = next;
	}
}

/** One of the cell's ends is a pod in a namespace whose policies are only read. */
function touchesExisting({ from, to }: Cell, scenario: Scenario): boolean {
	const ends = [
		from.kind === 'pod' ? scenario.pods[from.name]?.namespace : undefined,
		to.kind === 'pod' ? scenario.pods[to.name]?.namespace : scenario.services[to.name]?.namespace,
	];
	return ends.some((namespace) => namespace !== undefined && scenario.namespaces[namespace]?.existing === true);
}

/** Cells that are `predicted` without a prediction are left out, as verdicts.md says; the judge names them. */
function isAttempted(cell: Cell): boolean {
	if (cell.skip !== undefined) return false;
	return cell.expectation !== 'predicted' || ['allowed', 'blocked'].includes(cell.prediction.verdict);
}

/** Attempted continuously, and both of its ends exist before the fault. */
function isThere(cell: Cell): boolean {
	return cell.skip === undefined && hasStance(cell) && cell.chaos?.expects[0] !== 'absent';
}

function duplicateIds(cells: readonly Cell[]): Diagnostic[] {
	const first = new Map<string, Cell>();
	const diagnostics: Diagnostic[] = [];
	for (const cell of cells) {
		const earlier = first.get(cell.id);
		if (!earlier) {
			first.set(cell.id, cell);
			continue;
		}
		diagnostics.push({
			code: 'duplicate-case',
			severity: 'error',
			message: `two attempts have the case id ${cell.id}; the first one stands in line ${earlier.position.line}`,
			hint: 'remove one of them, or give the attempt (or its phase) a name of its own',
			...cell.position,
		});
	}
	return diagnostics;
}

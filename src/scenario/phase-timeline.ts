import type { FaultName } from '../model/fault.ts';
import type { PhaseInput } from './schema.ts';
import { listOf } from './short-forms.ts';

/** Pods that exist at the start: all but those that a `create` makes without a `remove` before it. */
export function initialPods(phases: readonly PhaseInput[], pods: readonly string[]): Set<string> {
	const removed = new Set<string>();
	const created = new Set<string>();
	for (const phase of phases) {
		for (const pod of listOf(phase.remove)) removed.add(pod);
		for (const pod of listOf(phase.create)) if (!removed.has(pod)) created.add(pod);
	}
	return new Set(pods.filter((pod) => !created.has(pod)));
}

/** For each phase, the pods that exist when it begins, in the order of the file. */
export function podsAtPhases(phases: readonly PhaseInput[], pods: readonly string[]): string[][] {
	const alive = initialPods(phases, pods);
	return phases.map((phase) => {
		const now = pods.filter((pod) => alive.has(pod));
		for (const pod of listOf(phase.create)) alive.add(pod);
		for (const pod of listOf(phase.remove)) alive.delete(pod);
		return now;
	});
}

/** The fault that goes by a name when a phase begins; undefined where none was injected under it. */
export function faultNamed(name: string, phases: readonly PhaseInput[], before: number): FaultName | undefined {
	return phases
		.slice(0, before)
		.flatMap(({ inject }) => inject ?? [])
		.findLast((one) => (one.name ?? one.fault) === name)?.fault;
}

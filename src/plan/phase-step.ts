import type { HeldConnection, Step } from '../model/plan.ts';
import type { PhaseSpec } from '../model/scenario.ts';
import { isChange } from './cluster-state.ts';
import type { Predictor } from './predictor.ts';

/** A phase other than attempts, as a step of the plan. */
export function stepOf(phase: Exclude<PhaseSpec, { do: 'attempt' }>, holds: Map<string, HeldConnection[]>): Step {
	switch (phase.do) {
		case 'hold':
			return { do: 'hold', holds: holds.get(phase.hold) ?? [] };
		case 'settle':
			return { do: 'settle', cells: [], bound: phase.bound };
		case 'apply':
		case 'delete':
			return { do: phase.do, policies: phase.policies, ...(phase.mayBeRefused && { mayBeRefused: true }) };
		case 'inject':
		case 'heal':
			return { do: phase.do, fault: phase.fault, name: phase.as };
		case 'await':
			return { do: 'await', closed: phase.closed, bound: phase.bound };
		case 'create':
		case 'remove':
			return { do: phase.do, pods: phase.pods };
		case 'rotate':
			return { do: 'rotate', pod: phase.pod, certificate: phase.certificate };
		case 'label':
			return { do: 'label', pod: phase.pod, namespace: phase.namespace, set: phase.set, remove: phase.remove };
	}
}

/** Lets the predictor see a step. */
export function follow(predictor: Predictor, step: Step): void {
	if (step.do === 'hold') for (const connection of step.holds) predictor.hold(connection);
	else if (isChange(step)) predictor.change(step);
}

/** `after-apply-default-deny`: tells the same path before and after a change apart without an index. */
export function changeName(phase: PhaseSpec): string | undefined {
	switch (phase.do) {
		case 'inject':
		case 'heal':
			return phase.name ?? `after-${phase.do}-${phase.as}`;
		case 'apply':
		case 'delete':
			return phase.name ?? `after-${phase.do}-${phase.policies.join('-')}`;
		case 'create':
		case 'remove':
			return phase.name ?? `after-${phase.do}-${phase.pods.join('-')}`;
		case 'rotate':
			return phase.name ?? `after-rotate-${phase.pod}-${phase.certificate.is}`;
		case 'label':
			return phase.name ?? `after-label-${phase.pod ?? phase.namespace}`;
		default:
			return undefined;
	}
}

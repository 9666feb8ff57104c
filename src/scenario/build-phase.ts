import type { FaultName } from '../model/fault.ts';
import type { PhaseSpec } from '../model/scenario.ts';
import type { SourcePosition } from '../model/diagnostic.ts';
import { buildAttempt } from './build-attempt.ts';
import { parseDuration } from './duration.ts';
import type { PhaseInput } from './schema.ts';
import { listOf, parseSource, parseTarget } from './short-forms.ts';

/**
 * `pods`: those that exist then. `attemptPosition`: where the attempt with this index stands; undefined when the phase
 * holds one without a list. `declaredNames`: in the certificate of a pod's proxy. `healed`: the fault that a `heal` names.
 */
export function buildPhase(
	input: PhaseInput,
	pods: readonly string[],
	position: SourcePosition,
	attemptPosition: (index: number | undefined) => SourcePosition,
	declaredNames: (pod: string) => string[],
	healed?: FaultName,
): PhaseSpec | undefined {
	const common = { name: input.name, position };
	if (input.attempt !== undefined) {
		const isList = Array.isArray(input.attempt);
		const attempts = listOf(input.attempt).map((attempt, index) =>
			buildAttempt(attempt, pods, attemptPosition(isList ? index : undefined)),
		);
		return { ...common, do: 'attempt', attempts };
	}
	if (input.hold !== undefined) {
		const { name, from, to, family } = input.hold;
		return { ...common, do: 'hold', hold: name, from: parseSource(from), to: parseTarget(to), family };
	}
	const { mayBeRefused = false } = input;
	if (input.apply !== undefined) return { ...common, do: 'apply', policies: listOf(input.apply), mayBeRefused };
	if (input.delete !== undefined) return { ...common, do: 'delete', policies: listOf(input.delete), mayBeRefused };
	if (input.settle !== undefined) {
		const bound = input.settle.within === undefined ? undefined : parseDuration(input.settle.within);
		return { ...common, do: 'settle', bound };
	}
	if (input.label !== undefined) {
		const { pod, namespace, set = {}, remove = [] } = input.label;
		return { ...common, do: 'label', pod, namespace, set, remove };
	}
	if (input.rotate !== undefined) {
		const { pod, certificate } = input.rotate;
		const names = certificate.names ?? declaredNames(pod);
		return { ...common, do: 'rotate', pod, certificate: { names, is: certificate.is ?? 'valid' } };
	}
	if (input.create !== undefined) return { ...common, do: 'create', pods: listOf(input.create) };
	if (input.remove !== undefined) return { ...common, do: 'remove', pods: listOf(input.remove) };
	if (input.inject !== undefined) {
		const { fault, name } = input.inject;
		return { ...common, do: 'inject', fault, as: name ?? fault };
	}
	if (input.heal !== undefined && healed !== undefined) return { ...common, do: 'heal', fault: healed, as: input.heal };
	if (input.await !== undefined) {
		return { ...common, do: 'await', closed: input.await.closed, bound: parseDuration(input.await.within) };
	}
	return undefined;
}

import { type FaultName, faultNames, faults } from '../model/fault.ts';
import type { ChaosChange, ChaosTurn } from '../model/plan.ts';
import type { ChaosSpec } from '../model/scenario.ts';
import type { ClusterState } from './cluster-state.ts';

/** How long a policy is away, and how long it is back, while it is churned. Milliseconds. */
const churnPause = 100;

/** What a fault does in one round, turn by turn, as data; the last turn undoes it. `state`: as it is before. */
export function chaosTurns(spec: ChaosSpec, state: ClusterState): ChaosTurn[] {
	const { fault, target, after } = spec;
	const two = (inject: ChaosChange[], heal: ChaosChange[]): ChaosTurn[] => [
		{ changes: inject, stays: spec.for },
		{ changes: heal, stays: after },
	];
	const { node, pod = '', successor = '', namespace = '', policy = '' } = target;
	switch (fault) {
		case 'flip-policy':
			return two([{ do: 'delete', policies: [policy] }], [{ do: 'apply', policies: [policy] }]);
		case 'policy-churn': {
			const times = Math.max(1, Math.floor(spec.for / (2 * churnPause)));
			return Array.from({ length: times }, (_, index): ChaosTurn[] => [
				{ changes: [{ do: 'delete', policies: [policy] }], stays: churnPause },
				{ changes: [{ do: 'apply', policies: [policy] }], stays: index === times - 1 ? after : churnPause },
			]).flat();
		}
		case 'relabel-pod':
		case 'relabel-namespace': {
			const what = fault === 'relabel-pod' ? { pod, namespace: undefined } : { pod: undefined, namespace };
			const labels = (fault === 'relabel-pod' ? state.podLabels[pod] : state.namespaceLabels[namespace]) ?? {};
			return two(
				[{ do: 'label', ...what, set: spec.set, remove: [] }],
				[{ do: 'label', ...what, ...back(spec.set, labels) }],
			);
		}
		case 'delete-pod':
			return two([{ do: 'remove', pods: [pod] }], [{ do: 'create', pods: [pod] }]);
		case 'pod-churn':
			return two(
				[
					{ do: 'remove', pods: [pod] },
					{ do: 'create', pods: [successor], addressOf: pod },
				],
				[
					{ do: 'remove', pods: [successor] },
					{ do: 'create', pods: [pod], addressOf: successor },
				],
			);
		default: {
			const where = node === undefined ? {} : { node };
			const inject: ChaosChange = { do: 'inject', fault, name: fault, ...where };
			// What is over when it has happened has nothing to be healed.
			if (!faults[fault].lasting) return [{ changes: [inject], stays: spec.for + after }];
			return two([inject], [{ do: 'heal', fault, name: fault }]);
		}
	}
}

/** Of what the cluster itself has to be able to do; undefined: it is made of changes. */
export function driverFault({ fault }: ChaosSpec): FaultName | undefined {
	return faultNames.find((name) => name === fault);
}

function back(set: Record<string, string>, before: Record<string, string>) {
	const keys = Object.keys(set);
	const had = keys.filter((key) => before[key] !== undefined);
	return {
		set: Object.fromEntries(had.map((key) => [key, before[key] ?? ''])),
		remove: keys.filter((key) => before[key] === undefined),
	};
}

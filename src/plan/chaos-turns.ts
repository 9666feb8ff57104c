import { type FaultName, faultNames, faults } from '../model/fault.ts';
import type { ChaosChange, ChaosTurn } from '../model/plan.ts';
import type { ChaosSpec, PodSpec } from '../model/scenario.ts';
import type { ClusterState } from './cluster-state.ts';

/** How long a policy is away, and how long it is back, while it is churned. Milliseconds. */
const churnPause = 100;

/**
 * What a fault does in one round, turn by turn, as data; the last turn undoes it. `state`: as it is before; `pods`: as the
 * scenario declares them.
 */
export function chaosTurns(spec: ChaosSpec, state: ClusterState, pods: Readonly<Record<string, PodSpec>>): ChaosTurn[] {
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
		case 'pod-before-policy':
			return [
				{
					changes: [
						{ do: 'remove', pods: [pod] },
						{ do: 'delete', policies: [policy] },
					],
					stays: spec.for,
				},
				// A turn of its own: until the policy is applied the new pod's paths may be open.
				{ changes: [{ do: 'create', pods: [pod] }], stays: 0 },
				{ changes: [{ do: 'apply', policies: [policy] }], stays: after },
			];
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
			if (fault === 'restart-node') return aroundNode(spec, podsOn(node, state, pods), inject);
			// What is over when it has happened has nothing to be healed.
			if (!faults[fault].lasting) return [{ changes: [inject], stays: spec.for + after }];
			return two([inject], [{ do: 'heal', fault, name: fault }]);
		}
	}
}

/**
 * Its pods go before it does and are made again after it, servers first, so that clients attempt from their first moment:
 * by themselves they would end with it, and come back with other addresses that nobody could attempt.
 */
function aroundNode({ to, for: away, after }: ChaosSpec, pods: string[], inject: ChaosChange): ChaosTurn[] {
	const servers = pods.filter((pod) => to.some(({ kind, name }) => kind === 'pod' && name === pod));
	const clients = pods.filter((pod) => !servers.includes(pod));
	const create = [servers, clients].filter((some) => some.length > 0);
	const remove: ChaosChange = { do: 'remove', pods };
	const heal: ChaosChange = { do: 'heal', fault: 'restart-node', name: 'restart-node' };
	return [
		{ changes: [...(pods.length > 0 ? [remove] : []), inject], stays: away },
		{ changes: [heal, ...create.map((some): ChaosChange => ({ do: 'create', pods: some }))], stays: after },
	];
}

/** All that are not known to be elsewhere. Undefined: it is every node. */
function podsOn(
	node: string | undefined,
	{ pods: there }: ClusterState,
	pods: Readonly<Record<string, PodSpec>>,
): string[] {
	return [...there].filter((pod) => {
		const placement = pods[pod]?.placement;
		return node === undefined || placement === undefined || !('node' in placement) || placement.node === node;
	});
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

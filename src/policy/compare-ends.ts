import type { KubernetesObject } from '../model/policy.ts';
import { destinationsOf } from './destination.ts';
import { type EvaluatedSide, evaluateEgress, evaluateIngress } from './evaluate-side.ts';
import { isNetworkPolicy } from './network-policy.ts';
import { PolicyIndex } from './policy-index.ts';
import type { Connection, World } from './world.ts';

/**
 * Tells connections of which two sets of policies may say different things beside whatever other policies: false only
 * where they isolate the same ends and let the same through, so that no further policy could make them differ. What
 * more than the rules decides (a node, a Service, a sidecar) may always differ. Pure; as in `compilePolicies`.
 */
export function compareEnds(
	one: readonly KubernetesObject[],
	other: readonly KubernetesObject[],
	world: World,
): (connection: Connection) => boolean {
	if (![...one, ...other].every(isNetworkPolicy)) return () => true;
	const indexes = [new PolicyIndex(one, world), new PolicyIndex(other, world)] as const;
	return (connection) => {
		if (!isPlain(connection, world)) return true;
		return destinationsOf(connection, world).some((to) =>
			[evaluateEgress, evaluateIngress].some((side) => {
				const [before, after] = indexes.map((index) => side(index, connection, to));
				return !before || !after || differ(before, after);
			}),
		);
	};
}

function differ(before: EvaluatedSide, after: EvaluatedSide): boolean {
	if (before.selectedBy.length > 0 !== after.selectedBy.length > 0) return true;
	return before.verdict !== after.verdict;
}

/** Only rules decide: no node, no Service, no pod that reaches itself. */
export function isPlain({ from, to }: Connection, world: World): boolean {
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	const server = to.kind === 'pod' ? world.pods[to.name] : undefined;
	if (from.kind === 'node' || client?.hostNetwork || server?.hostNetwork) return false;
	return to.kind === 'external' || (to.kind === 'pod' && !(from.kind === 'pod' && from.name === to.name));
}

import type { KubernetesObject } from '../model/policy.ts';
import { type SideRequest, sideTruth } from './decide-side.ts';
import { isNetworkPolicy } from './network-policy.ts';
import { placeOfExternal, placeOfPod } from './place.ts';
import { type Direction, PolicyIndex } from './policy-index.ts';
import type { Connection, PodFacts, World } from './world.ts';

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
	const [before, after] = [new PolicyIndex(one, world), new PolicyIndex(other, world)];
	return (connection) => {
		const { from, to, port, protocol, family } = connection;
		if (protocol === 'icmp' || !isPlain(connection, world)) return true;
		const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
		const server = to.kind === 'pod' ? world.pods[to.name] : undefined;
		const differs = (direction: Direction, pod: PodFacts | undefined, request: () => SideRequest): boolean => {
			if (!pod) return false;
			// A policy that selects nobody here says nothing; most do.
			const selecting = before.selecting(pod, direction).length + after.selecting(pod, direction).length;
			if (selecting === 0) return false;
			const [was, is] = [sideTruth(before, request()), sideTruth(after, request())];
			return was.isolated !== is.isolated || was.truth !== is.truth;
		};
		const rest = { port, protocol, family, destination: server };
		return (
			differs('egress', client, () => {
				const place = server ? placeOfPod(to.name, server, world, family) : placeOfExternal(to.name, world, family);
				return { ...rest, direction: 'egress', pod: client as PodFacts, other: { pod: server, place } };
			}) ||
			differs('ingress', server, () => {
				const place = client ? placeOfPod(from.name, client, world, family) : placeOfExternal(from.name, world, family);
				return { ...rest, direction: 'ingress', pod: server as PodFacts, other: { pod: client, place } };
			})
		);
	};
}

/** Only rules decide: no node, no Service, no pod that reaches itself. */
export function isPlain({ from, to }: Connection, world: World): boolean {
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	const server = to.kind === 'pod' ? world.pods[to.name] : undefined;
	if (from.kind === 'node' || (from.kind === 'pod' && !client) || (to.kind === 'pod' && !server)) return false;
	if (client?.hostNetwork || server?.hostNetwork) return false;
	return to.kind === 'external' || (to.kind === 'pod' && !(from.kind === 'pod' && from.name === to.name));
}

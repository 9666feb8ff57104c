import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { PodSpec } from '../../model/scenario.ts';

/**
 * The symbolic node of every pod whose place matters: its own, or because another one's place depends on it. The
 * others are left to the scheduler. `running`: where pods are already.
 */
export function placePods(
	pods: Record<string, PodSpec>,
	nodes: readonly string[],
	running: ReadonlyMap<string, string> = new Map(),
): Map<string, string> {
	const places = new Map<string, string>();
	const visit = (name: string, trail: readonly string[]): string => {
		const known = places.get(name) ?? running.get(name);
		if (known !== undefined) return known;
		if (trail.includes(name)) throw unplaceable(name, `its place depends on itself (${[...trail, name].join(' → ')})`);
		const place = choose(name, pods[name]?.placement, nodes, (other) => visit(other, [...trail, name]));
		places.set(name, place);
		return place;
	};
	for (const [name, { placement }] of Object.entries(pods)) if (placement) visit(name, []);
	return places;
}

function choose(
	name: string,
	placement: PodSpec['placement'],
	nodes: readonly string[],
	placeOf: (pod: string) => string,
): string {
	if (placement && 'node' in placement) {
		if (nodes.includes(placement.node)) return placement.node;
		throw unplaceable(name, `the cluster has the nodes ${nodes.join(', ')}, not "${placement.node}"`);
	}
	if (placement && 'onNodeOf' in placement) return placeOf(placement.onNodeOf);
	const [first] = nodes;
	if (first === undefined) throw unplaceable(name, 'the cluster has no node');
	if (!placement) return first;
	const taken = placeOf(placement.notOnNodeOf);
	const free = nodes.find((node) => node !== taken);
	if (free === undefined) throw unplaceable(name, `there is no node but the one of ${placement.notOnNodeOf}`);
	return free;
}

function unplaceable(name: string, reason: string): GatecrashError {
	return new GatecrashError('GC_CLUSTER', `The pod "${name}" can't be placed: ${reason}.`);
}

import type { Truth } from './truth.ts';
import type { PodFacts, World } from './world.ts';

/** Where something runs, as far as it is known. */
export interface Whereabouts {
	/** Undefined for a node itself. */
	podName?: string;
	node?: string | undefined;
	nodeGroup?: string | undefined;
	apartFrom?: readonly string[] | undefined;
}

export function whereabouts(podName: string, { node, nodeGroup, apartFrom }: PodFacts): Whereabouts {
	return { podName, node, nodeGroup, apartFrom };
}

/** Whether two of them are on one node. */
export function onSameNode(one: Whereabouts, other: Whereabouts, world: World): Truth {
	if (one.node !== undefined && other.node !== undefined) return one.node === other.node ? 'yes' : 'no';
	if (one.podName !== undefined && one.podName === other.podName) return 'yes';
	if (one.nodeGroup !== undefined && one.nodeGroup === other.nodeGroup) return 'yes';
	if (isApart(one, other, world) || isApart(other, one, world)) return 'no';
	return 'unknown';
}

function isApart({ apartFrom = [] }: Whereabouts, other: Whereabouts, world: World): boolean {
	return apartFrom.some((name) => {
		if (name === other.podName) return true;
		const pod = world.pods[name];
		if (!pod) return false;
		if (pod.node !== undefined && pod.node === other.node) return true;
		return pod.nodeGroup !== undefined && pod.nodeGroup === other.nodeGroup;
	});
}

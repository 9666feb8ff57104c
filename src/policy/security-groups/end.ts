import { nodesSecurityGroup } from '../../model/security-group.ts';
import type { Destination } from '../destination.ts';
import { type Place, placeOfExternal, placeOfNode, placeOfPod } from '../place.ts';
import { type Whereabouts, whereabouts } from '../same-node.ts';
import type { Connection, PodFacts, World } from '../world.ts';

/** One end of a connection, as security groups see it. */
export interface End {
	/** As scenario files write it. */
	text: string;
	/** Undefined: it is not in the VPC of the cluster, as far as is known, and only ranges mean it. */
	groups: readonly string[] | undefined;
	/** They are its own, and not those of its node. */
	own: boolean;
	place: Place;
	where: Whereabouts;
}

export function endOfClient(world: World, { from, family }: Connection): End {
	if (from.kind === 'external') return outside(`external/${from.name}`, placeOfExternal(from.name, world, family));
	if (from.kind === 'node') return nodeEnd(`node/${from.name}`, from.name, world, family);
	return podEnd(from.name, world.pods[from.name], world, family);
}

export function endOfServer(world: World, { family }: Connection, to: Destination): End {
	if (to.podName !== undefined) return podEnd(to.podName, to.pod, world, family);
	if (to.node) return { ...outside(to.text, to.place), groups: [nodesSecurityGroup], where: { ...to.node } };
	return outside(to.text, to.place);
}

function podEnd(name: string, pod: PodFacts | undefined, world: World, family: Connection['family']): End {
	if (!pod) return outside(name, { kind: 'pods', name, fact: {} });
	const groups = pod.hostNetwork ? [] : (pod.securityGroups ?? []);
	return {
		text: name,
		groups: groups.length > 0 ? groups : [nodesSecurityGroup],
		own: groups.length > 0,
		place: placeOfPod(name, pod, world, family),
		where: whereabouts(name, pod),
	};
}

function nodeEnd(text: string, name: string, world: World, family: Connection['family']): End {
	const place = placeOfNode(name, world, family);
	return { text, groups: [nodesSecurityGroup], own: false, place, where: { node: name } };
}

function outside(text: string, place: Place): End {
	return { text, groups: undefined, own: false, place, where: {} };
}

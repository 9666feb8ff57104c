import type { IpFamily } from '../model/address.ts';
import type { Reference } from '../model/reference.ts';
import type { AddressFact, PodFacts, World } from './world.ts';

/** Where a packet comes from or goes to, as an ipBlock sees it. */
export interface Place {
	kind: 'pods' | 'nodes' | 'external' | 'services' | 'elsewhere';
	/** Undefined: which one is not known. */
	name: string | undefined;
	fact: AddressFact;
	/**
	 * It may be any address of a node. Concepts page, "The NetworkPolicy resource", ipBlock: the source address that a
	 * policy acts on may be that of a node, and a node has several (of its tunnel, too).
	 */
	anyAddress?: boolean;
	/** Another pod may have this address by now. */
	reused?: boolean;
}

export function placeOfPod(name: string, pod: PodFacts, world: World, family: IpFamily): Place {
	// "NetworkPolicy and hostNetwork pods": they have the addresses of their node.
	if (pod.hostNetwork) return placeOfNode(pod.node, world, family);
	return {
		kind: 'pods',
		name,
		fact: pod.addresses[family] ?? inRange(world.ranges[family === 'ipv4' ? 'podCIDRv4' : 'podCIDRv6']),
		...(pod.ended === true && { reused: true }),
	};
}

export function placeOfNode(name: string | undefined, world: World, family: IpFamily): Place {
	return { kind: 'nodes', name, fact: (name === undefined ? undefined : world.nodes[name]?.addresses[family]) ?? {} };
}

export function placeOfService(name: string, world: World, family: IpFamily): Place {
	const fact = world.services[name]?.addresses[family];
	const range = world.ranges[family === 'ipv4' ? 'serviceCIDRv4' : 'serviceCIDRv6'];
	return { kind: 'services', name, fact: fact ?? inRange(range) };
}

export function placeOfExternal(name: string, world: World, family: IpFamily): Place {
	return { kind: 'external', name, fact: world.external[name]?.addresses[family] ?? {} };
}

/** What a reference to one endpoint stands for; undefined for references that are no address. */
export function placeOfReference(reference: Reference, world: World, family: IpFamily): Place | undefined {
	switch (reference.kind) {
		case 'pods': {
			const pod = world.pods[reference.name];
			return pod ? placeOfPod(reference.name, pod, world, family) : { kind: 'pods', name: reference.name, fact: {} };
		}
		case 'services':
			return placeOfService(reference.name, world, family);
		case 'external':
			return placeOfExternal(reference.name, world, family);
		case 'nodes':
			return placeOfNode(reference.of ? world.pods[reference.name]?.node : reference.name, world, family);
		default:
			return undefined;
	}
}

function inRange(cidr: string | undefined): AddressFact {
	return cidr === undefined ? {} : { within: [cidr] };
}

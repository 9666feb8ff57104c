import type { IpFamily } from '../model/address.ts';
import { metadataAddresses } from '../model/metadata.ts';
import { matchesLabels } from './label-selector.ts';
import { type Place, placeOfExternal, placeOfNode, placeOfPod, placeOfService } from './place.ts';
import { type Whereabouts, whereabouts } from './same-node.ts';
import type { Connection, PodFacts, ServiceFacts, World } from './world.ts';

/** One endpoint that a connection may end at. */
export interface Destination {
	/** As scenario files write it. */
	text: string;
	podName: string | undefined;
	pod: PodFacts | undefined;
	/** Its own port; behind a Service the target port. */
	port: number;
	place: Place;
	/** It has the address of a node. */
	node: Whereabouts | undefined;
	/** Dialled by an address that is rewritten on the way. */
	through: { kind: 'service' | 'nodePort' | 'loadBalancer'; place: Place } | undefined;
}

/** All of them; empty where nothing stands behind a Service, or what is named doesn't exist now. */
export function destinationsOf({ to, port, protocol, family }: Connection, world: World): Destination[] {
	const plain = { podName: undefined, pod: undefined, port, node: undefined, through: undefined };
	switch (to.kind) {
		case 'pod':
			return podDestination(to.name, port, undefined, world, family);
		case 'node': {
			const node = { node: to.name };
			return [{ ...plain, text: `node/${to.name}`, place: placeOfNode(to.name, world, family), node }];
		}
		case 'kubelet':
			return [{ ...plain, text: 'kubelet', place: placeOfNode(undefined, world, family), node: {} }];
		case 'external':
			return [{ ...plain, text: `external/${to.name}`, place: placeOfExternal(to.name, world, family) }];
		case 'metadata':
			return [{ ...plain, text: 'metadata', place: elsewhere(metadataAddresses[to.name]?.[family]) }];
		case 'clusterDns':
			return [];
		case 'apiserver':
			return [{ ...plain, text: 'apiserver', place: elsewhere(undefined) }];
		case 'service':
		case 'nodePort':
		case 'loadBalancer': {
			const { kind, name } = to;
			const service = world.services[name];
			const entry = service?.ports.find(
				(one) => one.port === port && (protocol === 'icmp' || one.protocol === protocol),
			);
			if (!service || !entry) return [];
			const place = kind === 'service' ? placeOfService(name, world, family) : elsewhere(undefined);
			const through = kind === 'service' && service.headless ? undefined : { kind, place };
			return backendsOf(service, entry, world).flatMap((backend) =>
				podDestination(backend.name, backend.port, through, world, family),
			);
		}
	}
}

function elsewhere(exact: string | undefined): Place {
	return { kind: 'elsewhere', name: undefined, fact: exact === undefined ? {} : { exact } };
}

function podDestination(
	name: string,
	port: number,
	through: Destination['through'],
	world: World,
	family: IpFamily,
): Destination[] {
	const pod = world.pods[name];
	if (!pod) return [];
	const node = pod.hostNetwork ? whereabouts(name, pod) : undefined;
	return [{ text: name, podName: name, pod, port, place: placeOfPod(name, pod, world, family), node, through }];
}

/** Pods that the selector matches and that have the target port; a name is looked up on each pod. */
function backendsOf(
	{ namespace, selector }: ServiceFacts,
	{ targetPort, protocol }: ServiceFacts['ports'][number],
	world: World,
): { name: string; port: number }[] {
	if (Object.keys(selector).length === 0) return [];
	return Object.entries(world.pods).flatMap(([name, pod]) => {
		if (pod.namespace !== namespace || pod.ended || !matchesLabels({ matchLabels: selector }, pod.labels)) return [];
		if (typeof targetPort === 'number') return [{ name, port: targetPort }];
		const named = pod.namedPorts.find((one) => one.name === targetPort && one.protocol === protocol);
		return named ? [{ name, port: named.port }] : [];
	});
}

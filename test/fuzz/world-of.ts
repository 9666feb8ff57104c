import { type Addresses, type IpFamily, ipFamilies } from '../../src/model/address.ts';
import type { ClusterFacts, Deployment, KnownNetwork } from '../../src/model/cluster.ts';
import type { Workload } from '../../src/model/plan.ts';
import type { AddressFacts, PodFacts, World } from '../../src/policy/world.ts';

/** What the evaluator is told when every address is known. */
export function knownWorld(workload: Workload, facts: ClusterFacts, deployment: Deployment): World {
	const endpoints = deployment.endpoints();
	const addresses = (kind: string, name: string): AddressFacts =>
		exactly(endpoints.find((one) => one.kind === kind && one.name === name)?.addresses);
	const nodes = endpoints.filter(({ kind }) => kind === 'node');
	return world(workload, facts.ranges, {
		pod: (name) => addresses('pod', name),
		external: (name) => addresses('external', name),
		service: (name) => exactly(deployment.services().find((one) => one.name === name)?.addresses),
		nodes: Object.fromEntries(nodes.map(({ name, addresses: own }) => [name, { addresses: exactly(own) }])),
		nodeOf: (name) => endpoints.find((one) => one.kind === 'pod' && one.name === name)?.node,
	});
}

/** What a plan knows before the cluster is up: ranges, but no address. */
export function plannedWorld(workload: Workload, known: KnownNetwork): World {
	return world(workload, known.ranges ?? {}, {
		pod: () => ({}),
		external: () => within(known.externalRanges),
		service: () => ({}),
		nodes: Object.fromEntries(workload.nodes.map((name) => [name, { addresses: within(known.nodeRanges) }])),
		nodeOf: () => (known.nodes === 1 ? workload.nodes[0] : undefined),
	});
}

interface Places {
	pod: (name: string) => AddressFacts;
	external: (name: string) => AddressFacts;
	service: (name: string) => AddressFacts;
	nodes: World['nodes'];
	nodeOf: (pod: string) => string | undefined;
}

function world(workload: Workload, ranges: World['ranges'], places: Places): World {
	const { pod, external, service, nodes, nodeOf } = places;
	return {
		nodes,
		ranges,
		namespaces: mapValues(workload.namespaces, ({ labels }) => ({ labels })),
		pods: mapValues(workload.pods, ({ namespace, labels, listen, hostNetwork }, name): PodFacts => {
			const node = nodeOf(name);
			const namedPorts = listen.flatMap((one) => (one.name === undefined ? [] : [{ ...one, name: one.name }]));
			return { namespace, labels, namedPorts, hostNetwork, addresses: pod(name), ...(node !== undefined && { node }) };
		}),
		external: mapValues(workload.external, (_, name) => ({ addresses: external(name) })),
		services: mapValues(workload.services, ({ namespace, selector, ports, headless }, name) => ({
			...{ namespace, selector, ports, headless, addresses: service(name) },
		})),
	};
}

function exactly(addresses: Addresses = {}): AddressFacts {
	return byFamily((family) => (addresses[family] === undefined ? undefined : { exact: addresses[family] }));
}

function within(ranges: KnownNetwork['nodeRanges']): AddressFacts {
	return byFamily((family) => (ranges?.[family] === undefined ? undefined : { within: [ranges[family]] }));
}

function byFamily(factOf: (family: IpFamily) => AddressFacts[IpFamily]): AddressFacts {
	return Object.fromEntries(
		ipFamilies.flatMap((family) => {
			const fact = factOf(family);
			return fact ? [[family, fact]] : [];
		}),
	);
}

function mapValues<From, To>(
	values: Record<string, From>,
	change: (value: From, name: string) => To,
): Record<string, To> {
	return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, change(value, name)]));
}

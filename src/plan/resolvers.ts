import { type DnsTransport, dnsTransports, isTruncated } from '../model/dns.ts';
import { metadataAddresses, metadataEndpoint } from '../model/metadata.ts';
import type { AttemptSpec, ExternalSpec, ListenSpec, PodSpec, Scenario, TargetRef } from '../model/scenario.ts';
import { chaosAttempts } from './chaos-attempts.ts';
import { queriesOf } from './dns-queries.ts';
import { allAttempts } from './needed-capabilities.ts';

/** Those around faults too. */
function everyAttempt(scenario: Scenario): AttemptSpec[] {
	return [...allAttempts(scenario), ...scenario.chaos.flatMap(chaosAttempts)];
}

export function asksClusterDns(scenario: Scenario): boolean {
	return everyAttempt(scenario).some(({ to }) => to.some(({ kind }) => kind === 'clusterDns'));
}

/** Endpoints outside for whose zones the cluster's DNS is asked. */
export function behindClusterDns(scenario: Scenario): string[] {
	const owners = everyAttempt(scenario)
		.filter(({ to }) => to.some(({ kind }) => kind === 'clusterDns'))
		.flatMap((attempt) => queriesOf(attempt, scenario).flatMap(({ query }) => query.owner ?? []));
	return [...new Set(owners)].sort();
}

/** Something is asked of the cache on a node. */
export function asksNodeLocalDns(scenario: Scenario): boolean {
	return everyAttempt(scenario).some(({ to }) =>
		to.some(({ kind, name }) => kind === 'clusterDns' && name === 'node-local'),
	);
}

/** Pods and endpoints outside with the listeners that the scenario's queries need, beside those that it declares. */
export function withResolvers(scenario: Scenario): Pick<Scenario, 'pods' | 'external'> {
	const pods = new Map(Object.entries(scenario.pods));
	const external = new Map(Object.entries({ ...scenario.external, ...metadataOf(scenario) }));
	const add = (map: Map<string, PodSpec> | Map<string, ExternalSpec>, name: string, need: Need) => {
		const spec = map.get(name) as (PodSpec & ExternalSpec) | undefined;
		if (spec)
			(map as Map<string, PodSpec & ExternalSpec>).set(name, { ...spec, listen: listenAlso(spec.listen, need) });
	};
	for (const attempt of everyAttempt(scenario)) {
		for (const { dialled, query } of queriesOf(attempt, scenario)) {
			const ways: DnsTransport[] = isTruncated(query) ? ['udp', 'tcp'] : [query.over];
			for (const over of ways) {
				for (const to of attempt.to) {
					const need = { over, port: dialled.port };
					if (to.kind === 'pod') add(pods, to.name, need);
					if (to.kind === 'external') add(external, to.name, need);
					if (to.kind === 'metadata') add(external, metadataEndpoint(to.name), need);
					for (const [name, port] of behind(to, dialled.port, scenario)) add(pods, name, { over, port });
					// What the cluster's DNS passes on comes by the same transport.
					if (to.kind === 'clusterDns' && query.owner !== undefined) add(external, query.owner, { over, port: 53 });
				}
			}
		}
	}
	return { pods: Object.fromEntries(pods), external: Object.fromEntries(external) };
}

interface Need {
	over: DnsTransport;
	port: number;
}

function listenAlso(listen: readonly ListenSpec[], { over, port }: Need): ListenSpec[] {
	const { protocol } = dnsTransports[over];
	const there = listen.find((one) => one.port === port && one.protocol === protocol);
	if (!there) return [...listen, { port, protocol, name: undefined, speaks: protocol, resolves: over }];
	return listen.map((one) => (one === there ? { ...one, resolves: over } : one));
}

/** Pods that a Service leads to, with the number of their own port. */
function behind(to: TargetRef, port: number, { pods, services }: Scenario): [string, number][] {
	const service = to.kind === 'service' ? services[to.name] : undefined;
	const entry = service?.ports.find((one) => one.port === port);
	if (!service || !entry) return [];
	return Object.entries(pods).flatMap(([name, pod]): [string, number][] => {
		const wanted = Object.entries(service.selector);
		if (pod.namespace !== service.namespace || !wanted.every(([key, value]) => pod.labels[key] === value)) return [];
		const own =
			typeof entry.targetPort === 'number'
				? entry.targetPort
				: pod.listen.find((listen) => listen.name === entry.targetPort)?.port;
		return own === undefined ? [] : [[name, own]];
	});
}

/** Metadata services that are attempted, as endpoints outside. */
function metadataOf(scenario: Scenario): Record<string, ExternalSpec> {
	const named = everyAttempt(scenario).flatMap(({ to }) => to.filter(({ kind }) => kind === 'metadata'));
	return Object.fromEntries(
		named.map(({ name }) => [
			metadataEndpoint(name),
			{ listen: listenersOf(named, name), addresses: metadataAddresses[name] ?? {} },
		]),
	);
}

function listenersOf(named: readonly TargetRef[], name: string): ListenSpec[] {
	const ports = named.flatMap((to) => (to.name === name && typeof to.port === 'number' ? [to.port] : []));
	return [...new Set([80, ...ports])].map((port) => ({ port, protocol: 'tcp', name: undefined, speaks: 'http' }));
}

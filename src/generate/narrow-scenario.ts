import { meshRootNamespace } from '../model/policy.ts';
import type { ListenSpec, Scenario } from '../model/scenario.ts';
import { mayActOn } from '../mutate/policy-parts.ts';
import type { Attempt } from '../mutate/paths.ts';
import type { World } from '../policy/world.ts';

/**
 * The scenario with just the pods, Services and endpoints that these attempts and its policies need, and that listen on
 * what is dialled. `namespaces`: those that stay without any pod, beside those of the policies.
 */
export function narrowScenario(
	scenario: Scenario,
	attempts: readonly Attempt[],
	world: World,
	namespaces: readonly string[],
): Scenario {
	const needed = neededNames(scenario, attempts, world);
	const pods = picked(scenario.pods, needed.pods);
	const names = new Set(Object.values(pods).map(({ namespace }) => namespace));
	for (const { object } of scenario.policies) names.add(object.metadata.namespace ?? 'default');
	for (const name of namespaces) names.add(name);
	names.delete(meshRootNamespace);
	const dialled = dialledPorts(attempts);
	return {
		...scenario,
		// In the order in which they are written, which is what mutants go by.
		namespaces: Object.fromEntries([...names].flatMap((name) => entryOf(scenario.namespaces, name))),
		pods: listening(pods, 'pod', dialled),
		services: picked(scenario.services, needed.services),
		external: listening(picked(scenario.external, needed.external), 'external', dialled),
	};
}

interface Needed {
	pods: Set<string>;
	external: Set<string>;
	services: Set<string>;
}

/** The ends of the attempts, what stands behind Services, and for each policy one pod that it selects. */
function neededNames(scenario: Scenario, attempts: readonly Attempt[], world: World): Needed {
	const needed: Needed = { pods: new Set(), external: new Set(), services: new Set() };
	for (const { connection } of attempts) {
		for (const { kind, name } of [connection.from, connection.to]) {
			if (kind === 'pod') needed.pods.add(name);
			if (kind === 'external') needed.external.add(name);
			if (kind === 'service') needed.services.add(name);
		}
	}
	addServices(needed, scenario);
	for (const text of referencesIn(scenario)) {
		if (scenario.pods[text]) needed.pods.add(text);
		if (scenario.external[text]) needed.external.add(text);
		if (scenario.services[text]) needed.services.add(text);
	}
	for (const { object } of scenario.policies) {
		const isSelected = (name: string): boolean => {
			const pod = world.pods[name];
			return pod !== undefined && mayActOn(object, pod);
		};
		if (object.kind !== 'NetworkPolicy' || [...needed.pods].some(isSelected)) continue;
		const first = Object.keys(scenario.pods).find(isSelected);
		if (first !== undefined) needed.pods.add(first);
	}
	return needed;
}

/** A sidecar knows a pod by its Services, also where the attempt goes to the pod itself. */
function addServices(needed: Needed, { services, pods, namespaces }: Scenario): void {
	const meshed = Object.values(namespaces).some(({ mesh }) => mesh === 'sidecar');
	for (const [name, { namespace, selector }] of Object.entries(services)) {
		const behind = Object.entries(pods).filter(
			([, pod]) =>
				pod.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.labels[key] === value),
		);
		if (needed.services.has(name)) for (const [pod] of behind) needed.pods.add(pod);
		else if (meshed && behind.some(([pod]) => needed.pods.has(pod))) needed.services.add(name);
	}
}

/** Names in `$(...)` of policies. */
function referencesIn({ policies }: Scenario): string[] {
	const text = JSON.stringify(policies.map(({ object }) => object));
	return [...text.matchAll(/\$\((?:pods|external|services|nodes)\.(?:of:)?([^().]+)\./g)].map(
		(match) => match[1] ?? '',
	);
}

/** In the order of the record. */
function picked<T>(record: Readonly<Record<string, T>>, names: ReadonlySet<string>): Record<string, T> {
	return Object.fromEntries(Object.entries(record).filter(([name]) => names.has(name)));
}

function entryOf<T>(record: Readonly<Record<string, T>>, name: string): [string, T][] {
	const value = record[name];
	return value === undefined ? [] : [[name, value]];
}

/** By target: ports that attempts dial there. */
function dialledPorts(attempts: readonly Attempt[]): Map<string, ListenSpec[]> {
	const dialled = new Map<string, ListenSpec[]>();
	for (const { connection } of attempts) {
		const { to, port, protocol } = connection;
		if (protocol === 'icmp') continue;
		const key = `${to.kind} ${to.name}`;
		dialled.set(key, [...(dialled.get(key) ?? []), { port, protocol, name: undefined, speaks: protocol }]);
	}
	return dialled;
}

/** On declared ports, and on those that are only there to be attempted. */
function listening<T extends { listen: ListenSpec[] }>(
	targets: Record<string, T>,
	kind: 'pod' | 'external',
	dialled: ReadonlyMap<string, ListenSpec[]>,
): Record<string, T> {
	return Object.fromEntries(
		Object.entries(targets).map(([name, target]) => {
			const listen = [...target.listen];
			for (const one of dialled.get(`${kind} ${name}`) ?? []) {
				if (!listen.some(({ port, protocol }) => port === one.port && protocol === one.protocol)) listen.push(one);
			}
			return [name, { ...target, listen }];
		}),
	);
}

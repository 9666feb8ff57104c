import type { Protocol } from '../model/address.ts';
import { type Landing, throughProxies } from '../model/landing.ts';
import type { ListenSpec, Scenario, TargetRef } from '../model/scenario.ts';

/** One port that an attempt dials at its target. */
export interface DialledPort {
	port: number;
	protocol: Protocol;
	speaks: ListenSpec['speaks'];
	first?: 'server';
	/** Where it arrives, when a proxy listens there. */
	lands?: Landing;
}

/**
 * The ports that a target stands for: the one it names (by number or by name), or all that it listens on. Empty where
 * a name is unknown; the scenario's own checks have refused that before.
 */
export function resolvePorts(target: TargetRef, scenario: Scenario): DialledPort[] {
	switch (target.kind) {
		case 'pod':
			return ofListeners(target, ofPod(target.name, scenario));
		case 'external':
			return ofListeners(target, scenario.external[target.name]?.listen ?? []);
		case 'service':
		case 'nodePort':
		case 'loadBalancer':
			return ofService(target, scenario);
		case 'node':
			return ofListeners(target, hostNetworkListeners(scenario));
		case 'apiserver':
			return [{ port: numberOr(target.port, 443), protocol: 'tcp', speaks: 'tcp' }];
		case 'kubelet':
			return [{ port: numberOr(target.port, 10_250), protocol: 'tcp', speaks: 'tcp' }];
		case 'clusterDns':
			return [];
		case 'metadata':
			return [{ port: numberOr(target.port, 80), protocol: 'tcp', speaks: 'http' }];
	}
}

/** What it listens on itself, and what its proxy does. */
function ofPod(name: string, scenario: Scenario): Listener[] {
	const { listen = [], proxy } = scenario.pods[name] ?? {};
	const proxied = (proxy?.listeners ?? []).map(
		({ port }): Listener => ({
			...{ port, protocol: 'tcp', name: undefined, speaks: 'tcp' },
			...throughProxies(scenario, { kind: 'pod', name, port }),
		}),
	);
	return [...listen, ...proxied];
}

type Listener = ListenSpec & Pick<DialledPort, 'lands'>;

function ofListeners(target: TargetRef, listeners: readonly Listener[]): DialledPort[] {
	const matching = listeners.filter(
		(listener) =>
			(target.port === undefined || listener.port === target.port || listener.name === target.port) &&
			(target.protocol === undefined || listener.protocol === target.protocol),
	);
	// `app-one:8080` means TCP where the pod listens on 8080 with both protocols.
	const preferred = preferTcp(target, matching);
	if (preferred.length > 0) return preferred.map(({ name: _, ...spoken }) => spoken);
	// A port that nobody listens on can be attempted; the judge says that its server never listened.
	return typeof target.port === 'number' ? [undeclared(target.port, target.protocol ?? 'tcp')] : [];
}

function ofService(target: TargetRef, scenario: Scenario): DialledPort[] {
	const service = scenario.services[target.name];
	if (!service) return [];
	const matching = service.ports.filter(
		(port) =>
			(target.port === undefined || port.port === target.port || port.name === target.port) &&
			(target.protocol === undefined || port.protocol === target.protocol),
	);
	const preferred = preferTcp(target, matching);
	return preferred.map(({ port, protocol, targetPort }) => ({
		port,
		protocol,
		...(throughProxies(scenario, { kind: 'service', name: target.name, port }) ??
			spokenBehind(scenario, service.selector, targetPort, protocol)),
	}));
}

function preferTcp<T extends { protocol: Protocol }>(target: TargetRef, matching: T[]): T[] {
	if (typeof target.port !== 'number' || target.protocol !== undefined || matching.length < 2) return matching;
	const tcp = matching.filter((entry) => entry.protocol === 'tcp');
	return tcp.length > 0 ? tcp : matching;
}

/** A Service speaks what its backends speak. */
function spokenBehind(
	scenario: Scenario,
	selector: Record<string, string>,
	targetPort: number | string,
	protocol: Protocol,
): Pick<DialledPort, 'speaks' | 'first'> {
	for (const pod of Object.values(scenario.pods)) {
		if (!Object.entries(selector).every(([key, value]) => pod.labels[key] === value)) continue;
		const listener = pod.listen.find(
			(entry) => entry.protocol === protocol && (entry.port === targetPort || entry.name === targetPort),
		);
		if (listener) return { speaks: listener.speaks, ...(listener.first && { first: listener.first }) };
	}
	return { speaks: protocol };
}

function hostNetworkListeners(scenario: Scenario): ListenSpec[] {
	return Object.values(scenario.pods).flatMap((pod) => (pod.hostNetwork ? pod.listen : []));
}

function undeclared(port: number, protocol: Protocol): DialledPort {
	return { port, protocol, speaks: protocol };
}

function numberOr(port: number | string | undefined, fallback: number): number {
	return typeof port === 'number' ? port : fallback;
}

import type { PodSpec, Scenario, ServicePort, TargetRef } from '../model/scenario.ts';
import type { ClusterState } from './cluster-state.ts';
import { type DialledPort, resolvePorts } from './resolve-ports.ts';

/** One address and port that an attempt dials. */
export interface DialledTarget {
	/** For a headless Service with its backend. */
	to: TargetRef;
	dialled: DialledPort;
}

/** Which pods there are at the moment of the attempt, and their labels. */
export interface PodsThen {
	pods: Iterable<string>;
	/** Default: as declared. */
	podLabels?: ClusterState['podLabels'] | undefined;
}

/**
 * What a target stands for at one moment. A headless Service has no address: its name resolves to the pods behind it,
 * and nothing translates a port on the way, so each of them is dialled where it listens itself. Without a pod behind it
 * the Service stands for itself, and can't be attempted.
 * https://kubernetes.io/docs/concepts/services-networking/service/#headless-services
 */
export function dialledTargets(to: TargetRef, scenario: Scenario, then: PodsThen): DialledTarget[] {
	const declared = resolvePorts(to, scenario).map((dialled) => ({ to, dialled }));
	const service = to.kind === 'service' ? scenario.services[to.name] : undefined;
	if (!service?.headless) return declared;
	const targets = new Map<string, DialledTarget>();
	for (const { dialled } of declared) {
		const port = service.ports.find((one) => one.port === dialled.port && one.protocol === dialled.protocol);
		if (!port) continue;
		for (const backend of then.pods) {
			const pod = scenario.pods[backend];
			if (!pod || !isBehind(service, pod, then.podLabels?.[backend] ?? pod.labels)) continue;
			const own = ownPort(pod, port);
			// Two ports of the Service may lead to one of the pod.
			if (own) targets.set(`${backend} ${own.port} ${own.protocol}`, { to: { ...to, backend }, dialled: own });
		}
	}
	return targets.size > 0 ? [...targets.values()] : declared;
}

function isBehind(
	{ namespace, selector }: Scenario['services'][string],
	pod: PodSpec,
	labels: Record<string, string>,
): boolean {
	const wanted = Object.entries(selector);
	// A pod that has ended is taken out; without a selector nobody puts one in.
	if (wanted.length === 0 || pod.completes || pod.namespace !== namespace) return false;
	return wanted.every(([key, value]) => labels[key] === value);
}

function ownPort({ listen }: PodSpec, { targetPort, protocol }: ServicePort): DialledPort | undefined {
	const listener = listen.find(
		(one) => one.protocol === protocol && (one.port === targetPort || one.name === targetPort),
	);
	if (listener) {
		const { name: _, ...spoken } = listener;
		return spoken;
	}
	// A number is the pod's port whether somebody listens there or not.
	return typeof targetPort === 'number' ? { port: targetPort, protocol, speaks: protocol } : undefined;
}

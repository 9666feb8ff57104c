import type { NamespaceSpec, PodSpec } from '../../../model/scenario.ts';

const inject = 'sidecar.istio.io/inject';
const exclude = 'traffic.sidecar.istio.io/excludeInboundPorts';
const excludeOutbound = 'traffic.sidecar.istio.io/excludeOutboundPorts';
const include = 'traffic.sidecar.istio.io/includeInboundPorts';

/**
 * Whether a pod gets a sidecar: as its namespace says, unless the pod says otherwise; never in the node's network.
 * The label counts before the annotation, and what is neither true nor false says nothing.
 * Source: https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy.
 */
export function hasSidecar(pod: PodSpec, namespace: NamespaceSpec | undefined): boolean {
	if (pod.hostNetwork || pod.completes) return false;
	const said = [pod.labels[inject], pod.annotations[inject]].find((value) => value === 'true' || value === 'false');
	if (said !== undefined) return said === 'true';
	return (pod.mesh ?? namespace?.mesh ?? 'none') === 'sidecar';
}

/** TCP ports that the pod's annotations keep from its sidecar. `listening`: all on which it listens. */
export function excludedInboundPorts({ annotations }: PodSpec, listening: readonly number[]): number[] {
	const excluded = numbers(annotations[exclude] ?? '');
	const included = annotations[include];
	if (included === undefined || included.trim() === '*') return excluded;
	const wanted = numbers(included);
	return [...new Set([...excluded, ...listening.filter((port) => !wanted.includes(port))])];
}

/** TCP ports to which the pod's connections leave without its sidecar. */
export function excludedOutboundPorts({ annotations }: PodSpec): number[] {
	return numbers(annotations[excludeOutbound] ?? '');
}

function numbers(list: string): number[] {
	return list
		.split(',')
		.map((one) => Number(one.trim()))
		.filter((port) => Number.isInteger(port) && port > 0 && port < 65_536);
}

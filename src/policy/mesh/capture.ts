import type { Truth } from '../truth.ts';
import type { PodFacts } from '../world.ts';

const prefix = 'traffic.sidecar.istio.io';

/** The proxy's own ports, which are not captured as others are. */
const ownPorts = [15_000, 15_001, 15_004, 15_006, 15_008, 15_020, 15_021, 15_053, 15_090];

/** https://istio.io/latest/docs/ops/configuration/traffic-management/ : pods in their node's network never get one. */
export function hasSidecar(pod: PodFacts | undefined): boolean {
	return pod?.mesh === 'sidecar' && !pod.hostNetwork;
}

/** Whether what arrives on a port passes the proxy, and by which annotation it doesn't. */
export function capturesInbound({ annotations = {} }: PodFacts, port: number): { truth: Truth; because: string } {
	if (ownPorts.includes(port)) return { truth: 'unknown', because: `port ${port} is the proxy’s own` };
	return captures(annotations, port, 'Inbound');
}

/** The same for what a pod sends; `port` is the one that it dials. */
export function capturesOutbound({ annotations = {} }: PodFacts, port: number): { truth: Truth; because: string } {
	for (const key of ['includeOutboundIPRanges', 'excludeOutboundIPRanges']) {
		const value = annotations[`${prefix}/${key}`];
		if (value !== undefined && value !== '*' && !(value === '' && key.startsWith('exclude')))
			return { truth: 'unknown', because: `the annotation ${prefix}/${key} is not evaluated` };
	}
	return captures(annotations, port, 'Outbound');
}

/** https://istio.io/latest/docs/reference/config/annotations/ */
function captures(
	annotations: Readonly<Record<string, string>>,
	port: number,
	direction: 'Inbound' | 'Outbound',
): { truth: Truth; because: string } {
	const exclude = `exclude${direction}Ports`;
	if (portsOf(annotations[`${prefix}/${exclude}`]).includes(port))
		return { truth: 'no', because: `the annotation ${exclude} leaves port ${port} out` };
	const include = `include${direction}Ports`;
	const included = annotations[`${prefix}/${include}`];
	// Inbound: only these are captured. Outbound: these in any case, beside the address ranges.
	if (direction === 'Inbound' && included !== undefined && included !== '*' && !portsOf(included).includes(port))
		return { truth: 'no', because: `the annotation ${include} does not name port ${port}` };
	return { truth: 'yes', because: 'its sidecar captures it' };
}

function portsOf(text: string | undefined): number[] {
	return (text ?? '').split(',').flatMap((part) => (/^\s*\d+\s*$/.test(part) ? [Number(part)] : []));
}

import type { Addresses } from '../../../model/address.ts';
import type { ListenSpec, PodSpec } from '../../../model/scenario.ts';
import type { Attachment } from '../endpoint-network.ts';
import type { Engine } from '../engine.ts';
import { excludedInboundPorts, excludedOutboundPorts } from './injection.ts';
import { inboundSource, sidecarMark, sidecarPorts } from './places.ts';

/** A pod's network namespace, and the ports whose connections are left alone. */
export interface Redirect {
	device: string;
	addresses: Addresses;
	uncaptured: { inbound: readonly number[]; outbound: readonly number[] };
}

/**
 * The shell script that leads the TCP connections of pods to their sidecars, run in the fabric. As Istio's init container
 * does it, only that the sidecar's own connections are told by their mark: what a pod sends to itself bypasses
 * the sidecar, except what the sidecar itself sends there, which came to it under the name of a Service.
 */
export function redirectScript(redirects: readonly Redirect[]): string {
	return `set -e\n${redirects.map(inOnePod).join('\n')}\n`;
}

/** What an engine makes of a pod. */
export function redirectOf(
	{ attachment, spec, listen }: { attachment: Attachment; spec: PodSpec; listen: readonly ListenSpec[] },
	engine: Engine,
): Redirect {
	const listening = listen.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port);
	return {
		device: attachment.device,
		addresses: attachment.addresses,
		uncaptured: {
			inbound: engine.uncapturedPorts(excludedInboundPorts(spec, listening), listening),
			outbound: excludedOutboundPorts(spec),
		},
	};
}

/** Connections of this pod lead to its sidecar no more. */
export function withoutRedirect(device: string): string {
	return `nsenter --net=/run/netns/${device} nft delete table inet gatecrash_mesh\n`;
}

function inOnePod({ device, addresses, uncaptured }: Redirect): string {
	const source = addresses.ipv6 === undefined ? '' : `ip addr replace ${inboundSource.ipv6}/128 dev lo nodad\n`;
	const left = (ports: readonly number[]) =>
		ports.length === 0 ? '' : `\t\ttcp dport { ${ports.join(', ')} } return\n`;
	return `nsenter --net=/run/netns/${device} sh -s <<'INSIDE'
set -e
${source}nft -f - <<'END'
table inet gatecrash_mesh {
	chain inbound {
		type nat hook prerouting priority -100;
${left(uncaptured.inbound)}		iifname "eth0" meta l4proto tcp redirect to :${sidecarPorts.inbound}
	}
	chain outbound {
		type nat hook output priority -100;
		oifname "lo" meta mark ${sidecarMark} meta l4proto tcp redirect to :${sidecarPorts.inbound}
		oifname "lo" return
		meta mark ${sidecarMark} return
${left(uncaptured.outbound)}		meta l4proto tcp redirect to :${sidecarPorts.outbound}
	}
}
END
if [ -w /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait ]; then
	echo 10 > /proc/sys/net/netfilter/nf_conntrack_tcp_timeout_time_wait
fi
INSIDE`;
}

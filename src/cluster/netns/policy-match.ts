import type { IpFamily, Protocol } from '../../model/address.ts';
import { ipFamilies } from '../../model/address.ts';
import { type AddressRange, rangeOfAddress, rangeOfCidr, subtract } from './address-range.ts';
import { selectorMatches } from './label-selector.ts';
import type { PolicyPeer, PolicyPort, PolicyRule } from './network-policy.ts';
import type { PolicyPod, PolicyView } from './policy-ruleset.ts';
import type { SetDefinitions } from './set-definitions.ts';

const ipKeyword: Record<IpFamily, string> = { ipv4: 'ip', ipv6: 'ip6' };

/** The nftables matches of which any one means that the rule allows a packet; the empty text matches everything. */
export function matchesOfRule(
	rule: PolicyRule,
	policyNamespace: string,
	which: 'ingress' | 'egress',
	view: PolicyView,
	sets: SetDefinitions,
): string[] {
	if (rule.peers.length === 0) return portMatches(rule.ports, ipFamilies, view, sets);
	const ranges = rule.peers.flatMap((peer) => rangesOfPeer(peer, policyNamespace, view));
	return ipFamilies.flatMap((family) => {
		const set = sets.addresses(
			family,
			ranges.filter((range) => range.family === family),
		);
		if (set === undefined) return [];
		const peers = `${ipKeyword[family]} ${which === 'ingress' ? 'saddr' : 'daddr'} @${set}`;
		return portMatches(rule.ports, [family], view, sets).map((ports) => `${peers} ${ports}`.trimEnd());
	});
}

function rangesOfPeer(peer: PolicyPeer, policyNamespace: string, view: PolicyView): AddressRange[] {
	if (peer.ipBlock) {
		return subtract(rangeOfCidr(peer.ipBlock.cidr), (peer.ipBlock.except ?? []).map(rangeOfCidr));
	}
	// An API server refuses a peer without any selector; it must never come to mean "everybody".
	if (!peer.podSelector && !peer.namespaceSelector) return [];
	return view.pods
		.filter((pod) => peerSelects(peer, policyNamespace, pod, view))
		.flatMap((pod) => Object.values(pod.addresses).map(rangeOfAddress));
}

function peerSelects(peer: PolicyPeer, policyNamespace: string, pod: PolicyPod, view: PolicyView): boolean {
	if (peer.namespaceSelector) {
		// Set by the control plane on every namespace; nobody can give it another value.
		const labels = { ...view.namespaces[pod.namespace], 'kubernetes.io/metadata.name': pod.namespace };
		if (!selectorMatches(peer.namespaceSelector, labels)) return false;
	} else if (pod.namespace !== policyNamespace) {
		return false;
	}
	return selectorMatches(peer.podSelector ?? {}, pod.labels);
}

function portMatches(
	ports: PolicyPort[],
	families: readonly IpFamily[],
	view: PolicyView,
	sets: SetDefinitions,
): string[] {
	if (ports.length === 0) return [''];
	const numbers = new Map<Protocol, [number, number][]>();
	const matches: string[] = [];
	for (const { port, endPort, protocol: upper } of ports) {
		const protocol = (upper ?? 'TCP').toLowerCase() as Protocol;
		if (port === null || port === undefined) {
			numbers.set(protocol, [...(numbers.get(protocol) ?? []), [0, 65535]]);
		} else if (typeof port === 'number') {
			numbers.set(protocol, [...(numbers.get(protocol) ?? []), [port, endPort ?? port]]);
		} else {
			matches.push(...namedPort(port, protocol, families, view, sets));
		}
	}
	const numeric = [...numbers].map(([protocol, ranges]) => `${protocol} dport ${portSet(ranges)}`);
	return [...numeric, ...matches];
}

/** A named port is a port of the pod that is connected to, in both directions, and may be another number on each. */
function namedPort(
	name: string,
	protocol: Protocol,
	families: readonly IpFamily[],
	view: PolicyView,
	sets: SetDefinitions,
): string[] {
	return families.flatMap((family) => {
		const elements = view.pods.flatMap((pod) => {
			const address = pod.addresses[family];
			const ports = pod.ports.filter((port) => port.name === name && port.protocol === protocol);
			return address === undefined ? [] : ports.map(({ port }) => `${address} . ${port}`);
		});
		const set = sets.sockets(family, elements);
		return set === undefined ? [] : [`meta l4proto ${protocol} ${ipKeyword[family]} daddr . th dport @${set}`];
	});
}

/** Sorted and without overlaps, which nftables refuses. */
function portSet(ranges: [number, number][]): string {
	const merged: [number, number][] = [];
	for (const [first, last] of ranges.toSorted((a, b) => a[0] - b[0])) {
		const previous = merged.at(-1);
		if (previous && first <= previous[1] + 1) previous[1] = Math.max(previous[1], last);
		else merged.push([first, last]);
	}
	return `{ ${merged.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(', ')} }`;
}

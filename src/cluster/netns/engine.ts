import type { IpFamily, Protocol } from '../../model/address.ts';
import type { ProxyListener } from '../../model/scenario.ts';
import { type AddressRange, rangeOfAddress, rangeOfCidr, subtract } from './address-range.ts';
import { type LabelExpression, type LabelSelector, type Labels, fulfils } from './label-selector.ts';
import { type ForwardedClientCert, istioForwards } from './envoy/filters.ts';
import type { MtlsModes, PeerAuthentication } from './mesh/peer-authentication.ts';
import type { PeerValidation } from './mesh/tls-context.ts';
import type { IpBlock, NetworkPolicy, PolicyPeer, PolicyPort, PolicyRule } from './network-policy.ts';
import type { Direction, PolicyPod, PolicyView, RulePlace } from './policy-view.ts';
import type { Block } from './ruleset.ts';
import type { ServiceEntry } from './service-ruleset.ts';

/**
 * What the embedded engine takes policies to mean, one question in each method: the compiler asks, and writes nftables
 * rules from the answers. This class answers as the specification does; a seeded bug (bugs/) is a subclass that gets
 * one answer wrong. There is one instance for each deployment, so that a subclass may remember.
 *
 * Source: the NetworkPolicy reference (https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/)
 * and https://kubernetes.io/docs/concepts/services-networking/network-policies/.
 */
export class Engine {
	/** What the engine has noticed of the cluster's state; asked once for each change. */
	notice(view: PolicyView): PolicyView {
		return view;
	}

	/** Milliseconds until the engine compiles again although nothing changed; undefined: it does not. */
	compilesAgainIn(): number | undefined {
		return undefined;
	}

	/** Milliseconds between the acknowledgement of a change and its rules in the kernel. */
	programsLateBy(): number {
		return 0;
	}

	/** Milliseconds for which there are no rules while they are replaced; 0: they are, in one instant. */
	replacesWithGapOf(): number {
		return 0;
	}

	/** Whether its rules go when it is ended. */
	flushesWhenStopped(): boolean {
		return false;
	}

	/** Milliseconds for which pods run on a node that was just started again before they have rules. */
	startsLateBy(): number {
		return 0;
	}

	/** Whether connections still lead to a sidecar that has ended. */
	capturesForEnded(): boolean {
		return true;
	}

	/** A table of the engine's own, nft commands, that stays while rules are replaced; undefined: it has none. */
	ownTable(): string | undefined {
		return undefined;
	}

	/** What is in force while an enforcer that was started again loads its rules little by little. */
	whileLoading(): 'isolation' | 'nothing' {
		return 'isolation';
	}

	/** Policies in force, in the order of their names. */
	inForce(policies: NetworkPolicy[]): NetworkPolicy[] {
		return policies;
	}

	/** policyTypes: ingress unless they leave it out, egress when they have it; without them egress when it has rules. */
	isolates({ policyTypes, egress = [] }: NetworkPolicy, direction: Direction): boolean {
		if (policyTypes.length > 0) return policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress');
		return direction === 'ingress' || egress.length > 0;
	}

	/** Pods of the policy's own namespace that its podSelector matches. */
	selects(policy: NetworkPolicy, pod: PolicyPod): boolean {
		return policy.namespace === pod.namespace && this.matches(policy.podSelector, pod.labels);
	}

	/** Policies add up: all that select a pod count. */
	policiesOf(_pod: PolicyPod, policies: NetworkPolicy[], _direction: Direction): NetworkPolicy[] {
		return policies;
	}

	rules(policy: NetworkPolicy, direction: Direction): PolicyRule[] {
		return policy[direction] ?? [];
	}

	/** Undefined: everybody, also where the list is empty. */
	peers(rule: PolicyRule, _place: RulePlace): PolicyPeer[] | undefined {
		return rule.peers?.length ? rule.peers : undefined;
	}

	/** Undefined: every port of every protocol, also where the list is empty. */
	ports(rule: PolicyRule, _place: RulePlace): PolicyPort[] | undefined {
		return rule.ports?.length ? rule.ports : undefined;
	}

	/** Addresses of peers: any of them is enough. */
	rangesOfPeers(peers: PolicyPeer[], place: RulePlace): AddressRange[] {
		return peers.flatMap((peer) => {
			if (peer.ipBlock) return this.rangesOfBlock(peer.ipBlock, place);
			// An API server refuses a peer without any selector; it must never come to mean "everybody".
			if (!peer.podSelector && !peer.namespaceSelector) return [];
			return place.view.pods
				.filter((pod) => this.peerSelects(peer, pod, place))
				.flatMap((pod) => Object.values(pod.addresses).map(rangeOfAddress));
		});
	}

	rangesOfBlock({ cidr, except }: IpBlock, _place: RulePlace): AddressRange[] {
		return subtract(rangeOfCidr(cidr), (except ?? []).map(rangeOfCidr));
	}

	/** Both selectors have to match; without namespaceSelector only pods of the policy's namespace are meant. */
	peerSelects(peer: PolicyPeer, pod: PolicyPod, { policy, view }: RulePlace): boolean {
		const isMeant = peer.namespaceSelector
			? this.matches(peer.namespaceSelector, this.labelsOfNamespace(pod.namespace, view))
			: pod.namespace === policy.namespace;
		return isMeant && this.matches(peer.podSelector ?? {}, pod.labels);
	}

	/** With the name, which the control plane sets on every namespace; nobody can give it another value. */
	labelsOfNamespace(namespace: string, view: PolicyView): Labels {
		return { ...view.namespaces[namespace], 'kubernetes.io/metadata.name': namespace };
	}

	/** Every requirement has to be fulfilled; the empty selector matches everything. */
	matches({ matchLabels, matchExpressions }: LabelSelector, labels: Labels): boolean {
		const equal = Object.entries(matchLabels ?? {}).every(([key, value]) => labels[key] === value);
		return equal && (matchExpressions ?? []).every((one) => this.fulfils(one, labels));
	}

	fulfils(expression: LabelExpression, labels: Labels): boolean {
		return fulfils(expression, labels);
	}

	/** TCP where the rule doesn't say. */
	protocols({ protocol }: PolicyPort): Protocol[] {
		return [(protocol ?? 'TCP').toLowerCase() as Protocol];
	}

	/** First and last, both included. */
	portRange(first: number, endPort: number | undefined): [number, number] {
		return [first, endPort ?? first];
	}

	/** The ranges of one protocol in one rule. */
	portRanges(ranges: [number, number][]): [number, number][] {
		return ranges;
	}

	/** `ADDRESS . PORT` for a named port: a port of the pod that is connected to, another number on each, in both directions. */
	namedSockets(name: string, protocol: Protocol, family: IpFamily, { view }: RulePlace): string[] {
		return view.pods.flatMap((pod) => {
			const address = pod.addresses[family];
			const ports = pod.ports.filter((port) => port.name === name && port.protocol === protocol);
			return address === undefined ? [] : ports.map(({ port }) => `${address} . ${port}`);
		});
	}

	/** Rules that stand before every policy. */
	first(): string[] {
		// Replies, and connections that were allowed when they began. Whether a new policy ends those is open in the specification.
		return ['ct state established,related accept'];
	}

	/** The nftables rule that lets through what fulfils `match`. What egress allows has still to pass ingress. */
	lets(match: string, direction: Direction): string {
		return `${match} ${through(direction)}`.trimStart();
	}

	/** Rules of an isolated pod before its policies. */
	beforePolicies(_pod: PolicyPod, _direction: Direction): string[] {
		return [];
	}

	/** Rules after a policy's own. */
	afterPolicy(_direction: Direction): string[] {
		return [];
	}

	/** What becomes of a packet that no policy of an isolated pod allowed. */
	afterPolicies(_direction: Direction): string[] {
		return ['drop'];
	}

	/** Base chains besides the one of forwarded packets: what a node sends to its own pods is never filtered. */
	moreHooks(): Extract<Block, { is: 'chain' }>[] {
		return [];
	}

	/** What a node does with DNS queries to the outside before anything else: nothing. */
	interceptor(): 'answers' | 'forwards' | undefined {
		return undefined;
	}

	services(entries: ServiceEntry[]): ServiceEntry[] {
		return entries;
	}

	/** PeerAuthentications in force, the oldest first. */
	peerAuthentications(policies: readonly PeerAuthentication[]): readonly PeerAuthentication[] {
		return policies;
	}

	/** What the sidecar of one workload does with what those say. */
	mtlsModes(modes: MtlsModes): MtlsModes {
		return modes;
	}

	/** TCP ports whose connections are not led to the pod's sidecar. `listening`: all on which the pod listens. */
	uncapturedPorts(excluded: readonly number[], _listening: readonly number[]): readonly number[] {
		return excluded;
	}

	/** Milliseconds from a pod's beginning until its connections are led to its sidecar. */
	captureDelay(): number {
		return 0;
	}

	/** What a plain proxy makes of a listener's configuration. */
	proxyListener(listener: ProxyListener): ProxyListener {
		return listener;
	}

	/** Whether a plain proxy reads its certificate again when the file has changed. `declared`: whether it should. */
	reloadsCertificate(declared: boolean): boolean {
		return declared;
	}

	/** What a sidecar makes of X-Forwarded-Client-Cert, in what comes to its pod and in what its pod sends. */
	forwardsClientCert(direction: 'inbound' | 'outbound'): ForwardedClientCert {
		return istioForwards[direction];
	}

	/** Arguments that break the capture of packets (../wire/capture.pl). */
	captureFlaws(): readonly string[] {
		return [];
	}

	/** What a sidecar demands of the certificate that a client shows. */
	peerValidation(validation: PeerValidation): PeerValidation {
		return validation;
	}
}

/** `to_pod` always ends in a verdict, so that nothing comes back. */
export function through(direction: Direction): string {
	return direction === 'ingress' ? 'accept' : 'goto to_pod';
}

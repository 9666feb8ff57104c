import type { KubernetesObject } from '../model/policy.ts';
import type { PodSpec, Scenario } from '../model/scenario.ts';
import { type LabelSelector, matchesLabels } from '../policy/label-selector.ts';

/**
 * Pods that no policy of the scenario tells apart: pod -> class. Two pods are in one class when they are in the same namespace,
 * listen on the same ports, are the same in all but their labels, and every selector of every policy says the same of them.
 * Where that can't be known beforehand a pod is in a class by itself: named in an address (`$(pods.X.ipv4)`), in another pod’s
 * placement or in a phase; and all are where a policy holds ranges that may part them, or is no NetworkPolicy.
 */
export function podClasses(scenario: Scenario, pods: readonly string[]): Map<string, string> {
	const objects = scenario.policies.map(({ object }) => object);
	const alone = standAlone(scenario);
	const comparable = objects.every((object) => object.kind === 'NetworkPolicy' && !hasPartingRanges(object));
	const selectors = objects.flatMap(selectorsOf);
	return new Map(
		pods.map((name) => {
			const pod = scenario.pods[name];
			const isAlone = !pod || !comparable || alone.has(name);
			return [name, isAlone ? `pod ${name}` : signatureOf(pod, selectors)];
		}),
	);
}

/** One of a policy, with the namespace in which it selects where it has no other say. */
interface PodSelector {
	namespace: string;
	selector: LabelSelector;
}

function signatureOf(pod: PodSpec, selectors: readonly PodSelector[]): string {
	const { labels, ...rest } = pod;
	// Which namespaces a peer means is the same for all pods of one namespace.
	const truths = selectors.map(({ selector }) => (matchesLabels(selector, labels) ? '1' : '0'));
	return `${JSON.stringify(rest)} ${truths.join('')}`;
}

interface NetworkPolicySpec {
	podSelector?: LabelSelector;
	ingress?: { from?: Peer[] }[];
	egress?: { to?: Peer[] }[];
}

interface Peer {
	podSelector?: LabelSelector;
	ipBlock?: { cidr?: string; except?: string[] };
}

function peersOf({ spec }: KubernetesObject): Peer[] {
	const { ingress, egress } = (spec ?? {}) as NetworkPolicySpec;
	return [...(ingress ?? []).flatMap(({ from }) => from ?? []), ...(egress ?? []).flatMap(({ to }) => to ?? [])];
}

function selectorsOf(object: KubernetesObject): PodSelector[] {
	const { podSelector } = (object.spec ?? {}) as NetworkPolicySpec;
	const selectors = [podSelector ?? {}, ...peersOf(object).flatMap((peer) => peer.podSelector ?? [])];
	return selectors.map((selector) => ({ namespace: object.metadata.namespace ?? '', selector }));
}

/** What contains the addresses of all pods, or of none, or of one that is named and so in a class by itself. */
const ranges =
	/^(?:0\.0\.0\.0\/0|::\/0|\$\((?:pods|external|services)\.[^)]+\)(?:\/\d+)?|\$\(cluster\.podCIDR[^)]*\))$/;

function hasPartingRanges(object: KubernetesObject): boolean {
	return peersOf(object)
		.flatMap(({ ipBlock }) => (ipBlock ? [ipBlock.cidr ?? '', ...(ipBlock.except ?? [])] : []))
		.some((range) => !ranges.test(range) || /\)\/(?!32$|128$)\d+$/.test(range));
}

/** Pods that something other than a selector names. */
function standAlone(scenario: Scenario): Set<string> {
	const named = new Set<string>();
	const text = JSON.stringify(scenario.policies.map(({ object }) => object));
	for (const [, name = ''] of text.matchAll(/\$\(pods\.([a-z0-9-]+)\./g)) named.add(name);
	for (const { placement } of Object.values(scenario.pods)) {
		if (placement && 'onNodeOf' in placement) named.add(placement.onNodeOf);
		if (placement && 'notOnNodeOf' in placement) named.add(placement.notOnNodeOf);
	}
	for (const phase of scenario.phases ?? []) {
		if (phase.do === 'label' && phase.pod !== undefined) named.add(phase.pod);
		if (phase.do === 'create' || phase.do === 'remove') for (const pod of phase.pods) named.add(pod);
	}
	return named;
}

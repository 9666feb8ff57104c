import type { Addresses, Protocol } from '../../model/address.ts';
import { selectorMatches } from './label-selector.ts';
import type { NetworkPolicy } from './network-policy.ts';
import { matchesOfRule } from './policy-match.ts';
import { type Block, chain, type Ruleset } from './ruleset.ts';
import { SetDefinitions } from './set-definitions.ts';

/** A pod as the enforcer sees it. Pods in the node's network and completed pods are not here: no policy selects them. */
export interface PolicyPod {
	name: string;
	namespace: string;
	labels: Record<string, string>;
	addresses: Addresses;
	/** The fabric's interface that leads to it. */
	device: string;
	ports: { name: string; port: number; protocol: Protocol }[];
}

export interface PolicyView {
	pods: PolicyPod[];
	/** Labels of every namespace, without the automatic one. */
	namespaces: Record<string, Record<string, string>>;
	policies: NetworkPolicy[];
}

/**
 * Compiles policies to one nftables table: the same one for the same view, whatever the order it comes in.
 *
 * A packet of a new connection first goes through the egress chain of the pod it comes from, then through the ingress
 * chain of the pod it goes to; a pod that no policy selects in a direction has no chain there. A policy's rules stand
 * in one chain for each direction, used by every pod that it selects. Service addresses are already translated to pod
 * addresses here (dstnat comes before forward), and only forwarded packets are filtered: what a node sends to
 * its own pods, and receives from them, is always allowed (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
 */
export function policyRuleset(view: PolicyView): Ruleset {
	const sorted = {
		...view,
		pods: view.pods.toSorted(byName),
		policies: view.policies.toSorted(byName),
	};
	const sets = new SetDefinitions();
	const ingress = direction(sorted, 'ingress', sets);
	const egress = direction(sorted, 'egress', sets);
	const toPod = chain('to_pod', [...dispatch('oifname', ingress.isolated, 'goto'), 'accept']);
	const forward = chain('forward', [
		'type filter hook forward priority 0; policy accept;',
		// Replies, and connections that were allowed when they began. Whether a new policy ends those is open in the specification.
		'ct state established,related accept',
		...dispatch('iifname', egress.isolated, 'jump'),
		'goto to_pod',
	]);
	return { blocks: [...sets.blocks(), ...ingress.chains, toPod, ...egress.chains], hooks: [forward] };
}

interface Direction {
	chains: Block[];
	/** Interface of each isolated pod, and its chain. */
	isolated: { device: string; chain: string }[];
}

function direction(view: PolicyView, which: 'ingress' | 'egress', sets: SetDefinitions): Direction {
	const chains: Block[] = [];
	// What egress allows has still to pass ingress; `to_pod` always ends in a verdict, so that nothing comes back.
	const verdict = which === 'ingress' ? 'accept' : 'goto to_pod';
	const chainsOfPod = new Map<PolicyPod, string[]>();
	for (const [index, policy] of view.policies.entries()) {
		const rules = policy[which];
		const selected = rules ? view.pods.filter((pod) => selects(policy, pod)) : [];
		if (!rules || selected.length === 0) continue;
		const name = `${which}_policy_${index}`;
		const matches = rules.flatMap((rule) => matchesOfRule(rule, policy.namespace, which, view, sets));
		chains.push(
			chain(name, [
				`# ${policy.namespace}/${policy.name}`,
				...matches.map((match) => `${match} ${verdict}`.trimStart()),
			]),
		);
		for (const pod of selected) chainsOfPod.set(pod, [...(chainsOfPod.get(pod) ?? []), name]);
	}
	const isolated: Direction['isolated'] = [];
	for (const pod of view.pods) {
		const policyChains = chainsOfPod.get(pod);
		if (!policyChains) continue;
		const name = `${which}_${pod.device}`;
		isolated.push({ device: pod.device, chain: name });
		const jumps = policyChains.map((policyChain) => `jump ${policyChain}`);
		chains.push(chain(name, [`# ${pod.namespace}/${pod.name}`, ...jumps, 'drop']));
	}
	return { chains, isolated };
}

function dispatch(key: 'iifname' | 'oifname', isolated: Direction['isolated'], verb: 'goto' | 'jump'): string[] {
	if (isolated.length === 0) return [];
	const elements = isolated.map(({ device, chain }) => `"${device}" : ${verb} ${chain}`);
	return [`${key} vmap { ${elements.join(', ')} }`];
}

function selects(policy: NetworkPolicy, pod: PolicyPod): boolean {
	return policy.namespace === pod.namespace && selectorMatches(policy.podSelector, pod.labels);
}

function byName(a: { namespace: string; name: string }, b: { namespace: string; name: string }): number {
	const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
	return left < right ? -1 : left > right ? 1 : 0;
}

import { Engine } from './engine.ts';
import type { NetworkPolicy } from './network-policy.ts';
import { matchesOfRule } from './policy-match.ts';
import type { Direction, PolicyPod, PolicyView } from './policy-view.ts';
import { type Block, chain, type Ruleset } from './ruleset.ts';
import { SetDefinitions } from './set-definitions.ts';

/**
 * Compiles policies to one nftables table: the same one for the same view, whatever the order it comes in.
 *
 * A packet of a new connection first goes through the egress chain of the pod it comes from, then through the ingress
 * chain of the pod it goes to; a pod that no policy selects in a direction has no chain there. A policy's rules stand
 * in one chain for each direction, used by every pod that it selects. Service addresses are already translated to pod
 * addresses here (dstnat comes before forward), and only forwarded packets are filtered: what a node sends to
 * its own pods, and receives from them, is always allowed (https://kubernetes.io/docs/concepts/services-networking/network-policies/).
 */
export function policyRuleset(view: PolicyView, engine: Engine = new Engine()): Ruleset {
	const noticed = engine.notice(view);
	const sorted = {
		...noticed,
		pods: noticed.pods.toSorted(byName),
		policies: engine.inForce(noticed.policies.toSorted(byName)),
	};
	const sets = new SetDefinitions();
	const ingress = isolation(sorted, 'ingress', sets, engine);
	const egress = isolation(sorted, 'egress', sets, engine);
	const toPod = chain('to_pod', [...dispatch('oifname', ingress.isolated, 'goto'), 'accept']);
	const forward = chain('forward', [
		'type filter hook forward priority 0; policy accept;',
		...engine.first(),
		...dispatch('iifname', egress.isolated, 'jump'),
		'goto to_pod',
	]);
	const blocks = [...sets.blocks(), ...ingress.chains, toPod, ...egress.chains];
	return { blocks, hooks: [forward, ...engine.moreHooks()] };
}

/** The same rules without what policies allow: pods that are selected are isolated, and nobody is let through to them. */
export function isolationOnly({ blocks, hooks }: Ruleset): Ruleset {
	const without = (block: Block) => (isPolicyChain(block) ? chain(block.name, block.rules.slice(0, 1)) : block);
	return { blocks: blocks.map(without), hooks };
}

/** Its first line is a comment. */
function isPolicyChain(block: Block): block is Extract<Block, { is: 'chain' }> {
	return block.is === 'chain' && /^(ingress|egress)_policy_\d+$/.test(block.name);
}

interface Isolation {
	chains: Block[];
	/** Interface of each isolated pod, and its chain. */
	isolated: { device: string; chain: string }[];
}

function isolation(view: PolicyView, direction: Direction, sets: SetDefinitions, engine: Engine): Isolation {
	const chains: Block[] = [];
	const names = new Map<NetworkPolicy, string>();
	const policiesOfPod = new Map<PolicyPod, NetworkPolicy[]>();
	for (const [index, policy] of view.policies.entries()) {
		if (!engine.isolates(policy, direction)) continue;
		const selected = view.pods.filter((pod) => engine.selects(policy, pod));
		if (selected.length === 0) continue;
		const name = `${direction}_policy_${index}`;
		names.set(policy, name);
		chains.push(chain(name, policyRules(policy, view, direction, sets, engine)));
		for (const pod of selected) policiesOfPod.set(pod, [...(policiesOfPod.get(pod) ?? []), policy]);
	}
	const isolated: Isolation['isolated'] = [];
	for (const pod of view.pods) {
		const policies = policiesOfPod.get(pod);
		if (!policies) continue;
		const name = `${direction}_${pod.device}`;
		isolated.push({ device: pod.device, chain: name });
		const jumps = engine.policiesOf(pod, policies, direction).map((policy) => `jump ${names.get(policy)}`);
		chains.push(
			chain(name, [
				`# ${pod.namespace}/${pod.name}`,
				...engine.beforePolicies(pod, direction),
				...jumps,
				...engine.afterPolicies(direction),
			]),
		);
	}
	return { chains, isolated };
}

function policyRules(
	policy: NetworkPolicy,
	view: PolicyView,
	direction: Direction,
	sets: SetDefinitions,
	engine: Engine,
): string[] {
	const place = { policy, direction, view };
	const matches = engine.rules(policy, direction).flatMap((rule) => matchesOfRule(rule, place, sets, engine));
	return [
		`# ${policy.namespace}/${policy.name}`,
		...matches.map((match) => engine.lets(match, direction)),
		...engine.afterPolicy(direction),
	];
}

function dispatch(key: 'iifname' | 'oifname', isolated: Isolation['isolated'], verb: 'goto' | 'jump'): string[] {
	if (isolated.length === 0) return [];
	const elements = isolated.map(({ device, chain }) => `"${device}" : ${verb} ${chain}`);
	return [`${key} vmap { ${elements.join(', ')} }`];
}

function byName(a: { namespace: string; name: string }, b: { namespace: string; name: string }): number {
	const [left, right] = [`${a.namespace}/${a.name}`, `${b.namespace}/${b.name}`];
	return left < right ? -1 : left > right ? 1 : 0;
}

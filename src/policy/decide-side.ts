import type { IpFamily, Protocol } from '../model/address.ts';
import { holdsPort } from './match-ports.ts';
import type { NetworkPolicy, Rule } from './network-policy.ts';
import type { Direction, Party, PolicyIndex } from './policy-index.ts';
import { anyOf, type Truth, truthOf } from './truth.ts';
import type { PodFacts } from './world.ts';

/** What the policies say at one end of a connection. */
export interface Side {
	verdict: Truth;
	/** Policies that isolate the pod in this direction, `namespace/name`; none: it isn't isolated. */
	selectedBy: string[];
	/** Rules that let it through, or may: `shop/web ingress[0].from[1]`. */
	matching: { rule: string; truth: Truth }[];
}

interface SideRequest {
	direction: Direction;
	pod: PodFacts;
	other: Party;
	port: number;
	protocol: Protocol;
	family: IpFamily;
	/** The pod at the destination: the owner of named ports. */
	destination: PodFacts | undefined;
}

/**
 * Concepts page, "The two sorts of pod isolation": a pod that some policy selects in a direction is isolated in it, and
 * then only what the rules of any such policy list is allowed. Policies add up; their order means nothing.
 */
export function decideSide(index: PolicyIndex, request: SideRequest): Side {
	const policies = index.selecting(request.pod, request.direction);
	const selectedBy = policies.map((policy) => policy.name);
	if (policies.length === 0) return { verdict: 'yes', selectedBy, matching: [] };
	const matching = policies.flatMap((policy) =>
		(policy[request.direction] ?? []).flatMap((rule) => matchesOf(index, policy, rule, request)),
	);
	return { verdict: anyOf(matching.map(({ truth }) => truth)), selectedBy, matching };
}

function matchesOf(
	index: PolicyIndex,
	policy: NetworkPolicy,
	rule: Rule,
	{ other, port, protocol, family, destination }: SideRequest,
): Side['matching'] {
	if (!holdsPort(rule.ports, port, protocol, destination)) return [];
	if (!rule.peers) return [{ rule: `${policy.name} ${rule.path}`, truth: truthOf(true) }];
	return rule.peers.flatMap((peer) => {
		const truth = index.matchesPeer(peer, policy.namespace, other, family);
		return truth === 'no' ? [] : [{ rule: `${policy.name} ${peer.path}`, truth }];
	});
}

import type { IpFamily, Protocol } from '../model/address.ts';
import { holdsPort } from './match-ports.ts';
import type { NetworkPolicy, Rule } from './network-policy.ts';
import type { Direction, Party, PolicyIndex } from './policy-index.ts';
import { anyOf, type Truth } from './truth.ts';
import type { PodFacts } from './world.ts';

/** What the policies say at one end of a connection. */
export interface Side {
	verdict: Truth;
	/** Policies that isolate the pod in this direction, `namespace/name`; none: it isn't isolated. */
	selectedBy: string[];
	/** Rules that let it through, or may: `shop/web ingress[0].from[1]`. */
	matching: { rule: string; truth: Truth }[];
	/** Rules that don't, and what they lack: the port, or a peer that means the other end. */
	rejecting: { rule: string; lacks: 'port' | 'peer' }[];
}

export interface SideRequest {
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
	const side: Side = { verdict: 'yes', selectedBy: policies.map(({ name }) => name), matching: [], rejecting: [] };
	if (policies.length === 0) return side;
	for (const policy of policies) {
		for (const rule of policy[request.direction] ?? []) {
			const found = matchesOf(index, policy, rule, request);
			if (Array.isArray(found)) side.matching.push(...found);
			else side.rejecting.push({ rule: `${policy.name} ${rule.path}`, lacks: found });
		}
	}
	return { ...side, verdict: anyOf(side.matching.map(({ truth }) => truth)) };
}

function matchesOf(
	index: PolicyIndex,
	policy: NetworkPolicy,
	rule: Rule,
	{ other, port, protocol, family, destination }: SideRequest,
): Side['matching'] | Side['rejecting'][number]['lacks'] {
	if (!holdsPort(rule.ports, port, protocol, destination)) return 'port';
	if (!rule.peers) return [{ rule: `${policy.name} ${rule.path}`, truth: 'yes' }];
	const matching = rule.peers.flatMap((peer) => {
		const truth = index.matchesPeer(peer, policy.namespace, other, family);
		return truth === 'no' ? [] : [{ rule: `${policy.name} ${peer.path}`, truth }];
	});
	return matching.length > 0 ? matching : 'peer';
}

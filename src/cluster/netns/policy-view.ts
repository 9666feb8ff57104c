import type { Addresses, Protocol } from '../../model/address.ts';
import type { NetworkPolicy } from './network-policy.ts';

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

export type Direction = 'ingress' | 'egress';

/** The policy whose rules are compiled, and where. */
export interface RulePlace {
	policy: NetworkPolicy;
	direction: Direction;
	view: PolicyView;
}

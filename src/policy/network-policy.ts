import type { KubernetesObject } from '../model/policy.ts';
import type { LabelSelector } from './label-selector.ts';

/** NetworkPolicy v1, defaults filled in; `undefined` rules: it does not isolate in that direction. */
export interface NetworkPolicy {
	/** `namespace/name`. */
	name: string;
	namespace: string;
	podSelector: LabelSelector;
	ingress: Rule[] | undefined;
	egress: Rule[] | undefined;
}

export interface Rule {
	/** `ingress[0]`. */
	path: string;
	/** Undefined: everybody. Each with its path, `ingress[0].from[1]`. */
	peers: (PeerSpec & { path: string })[] | undefined;
	/** Undefined: every port of every protocol. */
	ports: PortSpec[] | undefined;
}

export interface PeerSpec {
	podSelector?: LabelSelector;
	namespaceSelector?: LabelSelector;
	ipBlock?: { cidr: string; except?: string[] };
}

export interface PortSpec {
	protocol?: string;
	port?: number | string;
	endPort?: number;
}

interface RuleText {
	from?: PeerSpec[] | null;
	to?: PeerSpec[] | null;
	ports?: PortSpec[] | null;
}

interface SpecText {
	podSelector?: LabelSelector | null;
	policyTypes?: string[] | null;
	ingress?: RuleText[] | null;
	egress?: RuleText[] | null;
}

export function isNetworkPolicy({ apiVersion, kind }: KubernetesObject): boolean {
	return apiVersion === 'networking.k8s.io/v1' && kind === 'NetworkPolicy';
}

/**
 * The object has been validated before (src/scenario). API reference, NetworkPolicySpec.policyTypes: without any,
 * Ingress is there always, and Egress where there are egress rules.
 */
export function readNetworkPolicy(object: KubernetesObject): NetworkPolicy {
	const known = readBefore.get(object) ?? read(object);
	readBefore.set(object, known);
	return known;
}

/** Objects are never changed, and many sets of policies share most of theirs. */
const readBefore = new WeakMap<KubernetesObject, NetworkPolicy>();

function read({ metadata, spec }: KubernetesObject): NetworkPolicy {
	const { podSelector, policyTypes, ingress, egress } = (spec ?? {}) as SpecText;
	const given = policyTypes ?? [];
	const types = given.length > 0 ? given : (egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
	// "Objects are placed in namespace default": as the API server takes an object without one.
	const namespace = metadata.namespace ?? 'default';
	return {
		name: `${namespace}/${metadata.name}`,
		namespace,
		podSelector: podSelector ?? {},
		ingress: types.includes('Ingress') ? rulesOf(ingress ?? [], 'ingress', 'from') : undefined,
		egress: types.includes('Egress') ? rulesOf(egress ?? [], 'egress', 'to') : undefined,
	};
}

/** API reference, NetworkPolicyIngressRule: an empty or missing list of peers or ports restricts nothing. */
function rulesOf(rules: readonly RuleText[], direction: string, key: 'from' | 'to'): Rule[] {
	return rules.map((rule, index) => {
		const path = `${direction}[${index}]`;
		const peers = (rule[key] ?? []).map((peer, at) => ({ ...peer, path: `${path}.${key}[${at}]` }));
		const ports = rule.ports ?? [];
		return { path, peers: peers.length > 0 ? peers : undefined, ports: ports.length > 0 ? ports : undefined };
	});
}

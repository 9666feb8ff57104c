import { type KubernetesObject, meshRootNamespace } from '../../model/policy.ts';
import { matchesLabels } from '../label-selector.ts';
import { allOf, anyOf, negated, type Truth, truthOf } from '../truth.ts';
import type { Labels, PodFacts } from '../world.ts';
import { type MeshObject, meshObject, selectorOf } from './mesh-object.ts';

/** https://istio.io/latest/docs/reference/config/security/authorization-policy/ */
export interface AuthorizationPolicy extends MeshObject {
	selector: Labels | undefined;
	action: string;
	/** Attached to gateways or waypoints: not evaluated. */
	targeted: boolean;
	rules: readonly RuleText[];
}

interface RuleText {
	from?: { source?: Record<string, string[]> }[];
	to?: { operation?: Record<string, string[]> }[];
	when?: unknown[];
}

interface SpecText {
	selector?: { matchLabels?: Labels };
	action?: string;
	rules?: (RuleText | null)[];
	targetRef?: unknown;
	targetRefs?: unknown;
}

/** A connection as the server's proxy sees it. */
export interface AuthenticatedPeer {
	/** SPIFFE id; undefined: none, in the clear. `other`: one that is not the client's own, and not known. */
	identity: string | undefined;
	/** The client's own SPIFFE id, as far as it has one: what `other` isn't. */
	own: string | undefined;
	/** At the workload. */
	port: number;
}

export function readAuthorizationPolicy(object: KubernetesObject, created: number): AuthorizationPolicy {
	const { selector, action = 'ALLOW', rules, targetRef, targetRefs } = (object.spec ?? {}) as SpecText;
	return {
		...meshObject(object, created),
		selector: selectorOf(selector),
		action,
		targeted: targetRef !== undefined || targetRefs !== undefined,
		rules: (rules ?? []).map((rule) => rule ?? {}),
	};
}

/** Concepts page "Security", "Authorization policies": DENY comes first; where some ALLOW selects, one has to match. */
export function authorize(
	policies: readonly AuthorizationPolicy[],
	server: PodFacts,
	peer: AuthenticatedPeer,
): { truth: Truth; because: string | undefined } {
	const acting = policies.filter(
		({ namespace, selector, targeted }) =>
			!targeted &&
			(namespace === server.namespace || namespace === meshRootNamespace) &&
			(!selector || matchesLabels({ matchLabels: selector }, server.labels)),
	);
	const of = (action: string) => acting.filter((policy) => policy.action === action);
	const [custom] = of('CUSTOM');
	if (custom) return { truth: 'unknown', because: `${custom.name} asks an authorizer that is not evaluated` };
	const denying = decided(of('DENY'), peer);
	if (denying && denying.truth !== 'no') {
		return {
			truth: negated(denying.truth),
			because: `${denying.policy} (${denying.rule}) ${denying.truth === 'yes' ? 'denies' : 'may deny'} it`,
		};
	}
	const allowing = decided(of('ALLOW'), peer);
	if (!allowing) return { truth: 'yes', because: undefined };
	if (allowing.truth === 'no') {
		const names = of('ALLOW').map(({ name }) => name);
		return { truth: 'no', because: `${names.join(', ')} (spec.action: ALLOW) has no rule that allows it` };
	}
	const verb = allowing.truth === 'yes' ? 'allows' : 'may allow';
	return { truth: allowing.truth, because: `${allowing.policy} (${allowing.rule}) ${verb} it` };
}

/** Whether any rule matches, and the first that decides it; undefined without policies. */
function decided(
	policies: readonly AuthorizationPolicy[],
	peer: AuthenticatedPeer,
): { truth: Truth; policy: string; rule: string } | undefined {
	const [first] = policies;
	if (!first) return undefined;
	const rules = policies.flatMap(({ name, rules: list }) =>
		list.map((rule, index) => ({ policy: name, rule: `spec.rules[${index}]`, truth: matchesRule(rule, peer) })),
	);
	const truth = anyOf(rules.map((rule) => rule.truth));
	return rules.find((rule) => rule.truth === truth) ?? { truth, policy: first.name, rule: 'spec.rules' };
}

function matchesRule({ from, to, when }: RuleText, peer: AuthenticatedPeer): Truth {
	const parts: Truth[] = [];
	if (from) parts.push(anyOf(from.map(({ source = {} }) => matchesSource(source, peer))));
	if (to) parts.push(anyOf(to.map(({ operation = {} }) => matchesOperation(operation, peer))));
	if (when && when.length > 0) parts.push('unknown');
	return allOf(parts);
}

function matchesSource(source: Readonly<Record<string, string[]>>, peer: AuthenticatedPeer): Truth {
	return allOf(
		Object.entries(source).map(([key, values]) => {
			const holds = (part: (id: string) => string | undefined): Truth =>
				anyOf(values.map((value) => matchesValue(value, peer, part)));
			switch (key) {
				case 'principals':
					return holds(principalOf);
				case 'notPrincipals':
					return negated(holds(principalOf));
				case 'namespaces':
					return holds(namespaceOf);
				case 'notNamespaces':
					return negated(holds(namespaceOf));
				default:
					return 'unknown';
			}
		}),
	);
}

function matchesOperation(operation: Readonly<Record<string, string[]>>, { port }: AuthenticatedPeer): Truth {
	return allOf(
		Object.entries(operation).map(([key, values]) => {
			const named = truthOf(values.includes(String(port)));
			if (key === 'ports') return named;
			return key === 'notPorts' ? negated(named) : 'unknown';
		}),
	);
}

/** Exact, prefix, suffix, or `*` for whatever is there; a peer without identity has nothing that could match. */
function matchesValue(
	value: string,
	{ identity, own }: AuthenticatedPeer,
	part: (id: string) => string | undefined,
): Truth {
	if (identity === undefined) return 'no';
	if (value === '*') return 'yes';
	if (identity === 'other') return own !== undefined && part === principalOf && value === part(own) ? 'no' : 'unknown';
	const text = part(identity);
	if (text === undefined) return 'no';
	if (value.endsWith('*')) return truthOf(text.startsWith(value.slice(0, -1)));
	return truthOf(value.startsWith('*') ? text.endsWith(value.slice(1)) : text === value);
}

/** `cluster.local/ns/shop/sa/web`: principals are written without their scheme. */
function principalOf(id: string): string | undefined {
	return id.startsWith('spiffe://') ? id.slice('spiffe://'.length) : undefined;
}

function namespaceOf(id: string): string | undefined {
	return /^spiffe:\/\/[^/]+\/ns\/([^/]+)\//.exec(id)?.[1];
}

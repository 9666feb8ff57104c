import type { AuthorizationPolicy, AuthorizationRule, Operation, Source } from './authorization-policy.ts';
import { type Json, typed } from '../envoy/json.ts';

/**
 * Envoy's filters for what AuthorizationPolicies say: first those that deny, then, where there is any that allows, those.
 * `http`: fields of requests are heeded. Elsewhere a rule that allows by them allows nothing, and one that denies by
 * them denies as if they were not there, as in Istio.
 */
export function authorizationFilters(policies: readonly AuthorizationPolicy[], http: boolean): Json[] {
	return (['DENY', 'ALLOW'] as const).flatMap((action) => {
		const acting = policies.filter((policy) => policy.action === action);
		if (acting.length === 0) return [];
		const rules = acting.flatMap(({ namespace, name, rules }) =>
			rules.map((rule, index) => [`${namespace}/${name}[${index}]`, policyOf(rule, action, http)] as const),
		);
		const config = { rules: { action, policies: Object.fromEntries(rules.filter(([, policy]) => policy)) } };
		return http
			? { name: 'envoy.filters.http.rbac', typed_config: typed('filters.http.rbac.v3.RBAC', config) }
			: {
					name: 'envoy.filters.network.rbac',
					typed_config: typed('filters.network.rbac.v3.RBAC', { stat_prefix: 'rbac', ...config }),
				};
	});
}

/** Undefined: it matches nothing. */
function policyOf(rule: AuthorizationRule, action: 'ALLOW' | 'DENY', http: boolean): Json | undefined {
	const usable = http || action === 'DENY' ? rule.operations : rule.operations.filter((one) => !asksForRequests(one));
	if (usable.length === 0 && rule.operations.length > 0) return undefined;
	return {
		permissions: anyOf(usable.map((one) => allOf('rules', permissions(one, http)))),
		principals: anyOf(rule.sources.map((one) => allOf('ids', principals(one)))),
	};
}

function asksForRequests({ methods, notMethods, paths, notPaths }: Operation): boolean {
	return [methods, notMethods, paths, notPaths].some((list) => list?.length);
}

function permissions(operation: Operation, http: boolean): Json[] {
	const port = (text: string): Json => ({ destination_port: Number(text) });
	const method = (text: string): Json => ({ header: { name: ':method', string_match: matcher(text) } });
	const path = (text: string): Json => ({ url_path: { path: matcher(text) } });
	const ofRequests = [
		...some('rules', operation.methods, method),
		...none('rules', operation.notMethods, method),
		...some('rules', operation.paths, path),
		...none('rules', operation.notPaths, path),
	];
	return [
		...some('rules', operation.ports, port),
		...none('rules', operation.notPorts, port),
		...(http ? ofRequests : []),
	];
}

function principals(source: Source): Json[] {
	const principal = (text: string): Json => named(matcher(text, 'spiffe://'));
	const namespace = (text: string): Json =>
		named({ safe_regex: { regex: `.*/ns/${text.split('*').map(escaped).join('.*')}/.*` } });
	const block = (text: string): Json => {
		const [address = '', length] = text.split('/');
		return {
			direct_remote_ip: { address_prefix: address, prefix_len: Number(length ?? (address.includes(':') ? 128 : 32)) },
		};
	};
	return [
		...some('ids', source.principals, principal),
		...none('ids', source.notPrincipals, principal),
		...some('ids', source.namespaces, namespace),
		...none('ids', source.notNamespaces, namespace),
		...some('ids', source.ipBlocks, block),
		...none('ids', source.notIpBlocks, block),
	];
}

/** By the URI of the client's certificate; without a certificate nothing matches. */
function named(match: Json): Json {
	return { authenticated: { principal_name: match } };
}

/** `abc`, `abc*`, `*abc`, or `*` for whatever is not empty. */
function matcher(text: string, before = ''): Json {
	if (text === '*') return { safe_regex: { regex: '.+' } };
	if (text.endsWith('*')) return { prefix: `${before}${text.slice(0, -1)}` };
	return text.startsWith('*') ? { suffix: text.slice(1) } : { exact: `${before}${text}` };
}

type Kind = 'rules' | 'ids';
type List = readonly string[] | null | undefined;

function some(kind: Kind, list: List, match: (text: string) => Json): Json[] {
	return list?.length ? [{ [`or_${kind}`]: { [kind]: list.map(match) } }] : [];
}

function none(kind: Kind, list: List, match: (text: string) => Json): Json[] {
	return some(kind, list, match).map((one) => ({ [kind === 'rules' ? 'not_rule' : 'not_id']: one }));
}

function allOf(kind: Kind, list: Json[]): Json {
	return list.length === 0 ? { any: true } : { [`and_${kind}`]: { [kind]: list } };
}

function anyOf(list: Json[]): Json[] {
	return list.length === 0 ? [{ any: true }] : list;
}

function escaped(text: string): string {
	return text.replaceAll(/[^\w-]/g, (character) => `\\${character}`);
}

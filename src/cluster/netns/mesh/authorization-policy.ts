import { z } from 'zod';
import { type KubernetesObject, meshRootNamespace } from '../../../model/policy.ts';
import { isCidr } from '../address-range.ts';
import type { Labels } from '../label-selector.ts';
import { isSubset, readSpec, workloadSelector } from './mesh-object.ts';

const texts = z.array(z.string().min(1)).min(1).nullish();
const block = z
	.string()
	.refine((text) => isCidr(text) || isCidr(`${text}/${text.includes(':') ? 128 : 32}`), 'is no address');
const blocks = z.array(block).min(1).nullish();
const ports = z
	.array(z.string().regex(/^[1-9]\d{0,4}$/))
	.min(1)
	.nullish();

const source = z.strictObject({
	principals: texts,
	notPrincipals: texts,
	namespaces: texts,
	notNamespaces: texts,
	ipBlocks: blocks,
	notIpBlocks: blocks,
});
const operation = z.strictObject({
	ports,
	notPorts: ports,
	methods: texts,
	notMethods: texts,
	paths: texts,
	notPaths: texts,
});

const spec = z.strictObject({
	selector: workloadSelector.nullish(),
	action: z.enum(['ALLOW', 'DENY']).nullish(),
	rules: z
		.array(
			z.strictObject({
				from: z.array(z.strictObject({ source })).min(1).nullish(),
				to: z.array(z.strictObject({ operation })).min(1).nullish(),
			}),
		)
		.nullish(),
});

export type Source = z.infer<typeof source>;
export type Operation = z.infer<typeof operation>;

/** Any of the sources, and any of the operations; empty: all. */
export interface AuthorizationRule {
	sources: Source[];
	operations: Operation[];
}

/** An AuthorizationPolicy of security.istio.io as it was written. */
export interface AuthorizationPolicy {
	name: string;
	namespace: string;
	selector: Labels | undefined;
	action: 'ALLOW' | 'DENY';
	/** Without any it matches nothing. */
	rules: AuthorizationRule[];
}

/** @throws GatecrashError GC_CLUSTER for what Istio's API server would refuse, and for `when`, CUSTOM and request identities. */
export function readAuthorizationPolicy(object: KubernetesObject): AuthorizationPolicy {
	const { selector, action, rules } = readSpec(object, spec);
	const labels = selector?.matchLabels ?? {};
	return {
		name: object.metadata.name,
		namespace: object.metadata.namespace ?? 'default',
		selector: Object.keys(labels).length > 0 ? labels : undefined,
		action: action ?? 'ALLOW',
		rules: (rules ?? []).map(({ from, to }) => ({
			sources: (from ?? []).map((one) => one.source),
			operations: (to ?? []).map((one) => one.operation),
		})),
	};
}

/**
 * Those that hold for a workload: of its namespace and of the root namespace, where they select it.
 * Source: https://istio.io/latest/docs/reference/config/security/authorization-policy/.
 */
export function authorizationsOf(
	workload: { namespace: string; labels: Labels },
	policies: readonly AuthorizationPolicy[],
): AuthorizationPolicy[] {
	return policies
		.filter(({ namespace }) => namespace === workload.namespace || namespace === meshRootNamespace)
		.filter(({ selector }) => !selector || isSubset(selector, workload.labels));
}

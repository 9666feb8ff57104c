import { type KubernetesObject, meshRootNamespace } from '../model/policy.ts';
import type { CheckContext } from './check-context.ts';
import type { DestinationRuleSpec, PeerAuthenticationSpec } from './istio-schema.ts';
import { labelStates, selectedPods } from './label-states.ts';
import type { Problems } from './problems.ts';

/** What Istio's API server refuses beyond the object's structure. */
export function checkIstioObject({ kind, spec }: KubernetesObject, problems: Problems): void {
	if (kind !== 'PeerAuthentication') return;
	const { selector, portLevelMtls } = spec as PeerAuthenticationSpec;
	if (portLevelMtls === undefined) return;
	const add = (message: string, hint: string): void => {
		problems.add(['spec', 'portLevelMtls'], { code: 'bad-policy', message, hint, at: 'key' });
	};
	if (Object.keys(selector?.matchLabels ?? {}).length === 0)
		add('portLevelMtls needs a selector', 'add selector: {matchLabels: {...}} for the workloads with these ports');
	else if (Object.keys(portLevelMtls).length === 0) add('portLevelMtls names no port', 'name one, or leave it out');
}

/** Objects that select nothing prove nothing, as with NetworkPolicies. */
export function checkIstioSelectors(context: CheckContext): void {
	if (context.draft.partial) return;
	const { spec } = context;
	const states = labelStates(spec);
	for (const { spec: policy, problems } of context.policies) {
		const { kind, metadata, spec: text } = policy.object;
		const { selector } = text as PeerAuthenticationSpec;
		const isSelecting = kind === 'PeerAuthentication' || kind === 'AuthorizationPolicy';
		if (isSelecting && selector && metadata.namespace !== meshRootNamespace) {
			const pods = selectedPods(spec, states, selector, (name) => name === metadata.namespace);
			if (pods.length > 0 || spec.namespaces[metadata.namespace ?? '']?.existing) continue;
			problems.add(['spec', 'selector'], {
				code: 'selects-nothing',
				message: `selector selects no pod in the namespace ${metadata.namespace}, at any time`,
				hint: 'is a label misspelt, or the pod in another namespace?',
			});
		}
		if (kind === 'DestinationRule') checkHost(context, policy.object, problems);
	}
}

/** Rules for hosts that nobody knows are ignored. A short name is completed with the rule's own namespace. */
function checkHost({ spec }: CheckContext, { metadata, spec: text }: KubernetesObject, problems: Problems): void {
	const { host } = text as DestinationRuleSpec;
	const full = host.includes('.') || host === '*' ? host : `${host}.${metadata.namespace}.svc.cluster.local`;
	const known = Object.entries(spec.services ?? {}).map(([name, one]) => `${name}.${one.namespace}.svc.cluster.local`);
	if (known.some((name) => (full.startsWith('*') ? name.endsWith(full.slice(1)) : name === full))) return;
	problems.add(['spec', 'host'], {
		code: 'selects-nothing',
		message: `no Service of the scenario is ${full}`,
		hint: known.length === 0 ? 'DestinationRules are for Services' : `there are: ${known.slice(0, 5).join(', ')}`,
		severity: 'warning',
	});
}

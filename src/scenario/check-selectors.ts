import { withClusterDns } from './cluster-dns.ts';
import type { CheckContext } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import { type LabelStates, labelStates, selectedPods, selects } from './label-states.ts';
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort } from './network-policy-schema.ts';
import type { ReadPolicy } from './read-policies.ts';
import { expandListen } from './short-forms.ts';
import { didYouMean } from './suggest.ts';

/**
 * A policy that selects no pod at any time proves nothing, and is most often a misspelt label: an error. A peer that
 * matches nobody may be meant (an allow rule for something that isn't deployed here): a warning.
 */
export function checkSelectors(given: CheckContext): void {
	const context = { ...given, spec: withClusterDns(given.spec) };
	// what was left out could have been what is selected
	if (context.draft.partial) return;
	const states = labelStates(context.spec);
	for (const policy of context.policies) {
		const { networkPolicy } = policy;
		const namespace = networkPolicy?.metadata.namespace;
		if (!networkPolicy || namespace === undefined || context.spec.namespaces[namespace]?.existing) continue;
		if (!Object.hasOwn(context.spec.namespaces, namespace)) continue;
		const { spec } = networkPolicy;
		const selected = selectedPods(context.spec, states, spec.podSelector, (name) => name === namespace);
		if (selected.length === 0) {
			const message = `podSelector selects no pod in the namespace ${namespace}, at any time`;
			policy.problems.add(['spec', 'podSelector'], {
				code: 'selects-nothing',
				message,
				hint: nearLabel(context, states, spec.podSelector, namespace),
			});
		}
		for (const [index, { from, ports }] of (spec.ingress ?? []).entries()) {
			const at = ['spec', 'ingress', index];
			for (const [item, peer] of (from ?? []).entries())
				checkPeer(context, states, policy, peer, namespace, [...at, 'from', item]);
			checkNamedPorts(context, policy, ports, selected, at);
		}
		for (const [index, { to, ports }] of (spec.egress ?? []).entries()) {
			const at = ['spec', 'egress', index];
			for (const [item, peer] of (to ?? []).entries())
				checkPeer(context, states, policy, peer, namespace, [...at, 'to', item]);
			checkNamedPorts(context, policy, ports, Object.keys(context.spec.pods), at);
		}
	}
}

function checkPeer(
	context: CheckContext,
	states: LabelStates,
	policy: ReadPolicy,
	peer: NetworkPolicyPeer,
	namespace: string,
	path: DocumentPath,
): void {
	const { podSelector, namespaceSelector } = peer;
	if (podSelector === undefined && namespaceSelector === undefined) return;
	const inNamespace = (name: string): boolean =>
		namespaceSelector === undefined
			? name === namespace
			: context.spec.namespaces[name]?.existing === true ||
				(states.namespaces.get(name) ?? []).some((labels) => selects(namespaceSelector, labels));
	if (selectedPods(context.spec, states, podSelector ?? {}, inNamespace).length > 0) return;
	if (Object.entries(context.spec.namespaces).some(([name, { existing }]) => existing && inNamespace(name))) return;
	const hint =
		podSelector && namespaceSelector === undefined ? nearLabel(context, states, podSelector, namespace) : undefined;
	const message = 'this peer matches no pod of the scenario, at any time';
	policy.problems.add(path, {
		code: 'selects-nothing',
		message,
		hint: hint ?? 'is a label misspelt?',
		severity: 'warning',
	});
}

/** Egress ports are named by the pods at the other end, wherever they are. */
function checkNamedPorts(
	context: CheckContext,
	policy: ReadPolicy,
	ports: NetworkPolicyPort[] | undefined,
	pods: string[],
	path: DocumentPath,
): void {
	for (const [index, { port }] of (ports ?? []).entries()) {
		if (typeof port !== 'string') continue;
		const names = pods.flatMap((pod) =>
			(context.spec.pods[pod]?.listen ?? []).flatMap((item) => expandListen(item).name ?? []),
		);
		if (names.includes(port)) continue;
		const message = `no pod has a port named ${port} here`;
		policy.problems.add([...path, 'ports', index, 'port'], {
			code: 'selects-nothing',
			message,
			hint: didYouMean(port, names) ?? 'name it in listen: {port: ..., name: ...}',
			severity: 'warning',
		});
	}
}

/** The label of some pod in the namespace that looks like the one that was asked for. */
function nearLabel({ spec }: CheckContext, states: LabelStates, selector: LabelSelector, namespace: string): string {
	const there = Object.entries(spec.pods).flatMap(([name, pod]) =>
		pod.namespace === namespace ? (states.pods.get(name) ?? []) : [],
	);
	if (there.length === 0) return 'the namespace holds no pods';
	const labels = [...new Set(there.flatMap((one) => Object.entries(one).map(([key, value]) => `${key}: ${value}`)))];
	for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
		const near = didYouMean(`${key}: ${value}`, labels);
		if (near !== undefined && !labels.includes(`${key}: ${value}`)) return near;
	}
	return labels.length === 0 ? 'its pods have no labels' : `labels there: ${labels.slice(0, 6).join(', ')}`;
}

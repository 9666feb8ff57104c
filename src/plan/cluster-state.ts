import type { Step } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import type { Scenario, ServedCertificate } from '../model/scenario.ts';
import { securityGroupsFor } from '../policy/security-groups/security-group-policy.ts';

/** A change to policies, labels or pods. */
export type Change = Extract<Step, { do: 'apply' | 'delete' | 'label' | 'create' | 'remove' | 'rotate' }>;

/** Faults change nothing that policies speak of. */
export function isChange(step: Step): step is Change {
	return ['apply', 'delete', 'label', 'create', 'remove', 'rotate'].includes(step.do);
}

/** What there is at one moment of a plan, followed step by step. Plain data. */
export interface ClusterState {
	/** By identity: applying an object of the same kind, namespace and name replaces it. */
	policies: ReadonlyMap<string, KubernetesObject>;
	/** Number of the change in which each was created, by the same key; an edit leaves it as it is. */
	created: ReadonlyMap<string, number>;
	/** Number of changes so far. */
	changes: number;
	podLabels: Readonly<Record<string, Record<string, string>>>;
	namespaceLabels: Readonly<Record<string, Record<string, string>>>;
	/** That the proxies of pods show, where it is not the declared one. */
	certificates: Readonly<Record<string, ServedCertificate>>;
	/** Security groups that pods got when they were made; they keep them, whatever becomes of policies and labels. */
	securityGroups: Readonly<Record<string, string[]>>;
	/** Names of the pods that exist. */
	pods: ReadonlySet<string>;
}

export function initialState(scenario: Scenario, pods: readonly string[]): ClusterState {
	return {
		policies: new Map(),
		created: new Map(),
		changes: 0,
		podLabels: labelsOf(scenario.pods),
		namespaceLabels: labelsOf(scenario.namespaces),
		certificates: {},
		securityGroups: {},
		pods: new Set(pods),
	};
}

export function afterChange(before: ClusterState, change: Change, scenario: Scenario): ClusterState {
	const state = { ...before, changes: before.changes + 1 };
	switch (change.do) {
		case 'apply':
		case 'delete':
			return { ...state, ...changedPolicies(state, change, scenario) };
		case 'rotate': {
			const { pod, certificate } = change;
			// What is read once is not read again.
			if (scenario.pods[pod]?.proxy?.reloads !== true) return state;
			return { ...state, certificates: { ...state.certificates, [pod]: certificate } };
		}
		case 'create':
			// A pod that comes again is made from its declaration, with the labels that stand there.
			return {
				...state,
				pods: new Set([...state.pods, ...change.pods]),
				certificates: pickOthers(state.certificates, change.pods),
				podLabels: { ...state.podLabels, ...pick(labelsOf(scenario.pods), change.pods) },
				securityGroups: { ...state.securityGroups, ...securityGroupsOf(change.pods, state, scenario) },
			};
		case 'remove':
			return { ...state, pods: new Set([...state.pods].filter((pod) => !change.pods.includes(pod))) };
		case 'label': {
			const { pod, namespace, set, remove } = change;
			if (pod !== undefined) return { ...state, podLabels: relabelled(state.podLabels, pod, set, remove) };
			return { ...state, namespaceLabels: relabelled(state.namespaceLabels, namespace ?? '', set, remove) };
		}
	}
}

function changedPolicies(
	{ policies, created, changes }: ClusterState,
	change: Extract<Change, { do: 'apply' | 'delete' }>,
	scenario: Scenario,
): Pick<ClusterState, 'policies' | 'created'> {
	const changed = new Map(policies);
	const ages = new Map(created);
	const objects = new Map(scenario.policies.map(({ name, object }) => [name, object]));
	for (const name of change.policies) {
		const object = objects.get(name);
		if (!object) continue;
		const identity = identityOf(object);
		if (change.do === 'apply') {
			changed.set(identity, object);
			if (!ages.has(identity)) ages.set(identity, changes);
		} else {
			changed.delete(identity);
			ages.delete(identity);
		}
	}
	return { policies: changed, created: ages };
}

/** Of pods that are made now: by the policies that stand there, and the labels of their declaration. */
function securityGroupsOf(
	pods: readonly string[],
	{ policies }: ClusterState,
	{ pods: specs, serviceAccounts, securityGroups }: Scenario,
): Record<string, string[]> {
	return Object.fromEntries(
		pods.flatMap((name) => {
			const spec = specs[name];
			if (!spec || spec.hostNetwork) return [];
			const accountLabels = serviceAccounts[spec.serviceAccount ?? 'default']?.labels ?? {};
			const { namespace, labels } = spec;
			return [[name, securityGroupsFor({ namespace, labels, accountLabels }, policies.values(), securityGroups)]];
		}),
	);
}

function identityOf({ apiVersion, kind, metadata }: KubernetesObject): string {
	return [apiVersion.split('/')[0], kind, metadata.namespace ?? 'default', metadata.name].join('/');
}

function labelsOf(
	named: Readonly<Record<string, { labels: Record<string, string> }>>,
): Record<string, Record<string, string>> {
	return Object.fromEntries(Object.entries(named).map(([name, { labels }]) => [name, labels]));
}

function relabelled(
	labels: ClusterState['podLabels'],
	name: string,
	set: Record<string, string>,
	remove: readonly string[],
): Record<string, Record<string, string>> {
	const kept = Object.entries(labels[name] ?? {}).filter(([key]) => !remove.includes(key));
	return { ...labels, [name]: { ...Object.fromEntries(kept), ...set } };
}

function pickOthers<T>(record: Readonly<Record<string, T>>, names: readonly string[]): Record<string, T> {
	return Object.fromEntries(Object.entries(record).filter(([name]) => !names.includes(name)));
}

function pick<T>(record: Record<string, T>, names: readonly string[]): Record<string, T> {
	return Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
}

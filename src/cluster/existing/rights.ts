import { type KubernetesObject, policyKindOf } from '../../model/policy.ts';
import type { Plan, ScenarioPlan } from '../../model/plan.ts';

/** Verbs on one resource. */
export interface Right {
	group: string;
	/** Plural, for example `pods` or `pods/attach`. */
	resource: string;
	verbs: string[];
	/** Undefined: in the whole cluster, because the names of namespaces are not known before a run. */
	namespace: string | undefined;
}

/**
 * What gatecrash calls at the API server to carry out a plan on a cluster that is not its own, and nothing else.
 * Kept next to what it describes by a test that runs with exactly these rights.
 */
export function neededRights(plan: Plan, { wireCapture }: { wireCapture: boolean }): Right[] {
	const rights = new RightsBook();
	rights.add(undefined, '', 'nodes', ['list']);
	for (const scenario of plan.scenarios) {
		if (scenario.steps.length === 0) continue;
		addScenario(rights, scenario);
		if (wireCapture && scenario.cells.some(({ kind }) => kind === 'mtls')) addNamespaceOfOurs(rights, []);
	}
	return rights.all();
}

/** What the facts in a report are read with; a run without them only says less. */
export const factsRights: readonly Right[] = [
	{ group: 'apps', resource: 'daemonsets', verbs: ['list'], namespace: undefined },
	{ group: 'apps', resource: 'deployments', verbs: ['list'], namespace: undefined },
	{ group: 'networking.k8s.io', resource: 'servicecidrs', verbs: ['list'], namespace: undefined },
	// Of the Amazon VPC CNI plugin, where it is there.
	{ group: '', resource: 'configmaps', verbs: ['get'], namespace: 'kube-system' },
	{ group: '', resource: 'pods', verbs: ['list'], namespace: 'kube-system' },
	{ group: 'vpcresources.k8s.aws', resource: 'cninodes', verbs: ['list'], namespace: undefined },
];

function addScenario(rights: RightsBook, { workload, policies, steps }: ScenarioPlan): void {
	const existing = Object.entries(workload.namespaces).flatMap(([name, spec]) => (spec.existing ? [name] : []));
	for (const namespace of existing) addExisting(rights, namespace);
	const relabelled = steps.some((step) => step.do === 'label' && step.namespace !== undefined);
	const own = Object.keys(workload.namespaces).length > existing.length;
	if (own || workload.attemptingNodes.length > 0 || policies.length > 0) {
		addNamespaceOfOurs(rights, relabelled ? ['patch'] : []);
	}
	if (Object.keys(workload.services).length > 0) {
		rights.add(undefined, '', 'services', ['create', 'patch']);
		rights.add(undefined, 'discovery.k8s.io', 'endpointslices', ['list', 'watch']);
	}
	if (policies.length === 0) return;
	// The canary, where a change flips no cell.
	rights.add(undefined, 'networking.k8s.io', 'networkpolicies', ['create', 'patch', 'delete']);
	for (const { object } of policies) addPolicy(rights, object);
}

/** With pods in it; those that capture need no more than others. */
function addNamespaceOfOurs(rights: RightsBook, more: string[]): void {
	rights.add(undefined, '', 'namespaces', ['create', 'get', 'delete', ...more]);
	addProbes(rights, undefined);
	// Pods are refused until their account is there; the cluster's own takes a moment.
	rights.add(undefined, '', 'serviceaccounts', ['create', 'patch']);
}

/** Probe pods and the agent's program. */
function addProbes(rights: RightsBook, namespace: string | undefined): void {
	rights.add(namespace, '', 'configmaps', ['create', 'patch']);
	rights.add(namespace, '', 'pods', ['create', 'patch', 'list', 'watch', 'delete']);
	// Attaching over a WebSocket is a GET; since Kubernetes 1.35 `create` is asked for too.
	rights.add(namespace, '', 'pods/attach', ['create', 'get']);
}

/** Nothing there goes by itself, and what would bring the probe pods traffic is looked at first. */
function addExisting(rights: RightsBook, namespace: string): void {
	addProbes(rights, namespace);
	rights.add(namespace, '', 'configmaps', ['delete']);
	rights.add(namespace, '', 'services', ['list']);
	rights.add(namespace, '', 'namespaces', ['get']);
}

function addPolicy(rights: RightsBook, object: KubernetesObject): void {
	const entry = policyKindOf(object);
	if (!entry) return;
	// Somebody else's object of the same name must be seen before anything is written.
	const verbs = ['create', 'patch', 'delete', ...(entry.scope === 'cluster' ? ['get'] : [])];
	const resource = pluralOf(object.kind);
	rights.add(undefined, entry.group, resource, verbs);
	// Where Calico's API server is not installed its policies are stored as these.
	if (entry.group === 'projectcalico.org') rights.add(undefined, 'crd.projectcalico.org', resource, verbs);
}

function pluralOf(kind: string): string {
	return kind.toLowerCase().replace(/y$/, 'ie').concat('s');
}

class RightsBook {
	readonly #rights = new Map<string, Right>();

	add(namespace: string | undefined, group: string, resource: string, verbs: string[]): void {
		const key = JSON.stringify([namespace, group, resource]);
		const known = this.#rights.get(key) ?? { group, resource, verbs: [], namespace };
		known.verbs.push(...verbs.filter((verb) => !known.verbs.includes(verb)));
		this.#rights.set(key, known);
	}

	/** Without those of a namespace that hold in the whole cluster anyway. */
	all(): Right[] {
		const all = [...this.#rights.values()];
		const everywhere = (right: Right, verb: string): boolean =>
			all.some(
				(other) =>
					other.namespace === undefined &&
					other.group === right.group &&
					other.resource === right.resource &&
					other.verbs.includes(verb),
			);
		return all
			.map((right) => ({
				...right,
				verbs: right.namespace === undefined ? right.verbs : right.verbs.filter((verb) => !everywhere(right, verb)),
			}))
			.filter(({ verbs }) => verbs.length > 0)
			.sort((one, other) => keyOf(one).localeCompare(keyOf(other), 'en'));
	}
}

function keyOf({ namespace = '', group, resource }: Right): string {
	return `${namespace}/${group}/${resource}`;
}

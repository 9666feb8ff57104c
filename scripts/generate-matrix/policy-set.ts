import type { KubernetesObject } from '../../src/model/policy.ts';
import type { ListenSpec, Scenario } from '../../src/model/scenario.ts';
import { isModelled } from '../../src/mutate/mutants-of.ts';
import { type MutationTarget, subjectOf } from '../../src/mutate/subject.ts';
import type { ClusterState } from '../../src/plan/cluster-state.ts';

/** What somebody would have who had the policies of a scenario, and not its attempts. */
export interface PolicySet {
	/** Of the scenario. */
	name: string;
	file: string;
	/** Namespaces, Pods, Services and policies, as kubectl would list them. */
	manifests: KubernetesObject[];
	policies: number;
	/** Of kinds that are not evaluated. */
	unmodelled: string[];
	/** Endpoints outside whose addresses policies name. */
	external: Scenario['external'];
	/** Policies or pods change later: only the first policies that are attempted are taken. */
	changes: boolean;
}

/** The policies that are in force when the scenario attempts something for the first time with any; undefined: never any. */
export function policySetOf(scenario: Scenario, target: MutationTarget): PolicySet | undefined {
	const { timeline, states } = subjectOf(scenario, target);
	const at = timeline.moments.findIndex(({ attempts }, index) => attempts && states[index]?.policies.size);
	const state = states[at];
	if (!state) return undefined;
	const policies = [...state.policies.values()];
	const text = JSON.stringify(policies);
	const named = Object.entries(scenario.external).filter(([name]) => text.includes(`$(external.${name}.`));
	return {
		...{ name: scenario.name, file: scenario.file, policies: policies.filter(isModelled).length },
		manifests: [...namespacesOf(scenario, state), ...podsOf(scenario, state), ...servicesOf(scenario), ...policies],
		unmodelled: policies.filter((object) => !isModelled(object)).map(({ kind }) => kind),
		external: Object.fromEntries(named),
		changes: timeline.moments.filter(({ attempts }) => attempts).length > 1,
	};
}

function namespacesOf({ namespaces }: Scenario, { namespaceLabels }: ClusterState): KubernetesObject[] {
	return Object.entries(namespaces).map(([name, { mesh }]) => {
		const labels = { ...namespaceLabels[name], ...(mesh === 'sidecar' && { 'istio-injection': 'enabled' }) };
		return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
	});
}

function podsOf({ pods }: Scenario, state: ClusterState): KubernetesObject[] {
	return Object.entries(pods)
		.filter(([name]) => state.pods.has(name))
		.map(([name, { namespace, listen, serviceAccount, hostNetwork }]) => ({
			...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace, labels: state.podLabels[name] ?? {} } },
			spec: {
				...(serviceAccount !== undefined && { serviceAccountName: serviceAccount }),
				...(hostNetwork && { hostNetwork }),
				containers: [{ name: 'main', ports: listen.map(containerPort) }],
			},
		}));
}

function containerPort({ port, protocol, name }: ListenSpec) {
	return { containerPort: port, protocol: protocol.toUpperCase(), ...(name !== undefined && { name }) };
}

function servicesOf({ services }: Scenario): KubernetesObject[] {
	return Object.entries(services).map(([name, { namespace, selector, ports, headless }]) => ({
		...{ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace } },
		spec: {
			...{ selector, ...(headless && { clusterIP: 'None' }) },
			ports: ports.map(({ port, targetPort, protocol, name: portName }) => ({
				...{ port, targetPort, protocol: protocol.toUpperCase() },
				...(portName !== undefined && { name: portName }),
			})),
		},
	}));
}

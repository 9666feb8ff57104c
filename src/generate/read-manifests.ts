import type { Protocol } from '../model/address.ts';
import { isRecord } from '../model/is-record.ts';
import { type KubernetesObject, policyKindOf } from '../model/policy.ts';
import { isModelled } from '../mutate/mutants-of.ts';
import { subjectOfPolicy } from '../mutate/policy-parts.ts';
import { satisfyingLabels } from '../mutate/satisfying-labels.ts';
import type { GenerateInput, PodInput } from './input.ts';

/** What was made of manifests, and what was left aside. */
export interface ReadManifests {
	input: GenerateInput;
	/** Policies of kinds of which nothing is predicted. */
	unmodelled: KubernetesObject[];
	/** NetworkPolicies whose podSelector contradicts itself: they select no pod that there could be. */
	impossible: KubernetesObject[];
	/** Kinds that a scenario has no use for, with how many there were. */
	ignored: Record<string, number>;
}

/** Objects of Kubernetes, in whatever order. Several pods of one workload are one pod. Pure. */
export function readManifests(objects: readonly KubernetesObject[], name: string): ReadManifests {
	const reader = new Reader(name);
	for (const object of objects) reader.add(object);
	const { input, unmodelled, impossible, ignored } = reader;
	return { input, unmodelled, impossible, ignored };
}

/** Labels that controllers set on each pod, or each revision, which no policy should select on. */
const controllerLabels = new Set([
	...['pod-template-hash', 'controller-revision-hash', 'pod-template-generation', 'statefulset.kubernetes.io/pod-name'],
	...['apps.kubernetes.io/pod-index', 'batch.kubernetes.io/controller-uid', 'controller-uid'],
	...['batch.kubernetes.io/job-name', 'job-name', 'batch.kubernetes.io/job-completion-index'],
]);

class Reader {
	readonly input: GenerateInput;
	readonly unmodelled: KubernetesObject[] = [];
	readonly impossible: KubernetesObject[] = [];
	readonly ignored: Record<string, number> = {};
	readonly #pods = new Map<string, string>();

	constructor(name: string) {
		this.input = { name, namespaces: {}, pods: {}, services: {}, external: {}, policies: [] };
	}

	add(object: KubernetesObject): void {
		const { kind, metadata, spec } = object;
		if (policyKindOf(object)) return this.#addPolicy(object);
		if (kind === 'Namespace') {
			const { [`kubernetes.io/metadata.name`]: _, ...labels } = metadata.labels ?? {};
			const mesh = labels['istio-injection'] === 'enabled' || labels['istio.io/rev'] !== undefined;
			this.input.namespaces[metadata.name] = { labels, mesh: mesh ? 'sidecar' : 'none' };
			return;
		}
		const template = podTemplate(object);
		const namespace = metadata.namespace ?? 'default';
		if (template) this.#addPod(metadata.name, namespace, template);
		else if (kind === 'Service' && isRecord(spec)) this.#addService(metadata.name, namespace, spec);
		else this.ignored[kind] = (this.ignored[kind] ?? 0) + 1;
	}

	#addPolicy(object: KubernetesObject): void {
		if (!isModelled(object)) {
			this.unmodelled.push(object);
			return;
		}
		const { apiVersion, kind, metadata, spec } = object;
		if (kind === 'NetworkPolicy' && !satisfyingLabels(subjectOfPolicy(spec))) {
			this.impossible.push(object);
			return;
		}
		const namespace = metadata.namespace ?? 'default';
		const named = { name: metadata.name, namespace };
		const wanted = [metadata.name, `${namespace}-${metadata.name}`, `${kind}-${namespace}-${metadata.name}`];
		const name = freeName(wanted, (one) => this.input.policies.some((policy) => policy.name === one));
		// As it was written, without what the API server and others put there.
		this.input.policies.push({ name, object: { apiVersion, kind, metadata: named, spec } });
	}

	#addPod(workload: string, namespace: string, { metadata = {}, spec = {} }: TemplateText): void {
		const labels = Object.fromEntries(
			Object.entries(metadata.labels ?? {}).filter(([key]) => !controllerLabels.has(key)),
		);
		const pod: PodInput = {
			...{ namespace, labels, ports: portsOf(spec) },
			...(spec.serviceAccountName !== undefined && { serviceAccount: spec.serviceAccountName }),
			...(spec.hostNetwork && { hostNetwork: true }),
		};
		// Several replicas are the same to every policy.
		const key = JSON.stringify(pod);
		if (this.#pods.has(key)) return;
		const name = freeName([workload, `${namespace}-${workload}`], (one) => one in this.input.pods);
		this.#pods.set(key, name);
		this.input.pods[name] = pod;
	}

	#addService(wanted: string, namespace: string, spec: Record<string, unknown>): void {
		const { selector, ports, clusterIP } = spec as {
			selector?: Record<string, string>;
			ports?: { port: number; targetPort?: number | string; protocol?: string; name?: string }[];
			clusterIP?: string;
		};
		if (!selector || Object.keys(selector).length === 0 || !ports || ports.length === 0) return;
		const name = freeName([wanted, `${namespace}-${wanted}`], (one) => one in this.input.services);
		this.input.services[name] = {
			...{ namespace, selector, headless: clusterIP === 'None' },
			ports: ports.map(({ port, targetPort = port, protocol, name: portName }) => ({
				...{ port, targetPort, protocol: protocolOf(protocol), name: portName },
			})),
		};
	}
}

interface TemplateText {
	metadata?: { labels?: Record<string, string> };
	spec?: {
		containers?: { ports?: { containerPort: number; protocol?: string; name?: string }[] }[];
		serviceAccountName?: string;
		hostNetwork?: boolean;
	};
}

/** Of pods, and of all that makes them. */
function podTemplate({ kind, metadata, spec }: KubernetesObject): TemplateText | undefined {
	if (!isRecord(spec)) return undefined;
	if (kind === 'Pod')
		return { metadata: { labels: metadata.labels ?? {} }, spec: spec as TemplateText['spec'] & object };
	if (kind === 'CronJob') {
		const job = isRecord(spec['jobTemplate']) ? spec['jobTemplate']['spec'] : undefined;
		return isRecord(job) ? (job['template'] as TemplateText) : undefined;
	}
	const makers = ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ReplicationController', 'Job'];
	return makers.includes(kind) && isRecord(spec['template']) ? (spec['template'] as TemplateText) : undefined;
}

function portsOf({ containers = [] }: NonNullable<TemplateText['spec']>): PodInput['ports'] {
	const seen = new Set<string>();
	return containers
		.flatMap(({ ports = [] }) => ports)
		.map(({ containerPort, protocol, name }) => ({ port: containerPort, protocol: protocolOf(protocol), name }))
		.filter(({ port, protocol }) => !seen.has(`${port}/${protocol}`) && seen.add(`${port}/${protocol}`));
}

function protocolOf(text: string = 'TCP'): Protocol {
	const protocol = text.toLowerCase();
	return protocol === 'udp' || protocol === 'sctp' ? protocol : 'tcp';
}

/** The first that is a DNS label and not taken, or the last with a number. */
function freeName(wanted: readonly string[], isTaken: (name: string) => boolean): string {
	const names = wanted.map((name) =>
		name
			.toLowerCase()
			.replaceAll(/[^a-z0-9-]+/g, '-')
			.slice(0, 58)
			.replaceAll(/^-+|-+$/g, ''),
	);
	const reserved = ['all', 'apiserver', 'metadata', 'kubelet', 'cluster'];
	const free = names.find((name) => !isTaken(name) && !reserved.includes(name));
	if (free !== undefined) return free;
	for (let number = 2; ; number += 1) {
		const name = `${names.at(-1) ?? 'object'}-${number}`;
		if (!isTaken(name)) return name;
	}
}

/** What `--from-cluster` lists, with the group and plural that rights name. */
export const listedKinds = [
	{ apiVersion: 'v1', kind: 'Namespace', group: '', resource: 'namespaces' },
	{ apiVersion: 'v1', kind: 'Pod', group: '', resource: 'pods' },
	{ apiVersion: 'v1', kind: 'Service', group: '', resource: 'services' },
	{
		apiVersion: 'networking.k8s.io/v1',
		kind: 'NetworkPolicy',
		group: 'networking.k8s.io',
		resource: 'networkpolicies',
	},
	...(['PeerAuthentication', 'AuthorizationPolicy'] as const).map((kind) => ({
		...{ apiVersion: 'security.istio.io/v1', kind, group: 'security.istio.io' },
		resource: kind === 'PeerAuthentication' ? 'peerauthentications' : 'authorizationpolicies',
	})),
	...(['DestinationRule', 'Sidecar'] as const).map((kind) => ({
		...{ apiVersion: 'networking.istio.io/v1', kind, group: 'networking.istio.io' },
		resource: kind === 'DestinationRule' ? 'destinationrules' : 'sidecars',
	})),
];

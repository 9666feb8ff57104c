import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import type { Protocol } from '../../model/address.ts';
import { type AgentConfig, agentNodeFlags, type BootAttempt } from '../../model/agent.ts';
import { type AgentSettings, portKey } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ListenSpec, PodSpec } from '../../model/scenario.ts';
import { containerPorts } from './container-ports.ts';
import { endpointLabel, ownedBy, type Ownership } from './ownership.ts';
import { standbyAnnotation, standbyDigest, standbyOwnership } from './standby.ts';

export interface PodPlan {
	/** Name of the endpoint in the scenario. */
	endpoint: string;
	/** Name and namespace of the pod in the cluster. */
	name: string;
	namespace: string;
	spec: PodSpec;
	/** Real name of the node that it must run on. */
	node: string | undefined;
	portMap: Record<string, number>;
	boot: BootAttempt[];
	/** In a namespace that is not ours: never Ready, so that no Service picks it up. */
	neverReady: boolean;
	/**
	 * In a namespace that is not ours: a ReplicaSet there adopts any pod of its labels that has no controller, and
	 * removes one that is too many, which could be a pod of theirs.
	 */
	owner: ObjectRef | undefined;
	/** On tainted nodes too (agents of nodes). */
	everywhere: boolean;
	/** Name of the ConfigMap with the agent's program. */
	program: string;
	/** For this run and others after it: who begins one tells it over its control stream. */
	standby: boolean;
}

export interface PodSurroundings {
	image: string;
	settings: AgentSettings;
	ownership: Ownership;
}

export const agentContainer = 'agent';
const programFile = '/gatecrash/agent.cjs';
/** A single environment variable may have 128 KiB (MAX_ARG_STRLEN). */
const configBound = 120 * 1024;
/** A completed pod runs so long that the kubelet reports its address first. Milliseconds. */
const completesAfter = 1500;

/** A probe pod as Pod Security's `restricted` level wants it, except for what the scenario needs otherwise. */
export function podManifest(plan: PodPlan, { image, settings, ownership }: PodSurroundings): KubeObject {
	if (!plan.standby) return manifestOf(plan, image, agentConfig(plan, settings), ownership);
	const manifest = manifestOf(plan, image, undefined, standbyOwnership());
	const annotations = { ...manifest.metadata.annotations, [standbyAnnotation]: standbyDigest(manifest) };
	return { ...manifest, metadata: { ...manifest.metadata, annotations } };
}

/** `config`: undefined for a pod that is told later. */
function manifestOf(plan: PodPlan, image: string, config: AgentConfig | undefined, ownership: Ownership): KubeObject {
	const { spec } = plan;
	const labels = { ...injectionLabel(spec), ...spec.labels, [endpointLabel]: plan.endpoint };
	const { labels: owned, annotations } = ownedBy(ownership, { labels, annotations: spec.annotations });
	return {
		apiVersion: 'v1',
		kind: 'Pod',
		metadata: {
			...{ name: plan.name, namespace: plan.namespace, labels: owned, annotations },
			...(plan.owner && { ownerReferences: [controllerOf(plan.owner)] }),
		},
		...{ spec: podSpec(plan, container(plan, image, config)) },
	};
}

/** A pod's own wish goes before its namespace's. */
function injectionLabel({ mesh }: PodSpec): Record<string, string> {
	return mesh === undefined ? {} : { 'sidecar.istio.io/inject': String(mesh === 'sidecar') };
}

function controllerOf({ apiVersion, kind, name, uid }: ObjectRef) {
	return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: false };
}

function podSpec(plan: PodPlan, agent: object) {
	const { spec, node } = plan;
	return {
		containers: [agent],
		volumes: [{ name: 'program', configMap: { name: plan.program } }],
		// An agent that died must not come back as if nothing had happened; where restarts are the subject it may.
		restartPolicy: spec.liveness === undefined ? 'Never' : 'Always',
		// With 0 the API server would forget the pod while its containers still run.
		terminationGracePeriodSeconds: 1,
		enableServiceLinks: false,
		automountServiceAccountToken: false,
		...(spec.serviceAccount !== undefined && { serviceAccountName: spec.serviceAccount }),
		...(spec.hostNetwork && { hostNetwork: true }),
		...(plan.neverReady && { readinessGates: [{ conditionType: 'gatecrash.dev/never' }] }),
		...(plan.everywhere && { tolerations: [{ operator: 'Exists' }] }),
		...(node !== undefined && { affinity: onNode(node) }),
		securityContext: {
			runAsNonRoot: true,
			runAsUser: 65534,
			runAsGroup: 65534,
			seccompProfile: { type: 'RuntimeDefault' },
			// The kubelet forbids it with hostNetwork; those listen on ports that need no privilege.
			...(!spec.hostNetwork && { sysctls: [{ name: 'net.ipv4.ip_unprivileged_port_start', value: '0' }] }),
		},
	};
}

function container(plan: PodPlan, image: string, config: AgentConfig | undefined) {
	const { spec, portMap } = plan;
	const completes = ['node', '--eval', `setTimeout(() => {}, ${completesAfter})`];
	const agent = ['node', ...agentNodeFlags, programFile, ...(config ? [] : ['--standby'])];
	const { readiness, liveness } = spec;
	return {
		name: agentContainer,
		image,
		imagePullPolicy: 'IfNotPresent',
		command: spec.completes ? completes : agent,
		env: [
			{ name: 'GATECRASH_POD_UID', valueFrom: { fieldRef: { fieldPath: 'metadata.uid' } } },
			...(config ? [{ name: 'GATECRASH_AGENT_CONFIG', value: inEnvironment(config) }] : []),
		],
		ports: containerPorts(spec.listen, portMap),
		...(readiness !== undefined && { readinessProbe: probeOn(readiness, portMap) }),
		...(liveness !== undefined && { livenessProbe: probeOn(liveness, portMap) }),
		// Room for the agent's heap; a processor's limit is there for quotas, and high enough not to delay attempts.
		resources: { requests: { cpu: '5m', memory: '32Mi' }, limits: { cpu: '1', memory: '256Mi' } },
		securityContext: {
			allowPrivilegeEscalation: false,
			readOnlyRootFilesystem: true,
			capabilities: { drop: ['ALL'] },
		},
		volumeMounts: [{ name: 'program', mountPath: '/gatecrash', readOnly: true }],
		// It is controlled over its standard streams, by attaching to them; they stay open when a connection breaks.
		...(!spec.completes && { stdin: true, stdinOnce: false }),
	};
}

/** What its agent is told of a run. */
export function agentConfig(
	{ endpoint, spec, portMap, boot }: Pick<PodPlan, 'endpoint' | 'spec' | 'portMap' | 'boot'>,
	{ run, key, limits }: AgentSettings,
): AgentConfig {
	return {
		...{ run, endpoint, key, limits, boot },
		// Overridden by GATECRASH_POD_UID, which only the API server can know.
		uid: 'pod',
		listen: spec.listen.flatMap(({ port, speaks, name: _, ...rest }) =>
			speaks === 'sctp' ? [] : [{ ...rest, port: realPort(port, rest.protocol, portMap), speaks }],
		),
	};
}

/** In the environment rather than in a ConfigMap of its own: one object less to make and to mount for each pod. */
function inEnvironment(config: AgentConfig): string {
	const text = JSON.stringify(config);
	if (Buffer.byteLength(text) > configBound) {
		const { endpoint, boot } = config;
		throw new GatecrashError('GC_AGENT', `The boot plan of ${endpoint} is too long (${boot.length} attempts).`);
	}
	// The kubelet expands $(NAME) in values; doubled, it stays as it is.
	return text.replaceAll('$(', () => '$$(');
}

export function onNode(node: string) {
	const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node] }];
	return { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchFields }] } } };
}

/** A probe names a port as the scenario declares it, which on a node's network is another one. */
function probeOn(probe: unknown, portMap: Record<string, number>): unknown {
	if (Array.isArray(probe)) return probe.map((part) => probeOn(part, portMap));
	if (typeof probe !== 'object' || probe === null) return probe;
	return Object.fromEntries(
		Object.entries(probe).map(([key, value]) => [
			key,
			key === 'port' && typeof value === 'number' ? realPort(value, 'tcp', portMap) : probeOn(value, portMap),
		]),
	);
}

export function realPort(port: number, protocol: Protocol, portMap: Record<string, number>): number {
	return portMap[portKey(port, protocol)] ?? port;
}

/** The pod of a node's own agent. */
export function nodeAgentSpec(namespace: string, listen: ListenSpec[] = []): PodSpec {
	return {
		...{ namespace, labels: {}, annotations: {}, serviceAccount: undefined, hostNetwork: true, mesh: undefined },
		...{ placement: undefined, listen, readiness: undefined, liveness: undefined },
		...{ attemptsAtStart: false, completes: false },
	};
}

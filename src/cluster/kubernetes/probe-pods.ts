import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import { randomUUID } from 'node:crypto';
import type { BeginCommand, BootAttempt } from '../../model/agent.ts';
import type { AgentSettings, Endpoint, PortRange } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { PodSpec } from '../../model/scenario.ts';
import type { AgentProgram } from './agent-program-map.ts';
import { allDone } from './all-done.ts';
import { addressesOf, type ClusterNode } from './cluster-nodes.ts';
import type { HostPorts } from './host-ports.ts';
import { endpointLabel, managedSelector, type Ownership } from './ownership.ts';
import { agentConfig, podManifest, type PodPlan } from './pod-manifest.ts';
import { isReady, notRunning, type PodObject, sidecarNotReady } from './pod-state.ts';

/** A pod that runs, with what is known about it. */
export interface ProbePod {
	endpoint: Endpoint;
	ref: ObjectRef & { namespace: string; uid: string };
	spec: PodSpec;
	/** Undefined: not wanted by this endpoint's readers. */
	ready: boolean;
	/** What its agent waits for. Undefined: it has begun by itself. */
	begin?: BeginCommand;
}

export interface NewPod {
	kind: 'pod' | 'node';
	/** Name of the endpoint. */
	name: string;
	/** Name and namespace in the cluster. */
	podName: string;
	namespace: string;
	spec: PodSpec;
	/** Symbol of the node where it must run. */
	node: string | undefined;
	boot: BootAttempt[];
	neverReady: boolean;
	/** Its controller. */
	owner?: ObjectRef | undefined;
	/** Name of the ConfigMap with the agent's program, where it is not the run's. */
	program?: string | undefined;
	/** It stays for runs to come. These source ports are this run's. */
	standby?: PortRange | undefined;
}

/** A pod of this run's own. */
export const ownPods = { apiVersion: 'v1', kind: 'Pod' } as const;

export interface PodMakerOptions {
	client: KubeClient;
	image: string;
	settings: AgentSettings;
	ownership: Ownership;
	nodes: readonly ClusterNode[];
	hostPorts: HostPorts;
	program: AgentProgram;
}

/** From the apply to the last pod running: an image may have to be pulled. Milliseconds. */
const runningBound = 180_000;
/** A readiness probe that does not succeed by then is left alone: the attempts will show what follows from it. */
const readyBound = 20_000;
const goneBound = 60_000;

/** Makes probe pods and takes them away; whoever asks keeps the books. */
export class PodMaker {
	readonly #options: PodMakerOptions;

	constructor(options: PodMakerOptions) {
		this.#options = options;
	}

	/** Resolves when all of them run; `made` is told about each as soon as it exists. */
	async make(all: readonly NewPod[], made: (ref: ProbePod['ref']) => void, signal: AbortSignal): Promise<ProbePod[]> {
		const created = await allDone(
			all.map(async (pod) => {
				const portMap = pod.spec.hostNetwork ? this.#options.hostPorts.takeFor(pod.spec.listen) : {};
				const uid = await this.#apply(pod, portMap, signal);
				const ref = { ...ownPods, name: pod.podName, namespace: pod.namespace, uid };
				made(ref);
				return { pod, ref, portMap };
			}),
		);
		const running = await this.#running(created, signal);
		return created.map(({ pod, ref, portMap }) => this.#probePod(pod, ref, portMap, running.get(ref.uid)));
	}

	/** The manifest that `make` would apply. */
	manifest(pod: NewPod, portMap: Record<string, number> = {}): KubeObject {
		const { image, settings, ownership, nodes, program } = this.#options;
		const plan: PodPlan = {
			...{ endpoint: pod.name, name: pod.podName, namespace: pod.namespace, spec: pod.spec, portMap, boot: pod.boot },
			node: nodes.find(({ symbol }) => symbol === pod.node)?.name,
			...{ neverReady: pod.neverReady, owner: pod.owner, everywhere: pod.kind === 'node' },
			...{ program: pod.program ?? program.mapName, standby: pod.standby !== undefined },
		};
		return podManifest(plan, { image, settings, ownership });
	}

	/** One that stands by already, as `manifest` says. */
	adopt(pod: NewPod, object: PodObject): ProbePod {
		const ref = { ...ownPods, name: pod.podName, namespace: pod.namespace, uid: object.metadata.uid ?? '' };
		return this.#probePod(pod, ref, {}, object);
	}

	/** Resolves when the pods, and with them their containers, are gone. */
	async remove(refs: readonly ProbePod['ref'][], signal: AbortSignal): Promise<void> {
		await Promise.all(refs.map((ref) => this.#options.client.remove(ref, { signal })));
		await this.#perNamespace(refs, (namespace, own) =>
			this.#options.client.waitFor<PodObject, true>({
				resource: ownPods,
				selection: { namespace, labelSelector: managedSelector },
				examine: (objects) => (objects.some(({ metadata }) => own.has(metadata.uid ?? '')) ? undefined : true),
				missing: (objects) =>
					`${objects
						.filter(({ metadata }) => own.has(metadata.uid ?? ''))
						.map(nameOf)
						.join(', ')} to go`,
				...{ bound: goneBound, signal },
			}),
		);
	}

	async #apply(pod: NewPod, portMap: Record<string, number>, signal: AbortSignal): Promise<string> {
		const { metadata } = await this.#options.client.apply<PodObject>(this.manifest(pod, portMap), { signal });
		return metadata.uid ?? '';
	}

	async #running(
		created: readonly { pod: NewPod; ref: ProbePod['ref'] }[],
		signal: AbortSignal,
	): Promise<Map<string, PodObject>> {
		const byUid = new Map(created.map(({ pod, ref }) => [ref.uid, pod]));
		const refs = created.map(({ ref }) => ref);
		const running = await this.#perNamespace(refs, (namespace, own) =>
			this.#await(namespace, own, byUid, signal, runningBound, (pod) => {
				const spec = byUid.get(pod.metadata.uid ?? '')?.spec;
				return notRunning(pod, spec?.completes === true) ?? (spec?.readiness ? undefined : sidecarNotReady(pod));
			}),
		);
		const probed = created
			.filter(({ pod }) => pod.spec.readiness !== undefined && !pod.neverReady)
			.map(({ ref }) => ref);
		const ready = await this.#perNamespace(probed, (namespace, own) =>
			this.#await(namespace, own, byUid, signal, readyBound, (pod) => (isReady(pod) ? undefined : 'not ready'), true),
		);
		return new Map([...running, ...ready].flatMap((one) => [...one]));
	}

	/** Waits until `lacks` is undefined for all of one namespace's pods. */
	#await(
		namespace: string,
		own: ReadonlySet<string>,
		byUid: ReadonlyMap<string, NewPod>,
		signal: AbortSignal,
		bound: number,
		lacks: (pod: PodObject) => string | undefined,
		resigned = false,
	): Promise<Map<string, PodObject>> {
		const found = (objects: PodObject[]) =>
			new Map(objects.flatMap((pod) => (own.has(pod.metadata.uid ?? '') ? [[pod.metadata.uid ?? '', pod]] : [])));
		return this.#options.client.waitFor<PodObject, Map<string, PodObject>>({
			resource: ownPods,
			selection: { namespace, labelSelector: managedSelector },
			examine: (objects) => {
				const mine = found(objects);
				// A list is never older than the answer to our last apply: what it lacks is gone.
				for (const uid of own) if (!mine.has(uid)) throw removed(byUid.get(uid));
				return [...mine.values()].every((pod) => lacks(pod) === undefined) ? mine : undefined;
			},
			missing: (objects) => [...found(objects).values()].flatMap((pod) => lacks(pod) ?? []).join(', '),
			...(resigned && { otherwise: found }),
			...{ bound, signal },
		});
	}

	#probePod(
		pod: NewPod,
		ref: ProbePod['ref'],
		portMap: Record<string, number>,
		object: PodObject | undefined,
	): ProbePod {
		const node = this.#options.nodes.find(({ name }) => name === object?.spec?.nodeName);
		const { [endpointLabel]: _own, ...labels } = object?.metadata.labels ?? {};
		const config = { endpoint: pod.name, spec: pod.spec, portMap, boot: pod.boot };
		return {
			ref,
			...(pod.standby && {
				begin: { do: 'begin', id: randomUUID(), config: agentConfig(config, this.#options.settings) },
			}),
			spec: pod.spec,
			ready: object !== undefined && isReady(object),
			endpoint: {
				kind: pod.kind,
				name: pod.name,
				uid: ref.uid,
				addresses: addressesOf((object?.status?.podIPs ?? []).map(({ ip }) => ip)),
				...(pod.kind === 'pod' && { namespace: pod.spec.namespace }),
				labels: pod.kind === 'pod' ? { ...pod.spec.labels } : labels,
				hostNetwork: pod.spec.hostNetwork,
				...(node && { node: node.symbol }),
				agent: !pod.spec.completes,
				portMap,
				...(pod.standby && { sourcePorts: pod.standby }),
			},
		};
	}

	async #perNamespace<T>(
		refs: readonly ProbePod['ref'][],
		work: (namespace: string, uids: Set<string>) => Promise<T>,
	): Promise<T[]> {
		const groups = new Map<string, Set<string>>();
		for (const { namespace, uid } of refs) groups.set(namespace, (groups.get(namespace) ?? new Set()).add(uid));
		return Promise.all([...groups].map(([namespace, uids]) => work(namespace, uids)));
	}
}

function nameOf({ metadata }: PodObject): string {
	return metadata.name;
}

function removed(pod: NewPod | undefined): GatecrashError {
	return new GatecrashError('GC_CLUSTER', `The pod ${pod?.podName ?? ''} was removed while it started.`);
}

import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import type { AgentSettings } from '../../model/cluster.ts';
import { allDone } from './all-done.ts';
import { openAgentStream } from './agent-streams.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { type AgentProgram, agentProgramMap } from './agent-program-map.ts';
import { Canary } from './canary.ts';
import { CapturePods } from './capture-pods.ts';
import type { ClusterNode } from './cluster-nodes.ts';
import type { HostPorts } from './host-ports.ts';
import type { Namespaces } from './namespaces.ts';
import { shortId } from './naming.ts';
import type { Ownership } from './ownership.ts';
import { PodMaker, type ProbePod } from './probe-pods.ts';
import type { OpenCapture } from './site.ts';
import { serviceAccountManifest } from './service-account-manifest.ts';

export interface HarnessOptions {
	client: KubeClient;
	namespaces: Namespaces;
	ownership: Ownership;
	agentImage: string;
	nodes: readonly ClusterNode[];
	hostPorts: HostPorts;
	program: AgentProgram;
	/** Of pods that capture; undefined: there are none. */
	captureImage: string | undefined;
}

/** A namespace of gatecrash's own, made when it is first needed: agents of nodes, the canary, and pods that capture. */
export class Harness {
	readonly #options: HarnessOptions;
	readonly #closing = new AbortController();
	#ready: Promise<string> | undefined;
	#claimed: ObjectRef | undefined;
	readonly #pods: ProbePod['ref'][] = [];
	#canary: Canary | undefined;
	#captures: CapturePods | undefined;
	#number = 0;

	constructor(options: HarnessOptions) {
		this.#options = options;
	}

	/** Not ended by the caller's signal: others wait for the same one. */
	async namespace(): Promise<string> {
		this.#ready ??= this.#make().catch((error: unknown) => {
			this.#ready = undefined;
			throw error;
		});
		return this.#ready;
	}

	/** A pod's name that nobody else in the namespace has. */
	freshName(base: string): string {
		this.#number += 1;
		return `${base}-${this.#number}`;
	}

	/** As `Deployment.canary`. */
	async canary(settings: AgentSettings, bound: number, signal: AbortSignal): Promise<number | undefined> {
		const namespace = await this.namespace();
		signal.throwIfAborted();
		const { client, ownership, nodes, agentImage: image, hostPorts, program } = this.#options;
		this.#canary ??= new Canary({
			...{ client, namespace, nodes, ownership },
			maker: new PodMaker({ client, image, settings, ownership, nodes, hostPorts, program }),
			open: (pod, until) => openAgentStream(client, pod, until),
			made: (ref) => this.#pods.push(ref),
		});
		return this.#canary.settle(bound, signal);
	}

	/** After nodes were restarted: pods that were there before run no more. */
	async nodesRestarted(signal: AbortSignal): Promise<void> {
		await this.#canary?.renew(signal);
	}

	/** As `KubernetesSiteOptions.openCapture`, by a pod on the node; undefined where there are none. */
	get openCapture(): OpenCapture | undefined {
		const { client, ownership, captureImage: image } = this.#options;
		if (image === undefined) return undefined;
		return async (node, addresses) => {
			const namespace = await this.namespace();
			this.#captures ??= new CapturePods({
				...{ client, ownership, image, signal: this.#closing.signal },
				made: (ref) => this.#pods.push(ref),
			});
			return this.#captures.open(node, addresses, namespace);
		};
	}

	/** @throws GatecrashError when something could not be asked to go. */
	async close(): Promise<void> {
		this.#closing.abort(new GatecrashError('GC_INTERRUPTED', 'The site was closed.'));
		await this.#ready?.catch(() => {});
		if (!this.#claimed) return;
		const { client, namespaces } = this.#options;
		this.#canary?.close();
		this.#captures?.close();
		const pods = allDone(this.#pods.map((ref) => client.remove(ref, { grace: 0 })));
		// Whatever became of the pods, they go with it.
		await pods.catch(() => {});
		await namespaces.giveBack(this.#claimed, false);
	}

	async #make(): Promise<string> {
		const { client, namespaces, ownership, program } = this.#options;
		const { signal } = this.#closing;
		const name = `gatecrash-${shortId(ownership.run)}`;
		// Agents of nodes are in the nodes' network.
		this.#claimed ??= await namespaces.claim(name, {}, 'privileged', signal);
		await client.apply(serviceAccountManifest('default', name, ownership), { signal });
		await client.apply(agentProgramMap(program.mapName, name, program, ownership), { signal });
		return name;
	}
}

import { readFile } from 'node:fs/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import type { AgentStream, CaptureStream } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { captureProgram } from '../wire/capture-program.ts';
import { SharedCapture } from '../wire/shared-capture.ts';
import { captureContainer, capturePodManifest } from './capture-pod-manifest.ts';
import type { ClusterNode } from './cluster-nodes.ts';
import { managedSelector, type Ownership } from './ownership.ts';
import { notRunning, type PodObject } from './pod-state.ts';

export interface CapturePodsOptions {
	client: KubeClient;
	/** Any image with perl. */
	image: string;
	ownership: Ownership;
	/** Told about each pod as soon as it exists. */
	made: (ref: ObjectRef & { namespace: string; uid: string }) => void;
	/** Aborted when the site closes. */
	signal: AbortSignal;
}

/** From the apply to the pod running: an image may have to be pulled. Milliseconds. */
const runningBound = 120_000;
/** Longer than any run takes. Seconds. */
const lifetime = 7200;
const pods = { apiVersion: 'v1', kind: 'Pod' } as const;

/**
 * Pods that capture on the nodes of a cluster whose nodes can't be entered otherwise: as many on a node as capture there
 * at the same time, made when they are needed, and used again. Whoever owns their namespace removes them with it.
 */
export class CapturePods {
	readonly #options: CapturePodsOptions;
	readonly #idle = new Map<string, SharedCapture[]>();
	/** Where one could not be made none is tried again: every epoch would wait for it in vain. */
	readonly #failed = new Map<string, unknown>();
	#number = 0;

	constructor(options: CapturePodsOptions) {
		this.#options = options;
	}

	/** Captures on the host side of pods with these addresses. @throws GatecrashError GC_CLUSTER with what to do. */
	async open(
		node: Pick<ClusterNode, 'name' | 'symbol'>,
		addresses: readonly string[],
		namespace: string,
	): Promise<CaptureStream> {
		const capture = this.#takeIdle(node.symbol) ?? (await this.#make(node, namespace));
		return capture.watch(addresses, () => {
			if (!capture.ended) this.#idle.set(node.symbol, [...(this.#idle.get(node.symbol) ?? []), capture]);
		});
	}

	close(): void {
		for (const capture of [...this.#idle.values()].flat()) capture.close();
		this.#idle.clear();
	}

	#takeIdle(symbol: string): SharedCapture | undefined {
		const idle = this.#idle.get(symbol) ?? [];
		for (let capture = idle.pop(); capture; capture = idle.pop()) if (!capture.ended) return capture;
		return undefined;
	}

	async #make({ name: node, symbol }: Pick<ClusterNode, 'name' | 'symbol'>, namespace: string): Promise<SharedCapture> {
		const failure = this.#failed.get(symbol);
		if (failure !== undefined) throw failure;
		const { signal } = this.#options;
		try {
			return new SharedCapture(symbol, await this.#start(node, symbol, namespace));
		} catch (cause) {
			signal.throwIfAborted();
			const detail = cause instanceof Error ? cause.message : String(cause);
			const error = new GatecrashError('GC_CLUSTER', `Nothing can be captured on node ${symbol}: ${detail}`, {
				hint: 'Its image needs perl (--wire-capture-image), and the cluster has to admit hostNetwork and CAP_NET_RAW.',
				cause,
			});
			this.#failed.set(symbol, error);
			throw error;
		}
	}

	async #start(node: string, symbol: string, namespace: string): Promise<AgentStream> {
		const { client, image, ownership, made, signal } = this.#options;
		const program = await readFile(captureProgram, 'utf8');
		this.#number += 1;
		const name = `capture-${symbol}-${this.#number}`;
		const manifest = capturePodManifest({ name, namespace, node, image, program, lifetime }, ownership);
		const { metadata } = await client.apply<PodObject>(manifest, { signal });
		made({ ...pods, name, namespace, uid: metadata.uid ?? '' });
		await client.waitFor<PodObject, true>({
			...{ resource: pods, selection: { namespace, labelSelector: managedSelector } },
			examine: (objects) => {
				const pod = objects.find((one) => one.metadata.name === name);
				return pod && notRunning(pod, false) === undefined ? true : undefined;
			},
			missing: () => `${name} to run`,
			...{ bound: runningBound, signal },
		});
		return client.attachLines({ namespace, pod: name, container: captureContainer });
	}
}

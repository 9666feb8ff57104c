import type { KubeConfig } from '@kubernetes/client-node';
import type { AgentStream } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { ApiPaths, selectionQuery } from './api-paths.ts';
import { type AttachTarget, attachLines } from './attach-lines.ts';
import { type ExecTarget, execOutput } from './exec-output.ts';
import { isStatus } from './kube-error.ts';
import { type KubeObject, nameOf, type ObjectRef, type Resource, type Selection } from './kube-object.ts';
import type { Transport } from './transport.ts';
import { type Wait, waitFor } from './wait-for.ts';

export interface CallOptions {
	signal?: AbortSignal | undefined;
}

export interface RemoveOptions extends CallOptions {
	/** Seconds; undefined: the object's own. */
	grace?: number | undefined;
}

export interface AccessQuestion {
	verb: string;
	/** Plural, for example `pods`, or `pods/attach`. */
	resource: string;
	group?: string;
	namespace?: string;
}

const fieldManager = 'gatecrash';

/**
 * What gatecrash does with an API server. Every failure is a GatecrashError, an answer that is no success a KubeError.
 * A server that is away for a moment is waited for, within a bound.
 */
export class KubeClient {
	/** As it was asked for; undefined: the default one. */
	readonly kubeconfig: string | undefined;
	readonly context: string;
	readonly server: string;
	/** As the kubeconfig calls it. */
	readonly cluster: string;
	/** The context's own; undefined: `default`. */
	readonly namespace: string | undefined;
	readonly #config: KubeConfig;
	readonly #transport: Transport;
	readonly #paths: ApiPaths;

	constructor(config: KubeConfig, transport: Transport, kubeconfig: string | undefined) {
		this.kubeconfig = kubeconfig;
		this.context = config.getCurrentContext();
		this.server = transport.server;
		this.cluster = config.getCurrentCluster()?.name ?? '';
		this.namespace = config.getContextObject(this.context)?.namespace;
		this.#config = config;
		this.#transport = transport;
		this.#paths = new ApiPaths(transport);
	}

	/** Server-side apply, with force: what gatecrash names in an object is gatecrash's. Returns the object as stored. */
	async apply<T extends KubeObject>(object: KubeObject, { signal }: CallOptions = {}): Promise<T> {
		const ref = refOf(object);
		return this.#json<T>({
			method: 'PATCH',
			path: `${await this.#paths.ofObject(ref)}?fieldManager=${fieldManager}&force=true`,
			contentType: 'application/apply-patch+yaml',
			body: object,
			doing: `applying ${nameOf(ref)}`,
			signal,
		});
	}

	/** Fails with 409 where the name is taken: the way to claim a name. */
	async create<T extends KubeObject>(object: KubeObject, { signal }: CallOptions = {}): Promise<T> {
		const ref = refOf(object);
		return this.#json<T>({
			method: 'POST',
			path: `${await this.#paths.ofKind(ref, ref.namespace)}?fieldManager=${fieldManager}`,
			body: object,
			doing: `creating ${nameOf(ref)}`,
			signal,
		});
	}

	/** JSON merge patch: null removes a key. */
	async patch<T extends KubeObject>(ref: ObjectRef, change: unknown, { signal }: CallOptions = {}): Promise<T> {
		return this.#json<T>({
			method: 'PATCH',
			path: `${await this.#paths.ofObject(ref)}?fieldManager=${fieldManager}`,
			contentType: 'application/merge-patch+json',
			body: change,
			doing: `changing ${nameOf(ref)}`,
			signal,
		});
	}

	/** Undefined where there is none. */
	async get<T extends KubeObject>(ref: ObjectRef, { signal }: CallOptions = {}): Promise<T | undefined> {
		try {
			const path = await this.#paths.ofObject(ref);
			return await this.#json<T>({ method: 'GET', path, doing: `reading ${nameOf(ref)}`, signal });
		} catch (error) {
			if (isStatus(error, 404)) return undefined;
			throw error;
		}
	}

	async list<T extends KubeObject>(
		resource: Resource,
		selection: Selection = {},
		{ signal }: CallOptions = {},
	): Promise<T[]> {
		const path = `${await this.#paths.ofKind(resource, selection.namespace)}${selectionQuery(selection)}`;
		const text = await this.#transport.call({ method: 'GET', path, doing: `listing ${resource.kind}s`, signal });
		const { apiVersion, kind } = resource;
		return (JSON.parse(text) as { items: T[] }).items.map((item) => ({ ...item, apiVersion, kind }));
	}

	/**
	 * Asks for an object's removal; false where it (or the one of this uid) is gone already. With finalizers, and for
	 * namespaces and pods, the object may stay for a while.
	 */
	async remove(ref: ObjectRef, { grace, signal }: RemoveOptions = {}): Promise<boolean> {
		try {
			await this.#transport.call({
				method: 'DELETE',
				path: await this.#paths.ofObject(ref),
				body: deleteOptions(ref.uid, grace),
				doing: `removing ${nameOf(ref)}`,
				signal,
			});
			return true;
		} catch (error) {
			// 409: the uid is another one's, so ours is gone.
			if (isStatus(error, 404) || (ref.uid !== undefined && isStatus(error, 409))) return false;
			throw error;
		}
	}

	/** Asks for the removal of all selected objects of a kind. */
	async removeAll(resource: Resource, selection: Selection, { grace, signal }: RemoveOptions = {}): Promise<void> {
		await this.#transport.call({
			method: 'DELETE',
			path: `${await this.#paths.ofKind(resource, selection.namespace)}${selectionQuery(selection)}`,
			body: deleteOptions(undefined, grace),
			doing: `removing ${resource.kind}s`,
			signal,
		});
	}

	waitFor<T extends KubeObject, R>(wait: Wait<T, R>): Promise<R> {
		return waitFor(this.#transport, this.#paths, wait);
	}

	/** Standard output of a command in a container; `bound`: milliseconds. */
	execOutput(target: ExecTarget, bound: number): Promise<string> {
		return execOutput(this.#config, target, bound);
	}

	/** A line stream to the standard streams of a container. Whoever opened it closes it. */
	attachLines(target: AttachTarget): Promise<AgentStream> {
		return attachLines(this.#config, target);
	}

	/** For example `v1.36.3`. */
	async version(patience?: number): Promise<string> {
		const doing = 'asking for the version';
		const text = await this.#transport.call({
			...{ method: 'GET', path: '/version', doing },
			...(patience !== undefined && { patience }),
		});
		return (JSON.parse(text) as { gitVersion: string }).gitVersion;
	}

	/** Whether the server says that it is ready; one that is on its way up answers before. Rejects where none answers. */
	async isReady(): Promise<boolean> {
		try {
			await this.#transport.call({ method: 'GET', path: '/readyz', doing: 'asking whether it is ready' });
			return true;
		} catch (error) {
			if (isStatus(error, 500) || isStatus(error, 403)) return false;
			throw error;
		}
	}

	serves(resource: Resource): Promise<boolean> {
		return this.#paths.serves(resource);
	}

	/**
	 * Some bytes of a file below /var/log of a node, and the size of the whole, by the node's kubelet, which takes GET only.
	 * Bytes beyond the end are none, and then the size is asked for by itself. Needs the right to get `nodes/proxy`.
	 */
	async nodeLog(
		node: string,
		file: string,
		{ from, most }: { from: number; most: number },
		{ signal }: CallOptions = {},
	): Promise<{ text: string; size: number }> {
		const path = `/api/v1/nodes/${encodeURIComponent(node)}/proxy/logs/${file}`;
		const doing = `reading /var/log/${file} of the node ${node}`;
		const range = { from, to: from + most - 1 };
		try {
			const answer = await this.#transport.answer({ method: 'GET', path, doing, range, signal, patience: 0 });
			const size = /\/(\d+)$/.exec(answer.range ?? '')?.[1];
			if (size === undefined) throw new GatecrashError('GC_CLUSTER', `${doing}: the kubelet gives no part of a file.`);
			return { text: answer.text, size: Number(size) };
		} catch (error) {
			if (!isStatus(error, 416)) throw error;
			if (from === 0) return { text: '', size: 0 };
			return { text: '', size: (await this.nodeLog(node, file, { from: 0, most: 1 }, { signal })).size };
		}
	}

	/** Whether the credentials permit something (SelfSubjectAccessReview). */
	async canI({ verb, resource, group = '', namespace }: AccessQuestion): Promise<boolean> {
		const [name, subresource] = resource.split('/');
		const text = await this.#transport.call({
			method: 'POST',
			path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
			body: {
				apiVersion: 'authorization.k8s.io/v1',
				kind: 'SelfSubjectAccessReview',
				spec: { resourceAttributes: { verb, group, resource: name, subresource, namespace } },
			},
			doing: 'asking for our rights',
		});
		return (JSON.parse(text) as { status: { allowed: boolean } }).status.allowed;
	}

	close(): void {
		this.#transport.close();
	}

	async #json<T>(call: Parameters<Transport['call']>[0]): Promise<T> {
		return JSON.parse(await this.#transport.call(call)) as T;
	}
}

function refOf({ apiVersion, kind, metadata }: KubeObject): ObjectRef {
	return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}

function deleteOptions(uid: string | undefined, grace: number | undefined) {
	return {
		apiVersion: 'v1',
		kind: 'DeleteOptions',
		propagationPolicy: 'Background',
		...(grace !== undefined && { gracePeriodSeconds: grace }),
		...(uid !== undefined && { preconditions: { uid } }),
	};
}

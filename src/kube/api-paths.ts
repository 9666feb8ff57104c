import { GatecrashError } from '../model/gatecrash-error.ts';
import { isStatus } from './kube-error.ts';
import type { ObjectRef, Resource, Selection } from './kube-object.ts';
import type { Transport } from './transport.ts';

interface ApiResource {
	name: string;
	kind: string;
	namespaced: boolean;
}

/** Where objects live in the API: asked of the server once for each group and version. */
export class ApiPaths {
	readonly #transport: Transport;
	readonly #known = new Map<string, Promise<ApiResource[]>>();

	constructor(transport: Transport) {
		this.#transport = transport;
	}

	/** Whether the server has this kind at all. */
	async serves({ apiVersion, kind }: Resource): Promise<boolean> {
		return (await this.#find(apiVersion, kind)) !== undefined;
	}

	async ofObject(ref: ObjectRef): Promise<string> {
		return `${await this.ofKind(ref, ref.namespace)}/${encodeURIComponent(ref.name)}`;
	}

	/** @throws GatecrashError GC_CLUSTER for a kind that the server does not have. */
	async ofKind({ apiVersion, kind }: Resource, namespace: string | undefined): Promise<string> {
		const resource = await this.#find(apiVersion, kind);
		if (!resource) {
			throw new GatecrashError('GC_CLUSTER', `The cluster has no ${kind} of ${apiVersion}.`, {
				hint: 'Its engine is not installed, or in another version.',
			});
		}
		const place = resource.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
		return `${root(apiVersion)}${place}/${resource.name}`;
	}

	async #find(apiVersion: string, kind: string): Promise<ApiResource | undefined> {
		let all = this.#known.get(apiVersion);
		if (!all) {
			all = this.#ask(apiVersion);
			this.#known.set(apiVersion, all);
		}
		try {
			const found = (await all).find((resource) => resource.kind === kind && !resource.name.includes('/'));
			// What is missing now may be installed in the next minute (an add-on's CRDs).
			if (!found) this.#known.delete(apiVersion);
			return found;
		} catch (error) {
			this.#known.delete(apiVersion);
			throw error;
		}
	}

	async #ask(apiVersion: string): Promise<ApiResource[]> {
		try {
			const text = await this.#transport.call({
				method: 'GET',
				path: root(apiVersion),
				doing: `asking which kinds ${apiVersion} has`,
			});
			return (JSON.parse(text) as { resources: ApiResource[] }).resources;
		} catch (error) {
			if (isStatus(error, 404)) return [];
			throw error;
		}
	}
}

function root(apiVersion: string): string {
	return apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}

/** The query of a list or watch. */
export function selectionQuery(selection: Selection, more: Record<string, string> = {}): string {
	const query = new URLSearchParams(more);
	if (selection.labelSelector !== undefined) query.set('labelSelector', selection.labelSelector);
	if (selection.fieldSelector !== undefined) query.set('fieldSelector', selection.fieldSelector);
	const text = query.toString();
	return text === '' ? '' : `?${text}`;
}

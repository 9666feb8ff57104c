import type { KubeClient } from '../../kube/kube-client.ts';
import { isStatus } from '../../kube/kube-error.ts';
import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import type { Ledger } from '../../model/cluster.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { runLabel } from './ownership.ts';

/**
 * What a deployment makes in namespaces that are not ours: no namespace takes it along, so each object is written into
 * the ledger before it is made, and removed by itself.
 */
export class LastingObjects {
	readonly #client: KubeClient;
	readonly #ledger: Ledger | undefined;
	readonly #refs = new Map<string, ObjectRef>();

	constructor(client: KubeClient, ledger: Ledger | undefined) {
		this.#client = client;
		this.#ledger = ledger;
	}

	/** Called before the object is made. */
	intend(ref: ObjectRef): void {
		this.#ledger?.intend(ledgerEntry(this.#client, ref));
		this.#refs.set(keyOf(ref), ref);
	}

	/** Creates one whose name nobody else may have: another owner's object is never written to. */
	async create(object: KubeObject, signal: AbortSignal): Promise<KubeObject> {
		const { apiVersion, kind, metadata } = object;
		const ref = { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
		this.intend(ref);
		const made = await this.#client.create<KubeObject>(object, { signal }).catch(async (error: unknown) => {
			if (!isStatus(error, 409)) throw error;
			const there = await this.#client.get<KubeObject>(ref, { signal });
			// The answer to our call was lost on the way.
			if (there?.metadata.labels?.[runLabel] === metadata.labels?.[runLabel] && there)
				return { ...there, apiVersion, kind };
			this.#refs.delete(keyOf(ref));
			this.#ledger?.undone(ledgerEntry(this.#client, ref));
			throw error;
		});
		this.#refs.set(keyOf(ref), { ...ref, uid: made.metadata.uid });
		return made;
	}

	/** It is gone again. */
	gone(ref: ObjectRef): void {
		if (this.#refs.delete(keyOf(ref))) this.#ledger?.undone(ledgerEntry(this.#client, ref));
	}

	all(): ObjectRef[] {
		return [...this.#refs.values()];
	}
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
	return JSON.stringify([apiVersion, kind, namespace, name]);
}

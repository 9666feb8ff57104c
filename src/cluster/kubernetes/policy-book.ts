import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import { nameOf } from '../../kube/kube-object.ts';
import type { Ledger } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { actsOnWholeCluster, type KubernetesObject, meshRootNamespace } from '../../model/policy.ts';
import { storedCalicoPolicy } from './calico-policy.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { mapPolicy } from './map-policy.ts';
import { ownedBy, type Ownership, runLabel } from './ownership.ts';

export interface PolicyBookOptions {
	client: KubeClient;
	ledger: Ledger | undefined;
	ownership: Ownership;
	allowClusterScoped: boolean;
	/** Names of the scenario's namespaces in the cluster. */
	names: ReadonlyMap<string, string>;
	/** Of them, those that are not ours: nothing in there goes by itself. */
	foreign: ReadonlySet<string>;
}

/** The policies of one deployment, as they are in the cluster. */
export class PolicyBook {
	readonly #options: PolicyBookOptions;
	readonly #applied = new Map<string, ObjectRef>();

	constructor(options: PolicyBookOptions) {
		this.#options = options;
	}

	/** In the order given. */
	async apply(policies: readonly KubernetesObject[], signal: AbortSignal): Promise<void> {
		for (const policy of policies) {
			const object = await this.#inCluster(policy);
			const ref = refOf(object);
			if (this.#mustNotTouchOthers(ref) && !this.#applied.has(keyOf(ref))) {
				await this.#checkFree(ref, signal);
				this.#options.ledger?.intend(ledgerEntry(this.#options.client, ref));
			}
			this.#applied.set(keyOf(ref), ref);
			const { metadata } = await this.#options.client.apply<KubeObject>(object, { signal });
			this.#applied.set(keyOf(ref), { ...ref, uid: metadata.uid });
		}
	}

	/** One that somebody else has removed already is no failure. */
	async remove(policies: readonly KubernetesObject[], signal?: AbortSignal): Promise<void> {
		for (const policy of policies) {
			const key = keyOf(refOf(await this.#inCluster(policy)));
			const ref = this.#applied.get(key);
			if (ref) await this.#remove(key, ref, signal);
		}
	}

	/** All of them, or only what would not go with the namespaces. */
	async removeAll(which: 'all' | 'lasting'): Promise<void> {
		const going = [...this.#applied].filter(([, ref]) => which === 'all' || this.#mustNotTouchOthers(ref));
		await Promise.all(going.map(([key, ref]) => this.#remove(key, ref)));
	}

	async #remove(key: string, ref: ObjectRef, signal?: AbortSignal): Promise<void> {
		await this.#options.client.remove(ref, { signal });
		this.#applied.delete(key);
		if (this.#mustNotTouchOthers(ref)) this.#options.ledger?.undone(ledgerEntry(this.#options.client, ref));
	}

	async #inCluster(policy: KubernetesObject): Promise<KubernetesObject> {
		const { client, names, ownership, allowClusterScoped } = this.#options;
		if (actsOnWholeCluster(policy) && !allowClusterScoped) {
			throw new GatecrashError('GC_CLUSTER', `${policy.kind} ${policy.metadata.name} acts on the whole cluster.`, {
				hint: 'Give --allow-cluster-scoped if nobody else uses this cluster.',
			});
		}
		const mapped = mapPolicy(policy, names);
		if (mapped.problem !== undefined) {
			throw new GatecrashError('GC_CLUSTER', `${policy.kind} ${policy.metadata.name} ${mapped.problem}.`);
		}
		const calico = policy.apiVersion === 'projectcalico.org/v3' && !(await client.serves(policy));
		const stored = calico ? storedCalicoPolicy(mapped.policy) : mapped.policy;
		return { ...stored, metadata: { ...stored.metadata, ...ownedBy(ownership, stored.metadata) } };
	}

	#mustNotTouchOthers({ namespace }: ObjectRef): boolean {
		// The mesh's root namespace is never ours, and does not go with the scenario's.
		const others = namespace === meshRootNamespace;
		return namespace === undefined || others || this.#options.foreign.has(namespace);
	}

	async #checkFree(ref: ObjectRef, signal: AbortSignal): Promise<void> {
		const there = await this.#options.client.get<KubeObject>(ref, { signal });
		if (!there || there.metadata.labels?.[runLabel] === this.#options.ownership.run) return;
		throw new GatecrashError('GC_CLUSTER', `${nameOf(ref)} is there already, and not this run’s.`, {
			hint: 'gatecrash changes nothing that it did not make: rename the policy, or remove the other one.',
		});
	}
}

function refOf({ apiVersion, kind, metadata }: KubernetesObject): ObjectRef {
	return { apiVersion, kind, name: metadata.name, namespace: metadata.namespace };
}

function keyOf({ apiVersion, kind, namespace, name }: ObjectRef): string {
	return `${apiVersion.split('/')[0]}/${kind}/${namespace ?? ''}/${name}`;
}

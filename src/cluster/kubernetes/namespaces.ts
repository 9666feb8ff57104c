import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import { isStatus } from '../../kube/kube-error.ts';
import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import type { Ledger, LedgerEntry } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { ledgerEntry } from './ledger-entry.ts';
import { namespaceManifest, type PodSecurity } from './namespace-manifest.ts';
import { managedBy, type Ownership, ownedBy, runLabel } from './ownership.ts';
import { nextPorts, portsFrom, standbyOwnership, standbyRun, type StandingPorts } from './standby.ts';

/** Between two looks at a namespace that is in use or going. Milliseconds. */
const poll = 200;
/** Another run's scenario may take this long. */
const turnBound = 600_000;
/** For a namespace to go: the controller lets 5 s pass before it begins, and its pods are gone already. */
const goneBound = 90_000;

/** Another run waits for this name. */
const wantedAnnotation = 'gatecrash.dev/wanted-by';

export interface NamespacesOptions {
	client: KubeClient;
	ledger: Ledger | undefined;
	ownership: Ownership;
	/**
	 * An emptied namespace is kept for the run's next scenario: removing one takes 5 s by the controller's own rule, and
	 * all scenarios that want its name would wait for it.
	 */
	reuse: boolean;
	/** `allGone` waits until removed namespaces are gone; else until the API server has accepted their removal. */
	waits: boolean;
}

/**
 * The namespaces that a run makes. Creating one claims its name: two runs that want the same one take turns. Without
 * `reuse` only names and `get` are needed, no right to list what others have.
 */
export class Namespaces {
	readonly #client: KubeClient;
	readonly #ledger: Ledger | undefined;
	readonly #ownership: Ownership;
	readonly #options: NamespacesOptions;
	readonly #made = new Set<string>();
	readonly #idle = new Map<string, ObjectRef>();
	readonly #going = new Set<Promise<void>>();
	/** Uids of those whose pods stand by, and what a run may use of them. */
	readonly #standing = new Map<string, StandingPorts>();
	/** Nobody asks any more; the client may be closed. */
	#closed = false;

	constructor(options: NamespacesOptions) {
		this.#client = options.client;
		this.#ledger = options.ledger;
		this.#ownership = options.ownership;
		this.#options = options;
	}

	/**
	 * A name that is in use by another run, or is just being removed, is waited for.
	 * @throws GatecrashError GC_CLUSTER when it is somebody else's, or the bound passes.
	 */
	async claim(
		name: string,
		labels: Record<string, string>,
		level: PodSecurity,
		signal: AbortSignal,
	): Promise<ObjectRef> {
		const manifest = namespaceManifest(name, labels, level, this.#ownership);
		const forStandby = this.#ownership.run === standbyRun;
		if (forStandby) Object.assign(manifest.metadata.annotations ?? {}, portsFrom());
		const until = performance.now() + turnBound;
		const intent = this.#entry(name);
		const kept = await this.#takeIdle(manifest, signal);
		if (kept) return kept;
		for (;;) {
			this.#ledger?.intend(intent);
			const made = await this.#create(manifest, signal);
			if (made && forStandby) this.#standing.set(made.uid ?? '', nextPorts(manifest.metadata));
			if (made) return made;
			const there = await this.#read(name, signal);
			const taken = there && (await this.#takeStanding(there, manifest, signal));
			if (taken) return taken;
			// The answer to our call was lost on the way: it is the one that we have just made.
			if (there && this.#isNewlyOurs(there)) return this.#keep(there);
			this.#ledger?.undone(intent);
			await this.#freed(name, until, signal);
		}
	}

	/** Of a claimed one whose pods stand by, now or from now on. */
	standing({ uid = '' }: ObjectRef): StandingPorts | undefined {
		return this.#standing.get(uid);
	}

	/**
	 * Gives a claimed one back. `emptied`: what was made in it is gone. Resolves when its removal has been asked for;
	 * `free` when the name can be claimed again, which also holds when that failed.
	 */
	async giveBack(ref: ObjectRef, emptied: boolean): Promise<{ free: Promise<void> }> {
		const empty = this.#options.reuse && emptied && (await this.#isEmpty(ref.name));
		if (empty && this.standing(ref)) {
			await this.#client.patch(ref, { metadata: ownedBy(standbyOwnership()) });
			this.#ledger?.undone(this.#entry(ref.name));
			return { free: Promise.resolve() };
		}
		if (empty && !(await this.#isWanted(ref))) {
			this.#idle.set(ref.name, ref);
			return { free: Promise.resolve() };
		}
		await this.#client.remove(ref);
		const going = this.#awaitGone(ref);
		this.#going.add(going);
		// Looked at by allGone; until then a failure must not count as unhandled.
		const free = going.then(() => void this.#going.delete(going)).catch(() => {});
		if (!this.#options.waits) this.#ledger?.undone(this.#entry(ref.name));
		return { free };
	}

	/** @throws GatecrashError GC_CLEANUP naming one that does not go. */
	async allGone(): Promise<void> {
		const idle = [...this.#idle.values()];
		this.#idle.clear();
		await Promise.all(idle.map((ref) => this.giveBack(ref, false)));
		if (this.#options.waits) await Promise.all(this.#going);
		this.#closed = true;
	}

	/** One that is there, with the labels of the next scenario in the place of the last one's. */
	async #takeIdle({ metadata }: KubeObject, signal: AbortSignal): Promise<ObjectRef | undefined> {
		const idle = this.#idle.get(metadata.name);
		if (!idle) return undefined;
		this.#idle.delete(metadata.name);
		const there = await this.#read(metadata.name, signal);
		if (!there || there.metadata.uid !== idle.uid || there.metadata.deletionTimestamp !== undefined) return undefined;
		if (there.metadata.annotations?.[wantedAnnotation] !== undefined) {
			await this.#client.remove(idle, { signal });
			return undefined;
		}
		await this.#client.patch(idle, { metadata: freshLabels(there, metadata.labels) }, { signal });
		return idle;
	}

	/** One whose pods stand by, unless another run has just taken it. */
	async #takeStanding(there: KubeObject, wanted: KubeObject, signal: AbortSignal): Promise<ObjectRef | undefined> {
		const { resourceVersion, deletionTimestamp } = there.metadata;
		if (!this.#options.reuse || runOf(there) !== standbyRun || deletionTimestamp !== undefined) return undefined;
		const { labels, annotations } = wanted.metadata;
		const ports = nextPorts(there.metadata);
		const next = this.#ownership.run === standbyRun ? ports.first : ports.last + 1;
		const own = { ...freshLabels(there, labels), annotations: { ...annotations, ...portsFrom(next) } };
		try {
			const ref = { apiVersion: 'v1', kind: 'Namespace', name: wanted.metadata.name };
			const taken = this.#keep(await this.#client.patch(ref, { metadata: { resourceVersion, ...own } }, { signal }));
			this.#standing.set(taken.uid ?? '', ports);
			return taken;
		} catch (error) {
			if (isStatus(error, 404, 409)) return undefined;
			throw error;
		}
	}

	async #isWanted({ name }: ObjectRef): Promise<boolean> {
		return (await this.#read(name))?.metadata.annotations?.[wantedAnnotation] !== undefined;
	}

	/** Also of what somebody else has put there: it would act on the next scenario. Pods that stand by may stay. */
	async #isEmpty(namespace: string): Promise<boolean> {
		const kinds = [
			{ apiVersion: 'v1', kind: 'Pod' },
			{ apiVersion: 'v1', kind: 'Service' },
			{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
		];
		const lists = await Promise.all(kinds.map((kind) => this.#client.list(kind, { namespace })));
		return lists.flat().every((object) => runOf(object) === standbyRun);
	}

	async #create(manifest: KubeObject, signal: AbortSignal): Promise<ObjectRef | undefined> {
		try {
			return this.#keep(await this.#client.create<KubeObject>(manifest, { signal }));
		} catch (error) {
			if (isStatus(error, 409)) return undefined;
			throw error;
		}
	}

	/** Waits until nobody has the name any more. */
	async #freed(name: string, until: number, signal: AbortSignal): Promise<void> {
		for (let there = await this.#read(name, signal); there; there = await this.#read(name, signal)) {
			if (this.#options.reuse && runOf(there) === standbyRun && there.metadata.deletionTimestamp === undefined) return;
			if (there.metadata.deletionTimestamp === undefined && runOf(there) === undefined) {
				throw new GatecrashError('GC_CLUSTER', `The namespace ${name} is there already, and not gatecrash’s.`, {
					hint: 'Use another cluster, or the driver existing, which gives every run names of its own.',
				});
			}
			if (performance.now() > until) {
				throw new GatecrashError(
					'GC_CLUSTER',
					`The namespace ${name} is still in use after ${turnBound / 60_000} min.`,
					{
						hint: `Run ${runOf(there)} has it: wait for that run, or remove what it left with gatecrash clean.`,
					},
				);
			}
			await this.#want(there, signal);
			await sleep(poll, undefined, { signal });
		}
	}

	/** Tells a run that keeps the namespace between two scenarios that somebody waits for it. */
	async #want({ metadata }: KubeObject, signal: AbortSignal): Promise<void> {
		const { name, uid, annotations, deletionTimestamp } = metadata;
		if (!this.#options.reuse || deletionTimestamp !== undefined || annotations?.[wantedAnnotation] !== undefined)
			return;
		const change = { metadata: { uid, annotations: { [wantedAnnotation]: this.#ownership.run } } };
		await this.#client
			.patch({ apiVersion: 'v1', kind: 'Namespace', name }, change, { signal })
			.catch((error: unknown) => {
				// It went in the meantime: so much the better.
				if (!isStatus(error, 404, 409)) throw error;
			});
	}

	/** One that an earlier scenario of this run could not remove is not taken for a fresh one. */
	#isNewlyOurs(there: KubeObject): boolean {
		const { uid, deletionTimestamp } = there.metadata;
		if (deletionTimestamp !== undefined || runOf(there) !== this.#ownership.run) return false;
		return uid !== undefined && !this.#made.has(uid);
	}

	#keep(made: KubeObject): ObjectRef {
		const { name, uid } = made.metadata;
		if (uid !== undefined) this.#made.add(uid);
		return { apiVersion: 'v1', kind: 'Namespace', name, uid };
	}

	#read(name: string, signal?: AbortSignal): Promise<KubeObject | undefined> {
		return this.#client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name }, { signal });
	}

	async #awaitGone(ref: ObjectRef): Promise<void> {
		const until = performance.now() + goneBound;
		for (;;) {
			const there = await this.#read(ref.name);
			if (!there || there.metadata.uid !== ref.uid) break;
			if (performance.now() > until) {
				throw new GatecrashError(
					'GC_CLEANUP',
					`The namespace ${ref.name} is still there after ${goneBound / 1000} s.`,
					{
						hint: `kubectl get namespace ${ref.name} -o yaml says what it waits for.`,
					},
				);
			}
			await sleep(poll);
			if (this.#closed) return;
		}
		this.#ledger?.undone(this.#entry(ref.name));
	}

	#entry(name: string): LedgerEntry {
		return ledgerEntry(this.#client, { apiVersion: 'v1', kind: 'Namespace', name });
	}
}

/** These labels in the place of those that it has, as a merge patch. */
function freshLabels({ metadata }: KubeObject, labels: Record<string, string> = {}) {
	const own = Object.keys(metadata.labels ?? {}).filter((key) => key !== 'kubernetes.io/metadata.name');
	return { labels: { ...Object.fromEntries(own.map((key) => [key, null])), ...labels } };
}

/** Undefined where it is not gatecrash's. */
function runOf({ metadata: { labels = {} } }: KubeObject): string | undefined {
	const ours = Object.entries(managedBy).every(([key, value]) => labels[key] === value);
	return ours ? labels[runLabel] : undefined;
}

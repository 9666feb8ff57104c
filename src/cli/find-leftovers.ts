import { existsSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import {
	findLocalLeftovers,
	type LocalLeftover,
	type LocalSearch,
	removeLocalLeftover,
} from '../cluster/cleaning/local-leftovers.ts';
import {
	type ChangedObject,
	findChangedByLabel,
	findChangedByLedger,
	restoreChanged,
} from '../cluster/cleaning/changed-objects.ts';
import {
	findByLabels,
	findByLedger,
	type ObjectLeftover,
	removeLeftover,
} from '../cluster/cleaning/object-leftovers.ts';
import { isOfNodes } from '../cluster/recovering/node-recovery.ts';
import { connectAgain } from '../cluster/recovering/await-recovery.ts';
import { describeRecovery, isInForce, recover } from '../cluster/recovering/recover-fault.ts';
import { standbyRun } from '../cluster/kubernetes/standby.ts';
import { connect } from '../kube/connect.ts';
import type { KubeClient } from '../kube/kube-client.ts';
import { nameOf } from '../kube/kube-object.ts';
import type { LedgerEntry } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { CloudLeftovers } from './find-cloud-leftovers.ts';
import { findLedgers, type LedgerOfRun } from './ledgers.ts';
import type { CleanRequest, Leftover, LeftoverSearch } from './leftover.ts';
import { mayBeRestarting, nodeFaultLeftovers } from './node-fault-leftovers.ts';
import { describeEntry } from './what-is-left.ts';

type ObjectEntry = Extract<LedgerEntry, { makes: 'object' }>;
type FaultEntry = Extract<LedgerEntry, { makes: 'fault' }>;

type ChangeEntry = Extract<LedgerEntry, { makes: 'change' }>;
type InCluster = ObjectEntry | FaultEntry | ChangeEntry;

/** A run without a ledger here may be going on elsewhere for this long; as objects' own expiry says. Milliseconds. */
const assumedLifetime = 2 * 60 * 60 * 1000;
/** For an object to be gone; a namespace takes its pods along. Milliseconds. */
const removalBound = 120_000;
const patience = 5000;

/** Whoever searches closes. @throws GatecrashError GC_CLEANUP when the run that is asked for still goes on. */
export async function findLeftovers(request: CleanRequest): Promise<LeftoverSearch> {
	const search = new Search(request);
	try {
		await search.look();
		return search;
	} catch (error) {
		search.close();
		throw error;
	}
}

class Search implements LeftoverSearch {
	readonly leftovers: Leftover[] = [];
	readonly notes: string[] = [];
	readonly failures: string[] = [];
	readonly searched = new Set<string>();
	readonly ledgers: LedgerOfRun[];
	readonly #request: CleanRequest;
	readonly #run: string | undefined;
	readonly #clients: KubeClient[] = [];
	#cloud: CloudLeftovers | undefined;

	constructor(request: CleanRequest) {
		this.#request = request;
		this.ledgers = findLedgers(request.out, request.run);
		this.#run = request.run === undefined ? undefined : (this.ledgers[0]?.id ?? nameOfRun(request.run, request.out));
		const going = this.#run !== undefined && this.ledgers.find(({ state }) => state === 'alive');
		if (going) {
			throw new GatecrashError('GC_CLEANUP', `run ${going.id} is still going on (process ${going.process?.pid})`, {
				hint: 'end it first: Ctrl-C undoes everything by itself',
			});
		}
	}

	async look(): Promise<void> {
		const local = await this.#local();
		if (this.#request.cloud === true) await this.#inCloud();
		for (const ledger of this.ledgers) {
			if (ledger.damaged.length > 0) {
				const lines = ledger.damaged.slice(0, 5).join(', ');
				this.notes.push(`${ledger.file} is damaged in line ${lines}: what stood there is found by its labels only`);
			}
			if (ledger.standing.length === 0) continue;
			if (this.#isMine(ledger.id, undefined)) await this.#byLedger(ledger, local);
		}
		if (this.#request.kubeconfig !== undefined || this.#request.context !== undefined) await this.#byLabels();
	}

	async #inCloud(): Promise<void> {
		const { findCloudLeftovers } = await import('./find-cloud-leftovers.ts');
		const { regions } = this.#request;
		const found = await findCloudLeftovers({ regions, run: this.#run, ledgers: this.ledgers });
		this.#cloud = found;
		this.notes.push(...found.notes);
		this.failures.push(...found.failures);
		for (const leftover of found.leftovers) this.#add(leftover);
	}

	/** What is on this machine itself. */
	async #local(): Promise<LocalSearch> {
		const named = this.ledgers.flatMap(({ id, standing }) =>
			standing.flatMap((entry) => (entry.makes === 'kind-cluster' ? [{ name: entry.name, run: id }] : [])),
		);
		const local = await findLocalLeftovers(named);
		for (const leftover of local.found) {
			const until = leftover.createdAt === undefined ? undefined : leftover.createdAt + assumedLifetime;
			if (this.#isMine(leftover.run, until, describeLocal(leftover))) this.#addLocal(leftover);
		}
		return local;
	}

	async settled(): Promise<string[]> {
		return (await this.#cloud?.settled()) ?? [];
	}

	again(): Promise<LeftoverSearch> {
		return findLeftovers(this.#request);
	}

	close(): void {
		for (const client of this.#clients.splice(0)) client.close();
		this.#cloud?.close();
	}

	/** Only of runs that are over: known to be dead, asked for by name, or past their time. */
	#isMine(run: string, expires: number | undefined, title?: string): boolean {
		if (this.#run !== undefined) return run === this.#run;
		const known = this.ledgers.find(({ id }) => id === run)?.state;
		if (known === 'alive') return false;
		if (known === 'dead' || (expires !== undefined && expires < Date.now())) return true;
		if (title !== undefined && run === standbyRun) {
			this.notes.push(`kept: ${title} stands by for runs to come; \`gatecrash clean --run ${run}\` deletes it`);
		} else if (title !== undefined) {
			this.notes.push(`kept: ${title}: run ${run} may go on elsewhere; \`gatecrash clean --run ${run}\` deletes it`);
		}
		return false;
	}

	async #byLedger(ledger: LedgerOfRun, local: LocalSearch): Promise<void> {
		const whole = new Set<string>();
		let complete = true;
		for (const entry of ledger.standing) {
			if (entry.makes === 'kind-cluster') whole.add(resolve(entry.kubeconfig));
			if (entry.makes === 'eks-cluster') {
				if (this.#cloud?.searched.includes(ledger.id)) continue;
				complete = false;
				// In the cloud, whoever looked has said why not.
				if (!this.#cloud) this.failures.push(whereToLook(entry, ledger.id));
				continue;
			}
			if (isInCluster(entry) || local.failure === undefined) continue;
			complete = false;
			this.failures.push(`${describeEntry(entry)} (run ${ledger.id}), if it is still there: ${local.failure}`);
		}
		// What is in a cluster that goes as a whole needs no call of its own.
		const entries = ledger.standing.filter(
			(entry): entry is InCluster =>
				isInCluster(entry) && !(entry.kubeconfig !== undefined && whole.has(resolve(entry.kubeconfig))),
		);
		for (const group of byCluster(entries)) {
			const { kubeconfig, context } = group[0];
			if (kubeconfig !== undefined && isGone(kubeconfig, local)) continue;
			try {
				// What is broken beneath the API server comes first: it may answer nobody. The rest is looked for once more then.
				const broken = await nodeFaultLeftovers(group, ledger.id);
				for (const leftover of broken) this.#add(leftover);
				if (broken.length > 0) {
					complete = false;
					this.notes.push(`what else run ${ledger.id} left in that cluster is looked for when it is healed`);
					continue;
				}
				const client = await this.#connect(kubeconfig, context, mayBeRestarting(group));
				const objects = group.filter((entry) => entry.makes === 'object');
				for (const leftover of await findByLedger(client, objects, ledger.id)) this.#addObject(leftover, client);
				const changes = group.filter((entry) => entry.makes === 'change');
				for (const changed of await findChangedByLedger(client, changes, ledger.id)) this.#addChanged(changed, client);
				for (const entry of group) if (entry.makes === 'fault') await this.#addFault(entry, client, ledger.id);
			} catch (error) {
				if (!(error instanceof GatecrashError)) throw error;
				complete = false;
				const names = group.map((entry) => describeEntry(entry)).join(', ');
				this.failures.push(`what run ${ledger.id} made (${names}): ${error.message}`);
			}
		}
		if (complete) this.searched.add(ledger.id);
	}

	async #byLabels(): Promise<void> {
		const client = await this.#connect(this.#request.kubeconfig, this.#request.context);
		const { found, unseen } = await findByLabels(client, this.#run);
		if (unseen.length > 0) {
			this.notes.push(`not permitted to look for ${[...new Set(unseen)].join(', ')} in all namespaces`);
		}
		for (const leftover of found) {
			if (this.#isMine(leftover.run, leftover.expires, nameOf(leftover.ref))) this.#addObject(leftover, client);
		}
		for (const changed of await findChangedByLabel(client, this.#run)) {
			const title = `${nameOf(changed.ref)} changed`;
			if (this.#isMine(changed.run, changed.expires, title)) this.#addChanged(changed, client);
		}
	}

	/** Before all else: the cluster's own are without it. */
	#addChanged(changed: ChangedObject, client: KubeClient): void {
		const title = `${nameOf(changed.ref)} changed`;
		this.#add({ title, run: changed.run, rank: -1, key: title, remove: () => restoreChanged(client, changed) });
	}

	async #connect(kubeconfig: string | undefined, context: string | undefined, restarting = false): Promise<KubeClient> {
		const client = await (restarting ? connectAgain(kubeconfig, context) : connect({ kubeconfig, context, patience }));
		this.#clients.push(client);
		return client;
	}

	#addObject(leftover: ObjectLeftover, client: KubeClient): void {
		const { ref, run } = leftover;
		const rank = ref.namespace === undefined ? (ref.kind === 'Namespace' ? 2 : 0) : 1;
		const remove = () => removeLeftover(client, leftover, removalBound);
		this.#add({ title: nameOf(ref), run, rank, key: ref.uid, remove });
	}

	/** Before all else: what is broken may keep other things from being removed. */
	async #addFault({ fault, recovery }: FaultEntry, client: KubeClient, run: string): Promise<void> {
		if (isOfNodes(recovery) || !(await isInForce(client, recovery))) return;
		const title = `fault ${fault} in force: ${describeRecovery(recovery)}`;
		this.#add({ title, run, rank: -1, key: title, isHealed: true, remove: () => recover(client, recovery) });
	}

	#addLocal(leftover: LocalLeftover): void {
		const rank = leftover.kind === 'container' ? 3 : 4;
		const title = describeLocal(leftover);
		this.#add({ title, run: leftover.run, rank, key: title, remove: () => removeLocalLeftover(leftover) });
	}

	#add(leftover: Leftover): void {
		if (!this.leftovers.some(({ key }) => key === leftover.key)) this.leftovers.push(leftover);
	}
}

function whereToLook(entry: LedgerEntry, run: string): string {
	return `${describeEntry(entry)} (run ${run}), if it is still there: \`gatecrash clean --cloud --run ${run}\` deletes it`;
}

function isInCluster(entry: LedgerEntry): entry is InCluster {
	return entry.makes === 'object' || entry.makes === 'fault' || entry.makes === 'change';
}

/** The kubeconfig of a kept kind cluster goes with it (`gatecrash cluster down`), and so does all that was in it. */
function isGone(kubeconfig: string, { clusters, failure }: LocalSearch): boolean {
	const [, kindName] = /\/clusters\/(gatecrash-[^/]+)\/kubeconfig$/.exec(kubeconfig) ?? [];
	return kindName !== undefined && failure === undefined && !existsSync(kubeconfig) && !clusters.includes(kindName);
}

/** The run's folder is there although it made nothing, or only its id is left. */
function nameOfRun(run: string, out: string): string {
	for (const folder of [run, join(out, run)])
		if (existsSync(join(folder, 'run.json'))) return basename(resolve(folder));
	if (run === standbyRun || /^\d{8}-\d{6}-[0-9a-f]{6}$/.test(run)) return run;
	throw new GatecrashError(
		'GC_USAGE',
		`there is no run "${run}": neither a run folder, nor one below ${out}, nor an id`,
		{
			hint: 'an id is as 20260101-120000-1a2b3c; objects carry it in the label gatecrash.dev/run',
		},
	);
}

function byCluster(entries: InCluster[]): [InCluster, ...InCluster[]][] {
	const groups = new Map<string, [InCluster, ...InCluster[]]>();
	for (const entry of entries) {
		const key = JSON.stringify([entry.kubeconfig, entry.context]);
		const group = groups.get(key);
		if (group) group.push(entry);
		else groups.set(key, [entry]);
	}
	return [...groups.values()];
}

function describeLocal({ kind, name }: LocalLeftover): string {
	return kind === 'container' ? `container ${name}` : `kind cluster ${name}`;
}

import { openAccount } from '../cluster/eks/account.ts';
import { closeClients } from '../cluster/eks/aws/clients.ts';
import { findCredentials } from '../cluster/eks/aws/credentials.ts';
import { chooseRegion } from '../cluster/eks/aws/region.ts';
import { cloudKinds } from '../cluster/eks/cleaning/cloud-thing.ts';
import { type OwnedCluster, searchRegion } from '../cluster/eks/cleaning/search-region.ts';
import { type EksRecord, EksRecords } from '../cluster/eks/eks-records.ts';
import { clusterNameOf } from '../cluster/eks/ownership.ts';
import { ClusterRecords } from '../cluster/kind/cluster-records.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { stateOf } from '../run/process-mark.ts';
import type { Leftover } from './leftover.ts';
import type { LedgerOfRun } from './ledgers.ts';

export interface CloudRequest {
	/** Regions to look in; empty: what AWS's own tools would use. Those of ledgers and records are looked in too. */
	regions: readonly string[];
	/** Only of this run. */
	run: string | undefined;
	ledgers: readonly LedgerOfRun[];
}

export interface CloudLeftovers {
	leftovers: Leftover[];
	notes: string[];
	/** What could not be looked for, or not here. */
	failures: string[];
	/** Run ids whose clusters were looked for where they were made. */
	searched: string[];
	/** Once nothing is left: forgets what was not found any more, and resolves with what there is to say. */
	settled: () => Promise<string[]>;
	/** Whoever searched closes. */
	close: () => void;
}

/** A cluster that is written down here. */
interface Known {
	name: string;
	region: string;
	account: string;
	run: string;
}

/** After the things of kind, before nothing else. */
const firstRank = 10;

/** Changes nothing. @throws GatecrashError GC_NOT_PERMITTED without credentials, GC_USAGE without a region. */
export async function findCloudLeftovers(request: CloudRequest): Promise<CloudLeftovers> {
	const { run, ledgers } = request;
	const credentials = await findCredentials('clean --cloud');
	const records = new EksRecords();
	const recorded = await records.all();
	const all = [...recorded, ...ledgers.flatMap(clustersIn)];
	const known = run === undefined ? all : all.filter((one) => one.run === run);
	const places: string[] = [];
	const gone: string[] = [];
	const closing: (() => void)[] = [];
	const found: CloudLeftovers = {
		...{ leftovers: [], notes: [], failures: [], searched: [] },
		close: () => closing.splice(0).forEach((close) => close()),
		async settled() {
			for (const name of gone) await records.remove(name);
			return places.map((place) => `nothing that could go is left in ${place}`);
		},
	};
	for (const region of await regionsOf(request.regions, known)) {
		const account = await openAccount(credentials, { region });
		closing.push(() => closeClients(account.clients));
		places.push(`${region}, account ${account.account}`);
		const mine = ofThisAccount(known, region, account.account, found);
		const names = [...mine.map(({ name }) => name), ...(run === undefined ? [] : [clusterNameOf(run)])];
		const { clusters, notes, failures } = await searchRegion(account.clients, names);
		// Whoever looks in the wrong place sees it.
		found.notes.push(`looked in ${places.at(-1)}`, ...notes);
		found.failures.push(...failures);
		for (const cluster of clusters) await addCluster(cluster, request, recorded, found);
		if (failures.length > 0) continue;
		found.searched.push(...mine.map((one) => one.run));
		gone.push(...mine.map(({ name }) => name).filter((name) => !clusters.some((one) => one.name === name)));
	}
	return found;
}

function ofThisAccount(known: readonly Known[], region: string, account: string, found: CloudLeftovers): Known[] {
	const here = known.filter((one) => one.region === region);
	for (const { name, account: other } of here.filter((one) => one.account !== account)) {
		found.failures.push(`${name} was made in account ${other}, and these credentials are of ${account}`);
	}
	return here.filter((one) => one.account === account);
}

async function addCluster(
	cluster: OwnedCluster,
	request: CloudRequest,
	records: readonly EksRecord[],
	found: CloudLeftovers,
): Promise<void> {
	const users = await new ClusterRecords().users(cluster.name);
	const used = users.find(({ process }) => stateOf(process) === 'alive');
	const why = used ? `run ${used.run} uses it` : whyKept(cluster, request, records);
	if (why === undefined) found.leftovers.push(...leftoversOf(cluster));
	else if (why !== '') found.notes.push(`kept: EKS cluster ${cluster.name} in ${cluster.region}: ${why}`);
}

/** Undefined: it may go. Empty: it is another run's than the one that is asked for. */
function whyKept(
	{ name, run, expires, owner }: OwnedCluster,
	{ run: asked, ledgers }: CloudRequest,
	records: readonly EksRecord[],
): string | undefined {
	if (asked !== undefined) return run === asked ? undefined : '';
	const record = records.find((one) => one.name === name);
	const state = ledgers.find(({ id }) => id === run)?.state;
	const until = expires === undefined ? '' : ` until ${new Date(expires).toISOString().replace(/\.\d+/, '')}`;
	const command = `\`gatecrash clean --cloud --run ${run}\` deletes it`;
	if (state === 'alive') return `run ${run} goes on`;
	if (record?.readyAt === undefined && record && stateOf(record.process) === 'alive') return 'it is being made';
	if (expires !== undefined && expires < Date.now()) return undefined;
	// Half made by somebody who is gone, or of a run that is.
	if (record && record.readyAt === undefined && stateOf(record.process) === 'dead') return undefined;
	if (record?.kept) return `made to stay${until}; \`gatecrash cluster down ${record.cluster}\` deletes it`;
	if (state === 'dead') return undefined;
	return `of ${owner ?? 'somebody'}${until}, perhaps in use elsewhere; ${command}`;
}

function leftoversOf({ run, region, things }: OwnedCluster): Leftover[] {
	let first: string | undefined;
	return things.map((thing) => {
		const title = `${thing.kind} ${thing.id} in ${region}`;
		const remove = async () => {
			// What comes later can't go before: AWS would refuse it for half an hour.
			if (first !== undefined && !first.startsWith(thing.kind)) {
				throw new GatecrashError('GC_CLEANUP', `it was not tried, because of ${first}`);
			}
			await thing.remove().catch((error: unknown) => {
				first ??= title;
				throw error;
			});
		};
		return {
			title,
			run,
			key: `${region} ${thing.kind} ${thing.id}`,
			rank: firstRank + cloudKinds.indexOf(thing.kind),
			remove,
		};
	});
}

function clustersIn({ id, standing }: LedgerOfRun): Known[] {
	return standing.flatMap((entry) => {
		if (entry.makes !== 'eks-cluster') return [];
		const { name, region, account } = entry;
		return [{ name, region, account, run: id }];
	});
}

async function regionsOf(asked: readonly string[], known: readonly Known[]): Promise<string[]> {
	const written = known.map(({ region }) => region);
	if (asked.length > 0) return [...new Set(await Promise.all([...asked, ...written].map(valid)))];
	try {
		return [...new Set([await chooseRegion(undefined, undefined), ...written])];
	} catch (error) {
		// What is written down says where to look.
		if (written.length > 0 && error instanceof GatecrashError) return [...new Set(written)];
		throw error;
	}
}

function valid(region: string): Promise<string> {
	return chooseRegion(region, undefined);
}

import { GatecrashError } from '../../../model/gatecrash-error.ts';
import { explainAws } from '../aws/aws-error.ts';
import type { AwsClients } from '../aws/clients.ts';
import { claimants, cloudTags, isShared, runOfName, startOfRun, type Tags } from '../ownership.ts';
import { type CloudThing, cloudKinds } from './cloud-thing.ts';
import { listEksClusters, listNodeGroups } from './eks-things.ts';
import { listClassicLoadBalancers, listLoadBalancers, listTargetGroups } from './load-balancers.ts';
import { listLogGroups } from './log-groups.ts';
import { listNetworkInterfaces, listSecurityGroups } from './network.ts';
import { listStacks } from './stacks.ts';

/** A cluster that gatecrash made, or what is left of one. */
export interface OwnedCluster {
	name: string;
	region: string;
	run: string;
	/** Milliseconds since 1970, and assumed where no tag says it. */
	expires: number | undefined;
	owner: string | undefined;
	/** Name of the definition. */
	definition: string | undefined;
	/** The EKS cluster itself is there. */
	exists: boolean;
	/** In the order in which they have to go. */
	things: CloudThing[];
}

export interface RegionSearch {
	clusters: OwnedCluster[];
	/** What was left alone although something speaks for it, and why. */
	notes: string[];
	/** What could not be looked for: then nothing can be said to be gone. */
	failures: string[];
}

/** Where tags that say it are lost, the run in the name tells when it began; milliseconds. */
const assumedLifetime = 24 * 60 * 60 * 1000;

const listers: readonly [what: string, list: (clients: AwsClients) => Promise<CloudThing[]>][] = [
	['EKS clusters', listEksClusters],
	['CloudFormation stacks', listStacks],
	['load balancers', listLoadBalancers],
	['target groups', listTargetGroups],
	['classic load balancers', listClassicLoadBalancers],
	['network interfaces', listNetworkInterfaces],
	['security groups', listSecurityGroups],
	['log groups', listLogGroups],
];

/**
 * Everything in a region that belongs to clusters of gatecrash, by tags and by the names of those clusters. Changes
 * nothing. `known`: names of clusters that are ours by what is written down here.
 */
export async function searchRegion(clients: AwsClients, known: readonly string[] = []): Promise<RegionSearch> {
	const failures: string[] = [];
	const attempt = async <T>(what: string, call: () => Promise<T[]>): Promise<T[]> => {
		try {
			return await call();
		} catch (error) {
			const failure = explainAws(error, `list ${what} in ${clients.region}`);
			if (!(failure instanceof GatecrashError)) throw failure;
			failures.push(failure.message);
			return [];
		}
	};
	const found = (await Promise.all(listers.map(([what, list]) => attempt(what, () => list(clients))))).flat();
	const clusters = ownedClusters(found, clients.region, known);
	const existing = [...clusters.values()].filter(({ exists }) => exists);
	const groups = existing.map(({ name }) => attempt('node groups', () => listNodeGroups(clients, name)));
	const notes = share([...found, ...(await Promise.all(groups)).flat()], clusters);
	for (const { things } of clusters.values()) {
		things.sort((one, other) => cloudKinds.indexOf(one.kind) - cloudKinds.indexOf(other.kind));
	}
	return { clusters: [...clusters.values()].filter(({ things }) => things.length > 0), notes, failures };
}

/** Clusters of ours by name, whether or not anything but a log group is left of them. */
function ownedClusters(
	found: readonly CloudThing[],
	region: string,
	known: readonly string[],
): Map<string, OwnedCluster> {
	const roots = found.filter(({ kind }) => kind === 'EKS cluster' || kind.startsWith('stack'));
	const tagged = new Map<string, Tags>();
	for (const { tags, cluster } of roots) {
		if (tags[cloudTags.run] === undefined) continue;
		for (const name of cluster === undefined ? claimants(tags) : [cluster]) tagged.set(name, tags);
	}
	// Somebody else's cluster, whatever it is called.
	const foreign = new Set(
		found.flatMap(({ kind, id, tags }) => (kind === 'EKS cluster' && tags[cloudTags.run] === undefined ? [id] : [])),
	);
	const named = found.flatMap((thing) => namesOf(thing).filter((name) => runOfName(name) !== undefined));
	const names = new Set([...tagged.keys(), ...named, ...known].filter((name) => !foreign.has(name)));
	const exists = (name: string) => found.some(({ kind, id }) => kind === 'EKS cluster' && id === name);
	return new Map(
		[...names].map((name) => [name, describeCluster(name, region, tagged.get(name) ?? {}, exists(name))] as const),
	);
}

function describeCluster(name: string, region: string, tags: Tags, exists: boolean): OwnedCluster {
	const run = tags[cloudTags.run] ?? runOfName(name) ?? name;
	const said = Date.parse(tags[cloudTags.expires] ?? '');
	const began = startOfRun(run);
	const expires = Number.isNaN(said) ? (began === undefined ? undefined : began + assumedLifetime) : said;
	const definition = tags[cloudTags.definition];
	return { name, region, run, expires, owner: tags[cloudTags.owner], definition, exists, things: [] };
}

/** Gives each thing to its cluster; what several claim is nobody's to delete. Returns what there is to say about those. */
function share(found: readonly CloudThing[], clusters: ReadonlyMap<string, OwnedCluster>): string[] {
	const stacks = new Set(found.flatMap(({ kind, id }) => (kind.startsWith('stack') ? [id] : [])));
	return found.flatMap((thing) => {
		const names = namesOf(thing);
		const owners = names.flatMap((name) => clusters.get(name) ?? []);
		const [owner] = owners;
		if (!owner) return [];
		if (names.length > 1 || isShared(thing.tags)) {
			return [`kept: ${thing.kind} ${thing.id} in ${owner.region} is shared by ${names.join(' and ')}`];
		}
		// It goes with its stack, and can't go before.
		if (thing.stack === undefined || !stacks.has(thing.stack)) owner.things.push(thing);
		return [];
	});
}

function namesOf({ cluster, tags }: CloudThing): string[] {
	return cluster === undefined ? claimants(tags) : [cluster];
}

import { GatecrashError } from '../../model/gatecrash-error.ts';
import { ClusterRecords } from '../kind/cluster-records.ts';
import { command } from '../kind/command.ts';
import { removeContainer } from '../kind/external-container.ts';
import { deleteKindCluster, listKindClusters } from '../kind/kind-clusters.ts';
import { runLabel } from '../kubernetes/ownership.ts';

/** What a run left on this machine itself. */
export interface LocalLeftover {
	kind: 'kind-cluster' | 'container';
	name: string;
	run: string;
	/** Milliseconds since 1970; undefined where it is not known. */
	createdAt: number | undefined;
}

export interface LocalSearch {
	found: LocalLeftover[];
	/** Names of all kind clusters, whoever made them. */
	clusters: string[];
	/** Why it is not known what there is, or undefined. */
	failure: string | undefined;
}

/** A kind cluster that a ledger names. */
export interface NamedCluster {
	name: string;
	run: string;
}

/** As run folders are named; a kind cluster of a run has it in its name. */
const runId = /\d{8}-\d{6}-[0-9a-f]{6}/;

/**
 * Kind clusters and containers of runs, by their names and labels: needs no ledger. Clusters that were made to stay
 * (`gatecrash cluster up`) carry no run and are not among them. `named`: what
 * ledgers say, whatever the names are.
 */
export async function findLocalLeftovers(named: readonly NamedCluster[] = []): Promise<LocalSearch> {
	try {
		const clusters = await listKindClusters();
		const [ofKind, containers] = await Promise.all([kindClusters(clusters, named), labelledContainers()]);
		return { found: [...ofKind, ...containers], clusters, failure: undefined };
	} catch (error) {
		if (!(error instanceof GatecrashError)) throw error;
		return { found: [], clusters: [], failure: error.message };
	}
}

/** No failure where it is gone already. Rejects with GatecrashError when it can't be removed. */
export async function removeLocalLeftover({ kind, name }: Pick<LocalLeftover, 'kind' | 'name'>): Promise<void> {
	if (kind === 'container') return removeContainer(name);
	const records = new ClusterRecords();
	await deleteKindCluster(name, records.file(name, 'kubeconfig'));
	await records.remove(name);
}

async function kindClusters(names: readonly string[], named: readonly NamedCluster[]): Promise<LocalLeftover[]> {
	return Promise.all(
		names.flatMap((name) => {
			const run = named.find((one) => one.name === name)?.run ?? runId.exec(name)?.[0];
			return run === undefined ? [] : [leftover(name, run)];
		}),
	);
}

async function leftover(name: string, run: string): Promise<LocalLeftover> {
	const format = '{{.CreatedAt}}';
	const created = await docker(['ps', '--all', '--filter', `label=io.x-k8s.kind.cluster=${name}`, '--format', format]);
	return { kind: 'kind-cluster', name, run, createdAt: timeOf(created[0]) };
}

async function labelledContainers(): Promise<LocalLeftover[]> {
	const format = `{{.Names}}\t{{.Label "${runLabel}"}}\t{{.CreatedAt}}`;
	const lines = await docker(['ps', '--all', '--filter', `label=${runLabel}`, '--format', format]);
	return lines.map((line) => {
		const [name = '', run = '', created] = line.split('\t');
		return { kind: 'container', name, run, createdAt: timeOf(created) };
	});
}

async function docker(args: string[]): Promise<string[]> {
	const text = await command('docker', args);
	return text.split('\n').filter((line) => line.trim() !== '');
}

/** Docker writes `2026-11-21 03:54:04 +0000 UTC`. */
function timeOf(text: string | undefined): number | undefined {
	const [day, time, zone] = (text ?? '').trim().split(' ');
	const parsed = Date.parse(`${day}T${time}${zone}`);
	return Number.isNaN(parsed) ? undefined : parsed;
}

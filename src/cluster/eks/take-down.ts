import type { Ledger } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { AwsClients } from './aws/clients.ts';
import { searchRegion } from './cleaning/search-region.ts';
import { sweepCluster } from './cleaning/sweep-cluster.ts';
import { eksctlDelete } from './eksctl.ts';
import type { EksRecord, EksRecords } from './eks-records.ts';

export interface EksTakeDown {
	record: Pick<EksRecord, 'name' | 'region' | 'account' | 'run'>;
	clients: AwsClients;
	records: EksRecords;
	ledger?: Ledger | undefined;
	onPhase: (phase: string) => void;
}

/**
 * Deletes a cluster with all that belongs to it, and then its record: by eksctl, which knows best how, and what that
 * leaves by AWS's API. Takes up where an earlier call broke off. No failure where there is nothing.
 * @throws GatecrashError GC_CLEANUP with what is left, and the command that deletes it.
 */
export async function takeDownEks({ record, clients, records, ledger, onPhase }: EksTakeDown): Promise<void> {
	const { name, region, account } = record;
	const left = await attempt(async () => {
		await deleteByEksctl(clients, name, onPhase);
		onPhase(`looking for what is left of ${name}`);
		return sweepCluster(clients, name, onPhase);
	});
	if (left.length > 0) throw stillThere(record, left);
	await records.remove(name);
	ledger?.undone({ makes: 'eks-cluster', name, region, account });
}

/** The command that deletes what is left of a cluster, from any folder. */
export function cloudCleanCommand({ run, region }: Pick<EksRecord, 'run' | 'region'>): string {
	return `gatecrash clean --cloud --run ${run} --region ${region} --yes`;
}

/** What eksctl can't, the sweep after it does, or says. */
async function deleteByEksctl(clients: AwsClients, name: string, onPhase: (phase: string) => void): Promise<void> {
	const { clusters } = await searchRegion(clients, [name]);
	const things = clusters.find((one) => one.name === name)?.things ?? [];
	if (!things.some(({ kind }) => kind === 'EKS cluster' || kind === 'stack of the cluster')) return;
	onPhase(`deleting ${name}`);
	await eksctlDelete({ name, region: clients.region }, onPhase).catch((error: unknown) => {
		if (!(error instanceof GatecrashError)) throw error;
		onPhase(`eksctl could not delete all of it: ${error.message.split('\n').at(-1) ?? ''}`);
	});
}

async function attempt(call: () => Promise<string[]>): Promise<string[]> {
	try {
		return await call();
	} catch (error) {
		if (error instanceof GatecrashError) return [error.message];
		throw error;
	}
}

function stillThere(record: EksTakeDown['record'], left: readonly string[]): GatecrashError {
	return new GatecrashError(
		'GC_CLEANUP',
		`EKS cluster ${record.name} in ${record.region} (account ${record.account}) is not all gone, and may cost money:\n${left.map((one) => `  - ${one}`).join('\n')}`,
		{ hint: `This deletes it: ${cloudCleanCommand(record)}` },
	);
}

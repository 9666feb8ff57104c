import { type EksRecord, EksRecords } from '../cluster/eks/eks-records.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Context } from './context.ts';

/** An EKS cluster that was made from this folder. */
export interface ListedEks
	extends Pick<EksRecord, 'name' | 'cluster' | 'region' | 'account' | 'run' | 'kept' | 'expires'> {
	createdAt: string;
	/** As EKS has it: ACTIVE, CREATING, DELETING, ...; `gone`: there is a record only; `unknown`: AWS could not be asked. */
	state: string;
	/** It can be used: it was complete once. */
	complete: boolean;
}

/** Asks AWS about what is written down here, and nothing where nothing is. */
export async function listEks(context: Context): Promise<ListedEks[]> {
	const records = await new EksRecords().all();
	if (records.length === 0) return [];
	const states = await statesOf(records, context);
	return records.map((record) => {
		const { name, cluster, region, account, run, kept, expires, createdAt, readyAt } = record;
		const state = states.get(name) ?? 'unknown';
		return { name, cluster, region, account, run, kept, expires, createdAt, state, complete: readyAt !== undefined };
	});
}

export function describeEks({ state, region, account, cluster, run, kept, expires, complete }: ListedEks): string {
	const owner = kept ? 'kept' : `of run ${run}`;
	const parts = [`${state}${complete ? '' : ', incomplete'}`, `EKS in ${region}, account ${account}`, owner];
	return [...parts, `made from ${cluster}`, `expires ${expires}`].join('; ');
}

async function statesOf(records: readonly EksRecord[], context: Context): Promise<Map<string, string>> {
	const states = new Map<string, string>();
	try {
		const { findCredentials } = await import('../cluster/eks/aws/credentials.ts');
		const credentials = await findCredentials('the state of EKS clusters');
		const { readStates } = await import('../cluster/eks/read-states.ts');
		return await readStates(credentials, records);
	} catch (error) {
		if (!(error instanceof GatecrashError)) throw error;
		context.stderr(`states of EKS clusters are not known: ${error.message}\n`);
		return states;
	}
}

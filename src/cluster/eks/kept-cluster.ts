import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ProcessMark } from '../../model/process.ts';
import type { ClusterDefinition } from '../cluster-definition.ts';
import type { Images } from '../kind/images.ts';
import { fingerprint } from '../kind/kept-cluster.ts';
import type { Account } from './account.ts';
import type { EksRecord, EksRecords } from './eks-records.ts';
import { clusterNameOf } from './ownership.ts';
import { type EksStanding, standUpEks } from './stand-up.ts';
import { takeDownEks } from './take-down.ts';

/** How long a cluster stands before anybody's clean-up may delete it, unless `--expires-after` says otherwise. Milliseconds. */
export const defaultLifetime = 8 * 60 * 60 * 1000;

export interface RecordParts {
	definition: ClusterDefinition;
	images: Images;
	account: Account;
	run: string;
	kept: boolean;
	process: ProcessMark;
	/** Milliseconds. */
	lifetime: number | undefined;
}

/** The record of a cluster that is about to be made. */
export function newRecord({ definition, images, account, run, kept, process, lifetime }: RecordParts): EksRecord {
	const now = Date.now();
	return {
		...{ schemaVersion: 1, name: clusterNameOf(run), cluster: definition.metadata.name, run, kept, process },
		...{ region: account.clients.region, account: account.account, made: fingerprint(definition, images) },
		agentImage: images.agent,
		createdAt: new Date(now).toISOString(),
		expires: new Date(now + (lifetime ?? defaultLifetime)).toISOString().replace(/\.\d+/, ''),
	};
}

/** The kept cluster of a definition, else why it is not used, or undefined where there is none. Asks nobody. */
export async function findKeptEks(
	definition: ClusterDefinition,
	images: Images,
	records: EksRecords,
): Promise<EksRecord | { unused: string } | undefined> {
	const record = await records.kept(definition.metadata.name);
	if (!record) return undefined;
	const { name, readyAt, made, expires } = record;
	if (readyAt === undefined) return { unused: `${name} is not complete` };
	if (Date.parse(expires) < Date.now()) return { unused: `${name} has expired, so anybody may be deleting it` };
	if (made !== fingerprint(definition, images)) return { unused: `${name} was made in another way` };
	return record;
}

export interface KeptEksOptions extends Omit<RecordParts, 'kept'> {
	records: EksRecords;
	mirror: string | undefined;
	signal: AbortSignal;
	onPhase: (phase: string) => void;
}

/** Creates the cluster that stays until `gatecrash cluster down`. What fails or is interrupted is deleted again. */
export async function createKeptEks(options: KeptEksOptions): Promise<EksStanding> {
	const { definition, account, records, mirror, signal, onPhase } = options;
	const record = newRecord({ ...options, kept: true });
	const { owner, clients } = account;
	try {
		return await standUpEks({ definition, record, owner, records, mirror, signal, onPhase, ledger: undefined });
	} catch (error) {
		onPhase(`deleting ${record.name}`);
		await takeDownEks({ record, clients, records, onPhase }).catch((left: unknown) => {
			// Both are news: what is left, and why all of this began.
			if (!(left instanceof GatecrashError)) throw left;
			const { hint } = left;
			throw new GatecrashError(left.code, left.message, { ...(hint !== undefined && { hint }), cause: error });
		});
		throw error;
	}
}

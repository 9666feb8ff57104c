import type { ClusterDefinition } from '../cluster-definition.ts';
import { type Account, openAccount } from './account.ts';
import { closeClients } from './aws/clients.ts';
import type { Credentials } from './aws/credentials.ts';
import { describeCost } from './cost.ts';
import { readEksConfig } from './eks-config.ts';
import { clusterNameOf } from './ownership.ts';
import { checkPreconditions } from './preconditions.ts';

export interface Prepared {
	/** Whoever prepared closes its clients. */
	account: Account;
	/** For people. */
	said: { account: string; cost: string; notes: string[] };
}

/**
 * Opens the account and looks at everything that a cluster needs. Nothing is made, and nothing costs anything.
 * @throws GatecrashError as `openAccount` and `checkPreconditions`.
 */
export async function prepare(wanted: {
	definition: ClusterDefinition;
	credentials: Credentials;
	region: string | undefined;
	run: string;
}): Promise<Prepared> {
	const { definition, credentials, region, run } = wanted;
	const fallback = readEksConfig(definition.spec.config).metadata.region;
	const account = await openAccount(credentials, { region, fallback });
	try {
		const { cost, notes } = await checkPreconditions(account.clients, definition, clusterNameOf(run));
		return {
			account,
			said: {
				account: `AWS account ${account.account}, as ${account.arn}, region ${account.clients.region}`,
				cost: describeCost(cost),
				notes: notes.map((note) => `${note[0]?.toUpperCase()}${note.slice(1)}.`),
			},
		};
	} catch (error) {
		closeClients(account.clients);
		throw error;
	}
}

import { GatecrashError } from '../../model/gatecrash-error.ts';
import { type AwsClients, openClients } from './aws/clients.ts';
import { chooseRegion } from './aws/region.ts';
import type { Credentials } from './aws/credentials.ts';
import { type Caller, whoAmI } from './preconditions.ts';

/** An account of AWS, in one region; whoever opens it closes its clients. */
export interface Account extends Caller {
	clients: AwsClients;
}

/**
 * @param expected of an account that something was made in: another one is refused, since what is not found there is
 * not gone.
 * @throws GatecrashError GC_USAGE without a region, GC_NOT_PERMITTED.
 */
export async function openAccount(
	credentials: Credentials,
	wanted: { region?: string | undefined; fallback?: string | undefined; expected?: string | undefined },
): Promise<Account> {
	const clients = openClients(await chooseRegion(wanted.region, wanted.fallback), credentials);
	const caller = await whoAmI(clients);
	if (wanted.expected !== undefined && wanted.expected !== caller.account) {
		throw new GatecrashError(
			'GC_NOT_PERMITTED',
			`These AWS credentials are of account ${caller.account}, but it was made in account ${wanted.expected}.`,
			{ hint: 'Set AWS_PROFILE to one of that account.' },
		);
	}
	return { ...caller, clients };
}

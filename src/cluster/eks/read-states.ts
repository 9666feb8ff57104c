import { DescribeClusterCommand } from '@aws-sdk/client-eks';
import { openAccount } from './account.ts';
import { ask, isGone } from './aws/aws-error.ts';
import { closeClients } from './aws/clients.ts';
import type { Credentials } from './aws/credentials.ts';
import type { EksRecord } from './eks-records.ts';

/**
 * What EKS says of clusters by their names, `gone` where it has none; those of other accounts are left out.
 * @throws GatecrashError GC_NOT_PERMITTED, GC_CLUSTER.
 */
export async function readStates(
	credentials: Credentials,
	records: readonly EksRecord[],
): Promise<Map<string, string>> {
	const states = new Map<string, string>();
	for (const region of new Set(records.map((record) => record.region))) {
		const { clients, account } = await openAccount(credentials, { region });
		const here = records.filter((record) => record.region === region && record.account === account);
		const reads = here.map(async ({ name }) => {
			const described = ask('describe the cluster', () => clients.eks.send(new DescribeClusterCommand({ name })));
			const state = await described.then(
				({ cluster }) => cluster?.status ?? 'unknown',
				(error: unknown) => {
					if (isGone((error as Error).cause)) return 'gone';
					throw error;
				},
			);
			states.set(name, state);
		});
		await Promise.all(reads).finally(() => closeClients(clients));
	}
	return states;
}

import { areNodesDown, bringNodesBack, isOfNodes } from '../cluster/recovering/node-recovery.ts';
import { describeRecovery } from '../cluster/recovering/recover-fault.ts';
import { connectAgain } from '../cluster/recovering/await-recovery.ts';
import type { LedgerEntry } from '../model/cluster.ts';
import type { Leftover } from './leftover.ts';

/**
 * Faults in force beneath the API server, which perhaps answers nobody: they are found and healed without it. Each is gone
 * when it answers again.
 */
export async function nodeFaultLeftovers(entries: readonly LedgerEntry[], run: string): Promise<Leftover[]> {
	const leftovers: Leftover[] = [];
	for (const entry of entries) {
		if (entry.makes !== 'fault' || !isOfNodes(entry.recovery) || !(await areNodesDown(entry.recovery))) continue;
		const { fault, recovery, kubeconfig, context } = entry;
		const title = `fault ${fault} in force: ${describeRecovery(recovery)}`;
		const remove = async () => {
			await bringNodesBack(recovery);
			const client = await connectAgain(kubeconfig, context);
			client.close();
		};
		leftovers.push({ title, run, rank: -2, key: title, isHealed: true, remove });
	}
	return leftovers;
}

/** Whether an API server may be on its way back from such a fault. */
export function mayBeRestarting(entries: readonly LedgerEntry[]): boolean {
	return entries.some((entry) => entry.makes === 'fault' && isOfNodes(entry.recovery));
}

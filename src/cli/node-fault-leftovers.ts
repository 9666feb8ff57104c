import { setTimeout as sleep } from 'node:timers/promises';
import { areNodesDown, bringNodesBack, isOfNodes, type NodesRecovery } from '../cluster/recovering/node-recovery.ts';
import { describeRecovery } from '../cluster/recovering/recover-fault.ts';
import { connectAgain } from '../cluster/recovering/await-recovery.ts';
import type { LedgerEntry } from '../model/cluster.ts';
import type { Leftover } from './leftover.ts';

/** From a command that was sent to its effect on a busy machine. Milliseconds. */
const underWay = 5000;
const pause = 250;

/**
 * Faults in force beneath the API server, which perhaps answers nobody: they are found and healed without it. Each is gone
 * when it answers again.
 */
export async function nodeFaultLeftovers(entries: readonly LedgerEntry[], run: string): Promise<Leftover[]> {
	const leftovers: Leftover[] = [];
	for (const { fault, recovery, kubeconfig, context } of entries.filter((entry) => entry.makes === 'fault')) {
		if (!isOfNodes(recovery) || !(await comesToBeDown(recovery))) continue;
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

/** What a killed run had told Docker to do is perhaps still under way: it is looked at for a while. */
async function comesToBeDown(recovery: NodesRecovery): Promise<boolean> {
	const until = performance.now() + underWay;
	for (;;) {
		if (await areNodesDown(recovery)) return true;
		if (performance.now() > until) return false;
		await sleep(pause);
	}
}

/** Whether an API server may be on its way back from such a fault. */
export function mayBeRestarting(entries: readonly LedgerEntry[]): boolean {
	return entries.some((entry) => entry.makes === 'fault' && isOfNodes(entry.recovery));
}

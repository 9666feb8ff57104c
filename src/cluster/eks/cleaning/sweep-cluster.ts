import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { AwsClients } from '../aws/clients.ts';
import { type CloudThing, cloudKinds } from './cloud-thing.ts';
import { searchRegion } from './search-region.ts';

/** What one round leaves behind becomes free in the next: interfaces of instances that have just gone. */
const rounds = 5;

/**
 * Deletes what is left of one cluster, in order, and looks again until a look finds nothing: that is the proof. Resolves
 * with what is left and why, a sentence each; empty when nothing is.
 */
export async function sweepCluster(
	clients: AwsClients,
	name: string,
	onPhase: (phase: string) => void,
): Promise<string[]> {
	let refused: string[] = [];
	for (let round = 0; round < rounds; round += 1) {
		const { clusters, failures } = await searchRegion(clients, [name]);
		const things = clusters.find((one) => one.name === name)?.things ?? [];
		if (things.length === 0 || failures.length > 0) return failures;
		refused = await removeInOrder(things, onPhase);
		if (refused.length > 0) return refused;
	}
	return refused.length > 0 ? refused : [`things of ${name} came again and again`];
}

/** Kind after kind, the things of a kind at once; what comes after a failure can't go before, and is not tried. */
async function removeInOrder(things: readonly CloudThing[], onPhase: (phase: string) => void): Promise<string[]> {
	const refused: string[] = [];
	for (const kind of cloudKinds) {
		const ofKind = things.filter((thing) => thing.kind === kind);
		const removals = ofKind.map(async (thing) => {
			onPhase(`deleting ${kind} ${thing.id}`);
			await thing.remove().catch((error: unknown) => {
				if (!(error instanceof GatecrashError)) throw error;
				refused.push(`${kind} ${thing.id}: ${error.message}`);
			});
		});
		await Promise.all(removals);
		if (refused.length === 0) continue;
		const later = things.filter((thing) => cloudKinds.indexOf(thing.kind) > cloudKinds.indexOf(kind));
		return [...refused, ...later.map((thing) => `${thing.kind} ${thing.id}: it was not tried`)];
	}
	return refused;
}

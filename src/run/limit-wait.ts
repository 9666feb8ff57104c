import type { ClusterTiming } from '../model/cluster.ts';
import type { Agents } from './agents.ts';
import { calibrate, type EpochWait } from './calibration.ts';
import { withinDeadline } from './deadline.ts';
import type { Tries, Try } from './tries.ts';

/**
 * Tries are sent with the wait that an earlier burst suggests, or the longest one; once controls of the same burst have
 * told how slow things are, those that are still out need not wait longer than that. Asked twice, because the load of a
 * burst comes after its commands. Sets `wait.current`, and adds the agents' round trips to `wait.roundTrips`.
 */
export async function limitWait(
	sending: Promise<Try[]>,
	tries: Tries,
	agents: Agents,
	wait: EpochWait,
	timing: ClusterTiming,
): Promise<void> {
	wait.roundTrips.push(...(await agents.roundTrips()));
	if ((await withinDeadline(sending, timing.waitFloor / 2)) !== undefined) return;
	wait.roundTrips.push(...(await agents.roundTrips()));
	const { wait: enough } = calibrate([...wait.roundTrips, ...tries.roundTrips()], timing);
	if (enough >= wait.current) return;
	wait.current = enough;
	for (const { session } of agents.alive()) session.send({ do: 'limit-wait', wait: enough });
}

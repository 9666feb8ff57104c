import type { ClusterTiming } from '../model/cluster.ts';
import type { Agents } from './agents.ts';
import { calibrate, type EpochWait } from './calibration.ts';
import { withinDeadline } from './deadline.ts';
import type { Tries, Try, TryRequest } from './tries.ts';

/**
 * Sends tries that wait for `wait.current`, and once the last has left limits the wait of those that are still out to
 * what the controls of the same burst have shown to be enough. Not before: a burst that is still going slows down what
 * comes after, and a limit from its beginning would be too short for its end. Sets `wait.current` to the limit, and
 * adds the agents' round trips to `wait.roundTrips`.
 */
export async function sendCalibrated(
	tries: Tries,
	agents: Agents,
	requests: readonly TryRequest[],
	{ epoch, wait, timing }: { epoch: number; wait: EpochWait; timing: ClusterTiming },
): Promise<Try[]> {
	let allSent = () => {};
	const sent = new Promise<void>((resolve) => {
		allSent = resolve;
	});
	const sending = tries.send(requests, epoch, () => wait.current, allSent);
	const [made] = await Promise.all([sending, sent.then(() => limitWait(sending, tries, agents, wait, timing))]);
	return made;
}

/** The agents are asked twice, because the load of a burst comes after its commands. */
async function limitWait(
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

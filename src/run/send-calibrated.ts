import type { ClusterTiming } from '../model/cluster.ts';
import type { Cell } from '../model/plan.ts';
import type { Agents } from './agents.ts';
import { calibrate, type EpochWait } from './calibration.ts';
import { withinDeadline } from './deadline.ts';
import { expectedState } from './expected-state.ts';
import type { Tries, Try, TryRequest } from './tries.ts';

/**
 * Sends tries that wait for `wait.current`, and once the last has left limits the wait of those that are still out to
 * what the controls of the same burst have shown to be enough. Not before: a burst that is still going slows down what
 * comes after, and a limit from its beginning would be too short for its end; nor before those that are meant to be
 * answered have been, for a slow answer among them is a control too. Sets `wait.current` to the limit, and
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
	const controls = new Set(requests.filter(isMeantToAnswer).map(({ cell }) => cell));
	const limited = sent.then(() => limitWait(sending, controls, tries, agents, wait, timing));
	const [made] = await Promise.all([sending, limited]);
	return made;
}

/** The agents are asked twice, because the load of a burst comes after its commands. */
async function limitWait(
	sending: Promise<Try[]>,
	controls: ReadonlySet<Cell>,
	tries: Tries,
	agents: Agents,
	wait: EpochWait,
	timing: ClusterTiming,
): Promise<void> {
	wait.roundTrips.push(...(await agents.roundTrips()));
	if ((await withinDeadline(sending, timing.waitFloor / 2)) !== undefined) return;
	await withinDeadline(tries.whenEnded(controls), wait.current);
	wait.roundTrips.push(...(await agents.roundTrips()));
	const { wait: enough } = calibrate([...wait.roundTrips, ...tries.roundTrips()], timing);
	if (enough >= wait.current) return;
	wait.current = enough;
	for (const { session } of agents.alive()) session.send({ do: 'limit-wait', wait: enough });
}

/** Elsewhere tries go on until they are answered, and one more that is late costs nothing. */
function isMeantToAnswer({ cell, purpose }: TryRequest): boolean {
	return purpose === 'declared' && expectedState(cell) === 'open';
}

import { setTimeout as sleep } from 'node:timers/promises';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import { explainAws, isDependency, isGone } from '../aws/aws-error.ts';

/** `there`: nobody is deleting it, so that is to be asked for again. `failed`: AWS has given up, and says why. */
export type State = 'gone' | 'going' | 'there' | { failed: string };

export interface Removal {
	/** `security group sg-1`. */
	what: string;
	/** Asks for it; what it needs done first is part of it. */
	remove: () => Promise<unknown>;
	look: () => Promise<State>;
	/** Milliseconds. */
	bound: number;
}

const firstPause = 200;
const longestPause = 10_000;
/** AWS gives up on a stack where something of it is in use; a while later it may not be. */
const attempts = 4;

/**
 * Asks AWS to delete something, and waits until it is gone; asks again where something else still uses it, or where AWS
 * gave up. @throws GatecrashError GC_CLEANUP when the bound passes, GC_NOT_PERMITTED, GC_CLUSTER.
 */
export async function removeUntilGone({ what, remove, look, bound }: Removal): Promise<void> {
	const until = performance.now() + bound;
	let why = '';
	let failures = 0;
	let ask = true;
	for (let pause = firstPause; ; pause = Math.min(pause * 2, longestPause)) {
		if (ask) {
			const used = await asked(what, remove);
			if (used === 'gone') return;
			why = used ?? why;
		}
		const state = await look().catch((error: unknown): State => goneOr(error, what));
		if (state === 'gone') return;
		if (typeof state === 'object') {
			why = state.failed;
			failures += 1;
		}
		if (performance.now() > until || failures >= attempts) {
			throw new GatecrashError('GC_CLEANUP', `${what} could not be deleted${why === '' ? '' : `: ${why}`}`);
		}
		ask = state !== 'going';
		await sleep(pause);
	}
}

/** Undefined: AWS took it on; a text: what keeps it. */
async function asked(what: string, remove: () => Promise<unknown>): Promise<string | undefined> {
	try {
		await remove();
		return undefined;
	} catch (error) {
		if (isDependency(error)) return (error as Error).message;
		return goneOr(error, what);
	}
}

function goneOr(error: unknown, what: string): 'gone' {
	if (isGone(error)) return 'gone';
	throw explainAws(error, `delete ${what}`);
}

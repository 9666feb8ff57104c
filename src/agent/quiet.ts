import type { Witness } from './witness.ts';

/** Under traffic that never ends a barrier can't wait for quiet; whatever comes after this long came after it. */
const longest = 1000;

/**
 * Calls back once everything that lay in the sockets has been read: accepting, reading and answering take a turn of the
 * event loop each, so three turns in which nothing arrived.
 */
export function whenQuiet(witness: Witness, callback: () => void): void {
	const until = performance.now() + longest;
	let quietTurns = 0;
	let arrivals = witness.arrivals;
	const turn = () => {
		quietTurns = witness.arrivals === arrivals ? quietTurns + 1 : 0;
		arrivals = witness.arrivals;
		if (quietTurns >= 3 || performance.now() > until) callback();
		else setImmediate(turn);
	};
	setImmediate(turn);
}

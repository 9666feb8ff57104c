import type { Prediction } from '../model/plan.ts';

/**
 * What can be said of a connection that is held: `since` begins with the prediction when it was opened, followed by one
 * after each change. Concepts page, "Pod lifecycle": whether a change of policies acts on connections that are there
 * already is up to the implementation. So only what was allowed all the time is allowed.
 */
export function predictHeld(since: readonly Prediction[]): Prediction {
	const [opened, ...later] = since;
	if (!opened) return { verdict: 'unknown', because: ['the connection was never opened'] };
	if (opened.verdict !== 'allowed') {
		return { verdict: opened.verdict, because: opened.because.map((text) => `when it was opened: ${text}`) };
	}
	const unknown = later.find(({ verdict }) => verdict === 'unknown');
	if (unknown) return unknown;
	const changed = later.find(({ verdict }) => verdict !== 'allowed');
	if (!changed) return later.at(-1) ?? opened;
	return {
		verdict: 'open',
		because: [
			'it was allowed when it was opened, and the specification leaves open whether a policy that came later acts on it',
			...changed.because,
		],
	};
}

/** The same around a fault, state by state: what becomes of a connection that was allowed when it began is open. */
export function keptStates<State extends string>(states: readonly State[]): (State | 'open')[] {
	const isEverAllowed = states.some((state) => state === 'allowed');
	return states.map((state) => (state === 'blocked' && isEverAllowed ? 'open' : state));
}

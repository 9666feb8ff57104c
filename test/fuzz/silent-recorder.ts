import type { Recorder } from '../../src/run/recorder.ts';

export interface SilentRecorder extends Recorder {
	/** A half-open connection from this planned source was seen by a listener. */
	sawSyn(source: { address?: string; port: number }): boolean;
}

/** Keeps nothing but half-open connections: a fuzz run has no history to be judged later. */
export function silentRecorder(): SilentRecorder {
	const syns = new Set<string>();
	let lines = 0;
	return {
		append: (event) => {
			if (event.is === 'syn') syns.add(`${event.from.address} ${event.from.port}`);
			return ++lines;
		},
		flush: () => {},
		time: (now = performance.now()) => now,
		sawSyn: ({ address, port }) => syns.has(`${address} ${port}`),
	};
}

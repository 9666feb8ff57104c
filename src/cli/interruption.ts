import { setMaxListeners } from 'node:events';
import type { Context } from './context.ts';

/** What ended a run before its time, and the signal that tells the run so. */
export interface Interruption {
	signal: AbortSignal;
	/** SIGINT or SIGTERM once one came; `timeout` when `--timeout` was reached. */
	readonly cause: 'SIGINT' | 'SIGTERM' | 'timeout' | undefined;
	/** Takes the handlers and the timer away; whoever watched calls it. */
	close(): void;
}

const codes = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * The first signal lets the run undo everything; the second leaves at once. `left` says, at that moment, what is left
 * and how to clean it up.
 */
export function watchInterruption(context: Context, timeout: number | undefined, left: () => string): Interruption {
	const controller = new AbortController();
	// Every scenario and step of a run listens to it; Node would take more than ten listeners for a leak.
	setMaxListeners(0, controller.signal);
	let cause: Interruption['cause'];
	const interrupt = (by: NonNullable<Interruption['cause']>): void => {
		cause = by;
		controller.abort(new Error(by === 'timeout' ? 'the time of --timeout is over' : `interrupted by ${by}`));
	};
	const onSignal = (name: 'SIGINT' | 'SIGTERM'): void => {
		if (cause === 'SIGINT' || cause === 'SIGTERM') {
			context.leave(codes[name], `\n${name} again: leaving at once, nothing more is undone. ${left()}\n`);
		}
		interrupt(name);
		context.stderr(`\n${name}: stopping and undoing everything; once more leaves at once\n`);
	};
	const onInterrupt = (): void => onSignal('SIGINT');
	const onTerminate = (): void => onSignal('SIGTERM');
	process.on('SIGINT', onInterrupt);
	process.on('SIGTERM', onTerminate);
	const timer = timeout === undefined ? undefined : setTimeout(() => cause ?? interrupt('timeout'), timeout);
	return {
		signal: controller.signal,
		get cause() {
			return cause;
		},
		close() {
			process.off('SIGINT', onInterrupt);
			process.off('SIGTERM', onTerminate);
			clearTimeout(timer);
		},
	};
}

import { connect } from 'node:net';
import type { Readable, Writable } from 'node:stream';

/** An exec can come before the agent listens. Milliseconds. */
const patience = 10_000;
const between = 50;

/**
 * Joins a stream to the resident agent's socket. Resolves with the exit code once either side has ended: 0, or 69 (unavailable,
 * sysexits.h) when no agent answered.
 */
export function attach(path: string, input: Readable, output: Writable): Promise<number> {
	const until = performance.now() + patience;
	return new Promise((resolve) => {
		const tryOnce = () => {
			const socket = connect(path);
			socket.once('connect', () => {
				socket.removeAllListeners('error');
				for (const stream of [socket, input, output]) stream.on('error', () => resolve(0));
				socket.on('close', () => output.write('', () => resolve(0)));
				input.on('end', () => resolve(0));
				input.pipe(socket);
				socket.pipe(output);
			});
			socket.once('error', (error) => {
				if (performance.now() < until) return setTimeout(tryOnce, between);
				process.stderr.write(`gatecrash agent: no agent on ${path}: ${error.message}\n`);
				return resolve(69);
			});
		};
		tryOnce();
	});
}

import { chmodSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { Agent } from './agent.ts';
import { ControlStream } from './control-stream.ts';

/** Without a hello in this time a connection is closed. Milliseconds. */
const helloWithin = 10_000;

/**
 * Serves controllers on a unix socket, one at a time: whoever says hello last. A broken stream changes nothing for the
 * agent. Rejects when the path can't be used, or another agent lives there.
 */
export async function serveControllers(path: string, agent: Agent): Promise<void> {
	if (await answers(path)) throw new Error(`another agent listens on ${path}`);
	rmSync(path, { force: true });
	const server = createServer((socket) => {
		const stream = new ControlStream(socket, socket, agent.records);
		const impatience = setTimeout(() => {
			if (!stream.greeted) stream.close();
		}, helloWithin);
		stream.start(
			(line) => agent.command(line, stream),
			() => {
				clearTimeout(impatience);
				agent.lost(stream);
				stream.close();
			},
		);
	});
	agent.onReplaced = (old) => old.close();
	await new Promise<void>((resolve, reject) => {
		server.once('error', reject);
		server.listen(path, () => {
			chmodSync(path, 0o600);
			resolve();
		});
	});
}

function answers(path: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = connect(path, () => {
			socket.destroy();
			resolve(true);
		});
		socket.on('error', () => resolve(false));
	});
}

import { createServer, type Server } from 'node:net';
import type { IpFamily } from '../model/address.ts';
import type { AgentListen } from '../model/agent.ts';
import { ServerConversation } from './server-conversation.ts';
import type { Witness } from './witness.ts';

/** Connections that wait for accept; the kernel caps it at net.core.somaxconn. */
const backlog = 4096;

/** Listens on every address of one family. Rejects with the system's error. */
export function listenTcp(
	{ port, first }: Pick<AgentListen, 'port' | 'first'>,
	family: IpFamily,
	connections: number,
	witness: Witness,
): Promise<void> {
	const server = createServer({ noDelay: true }, (socket) => {
		witness.arrivals += 1;
		new ServerConversation(socket, family, port, witness, first);
	});
	server.on('drop', () => {
		witness.arrivals += 1;
		witness.strays += 1;
	});
	return listenOn(server, port, family, connections, witness);
}

/** Opens a server on every address of one family, for so many connections at once. Rejects with the system's error. */
export function listenOn(
	server: Server,
	port: number,
	family: IpFamily,
	connections: number,
	witness: Witness,
): Promise<void> {
	server.maxConnections = connections;
	return new Promise((resolve, reject) => {
		server.once('error', reject);
		const six = family === 'ipv6';
		server.listen({ port, host: six ? '::' : '0.0.0.0', ipv6Only: six, backlog, exclusive: true }, () => {
			server.off('error', reject);
			// Accepting can fail for a moment (no file descriptor left); the listener goes on.
			server.on('error', () => {
				witness.strays += 1;
			});
			resolve();
		});
	});
}

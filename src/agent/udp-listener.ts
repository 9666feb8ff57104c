import { createSocket } from 'node:dgram';
import type { IpFamily } from '../model/address.ts';
import { maximumLineLength } from '../model/agent.ts';
import { literalLookup } from './literal-lookup.ts';
import { readTokenLine } from './wire.ts';
import type { Resolver } from './resolver.ts';
import type { Witness } from './witness.ts';

/** The kernel caps it at net.core.rmem_max. */
const receiveBuffer = 4 * 1024 * 1024;

/**
 * Listens on one address, or on every one of a family (`::`, `0.0.0.0`). Rejects with the system's error.
 * `shared`: sockets on single addresses may lie over the one for all of them.
 */
export function listenUdp(
	port: number,
	family: IpFamily,
	address: string,
	shared: boolean,
	witness: Witness,
	resolver: Resolver | undefined,
): Promise<void> {
	const six = family === 'ipv6';
	const socket = createSocket({
		type: six ? 'udp6' : 'udp4',
		ipv6Only: six,
		reuseAddr: shared,
		lookup: literalLookup,
	});
	socket.on('message', (message, from) => {
		witness.arrivals += 1;
		const line = message.length <= maximumLineLength ? message.toString('latin1').replace(/\n$/, '') : '';
		const token = readTokenLine(line);
		if (token === undefined && resolver) {
			const ends = { from: { address: from.address, port: from.port }, to: { address, port } };
			void resolver.answer(message, { over: 'udp', ...ends }).then((answer) => {
				if (answer !== undefined) socket.send(answer, from.port, from.address, () => {});
			});
			return;
		}
		if (token === undefined) {
			witness.strays += 1;
			return;
		}
		witness.note(token, 'udp', { address: from.address, port: from.port }, { address, port }, false);
		socket.send(witness.reply(token), from.port, from.address, () => {
			// A reply that can't be sent: the client will say so.
		});
	});
	return new Promise((resolve, reject) => {
		socket.once('error', (error) => {
			socket.close();
			reject(error);
		});
		socket.bind({ port, address, exclusive: true }, () => {
			socket.removeAllListeners('error');
			socket.on('error', () => {
				witness.strays += 1;
			});
			try {
				socket.setRecvBufferSize(receiveBuffer);
			} catch {
				// The default must do; the loss counters tell.
			}
			resolve();
		});
	});
}

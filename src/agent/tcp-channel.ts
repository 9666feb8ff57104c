import { connect, type Socket } from 'node:net';
import type { AttemptCommand } from '../model/agent.ts';
import { type Channel, type ChannelEvents, outcomeOfError } from './channel.ts';

/** Opens a TCP connection from the planned source port. */
export function openTcpChannel(command: AttemptCommand, events: ChannelEvents): Channel {
	const socket = connect({
		host: command.destination.address,
		port: command.destination.port,
		family: command.family === 'ipv6' ? 6 : 4,
		...(command.source.address && { localAddress: command.source.address }),
		...(command.source.port && { localPort: command.source.port }),
		noDelay: true,
	});
	let ended = false;
	let local = false;
	const end = (report: () => void) => {
		if (ended) return;
		ended = true;
		report();
	};
	// Node connects in its next tick; this one comes right after it: a socket that is destroyed by now failed within the call.
	process.nextTick(() => {
		local = socket.destroyed;
	});
	socket.setEncoding('latin1');
	socket.on('connectionAttempt', () => events.sending());
	socket.on('connect', () => !ended && events.open());
	socket.on('data', (text: string) => !ended && events.data(text));
	socket.on('error', (error) => end(() => events.ended(outcomeOfError(error, local))));
	socket.on('end', () => end(() => events.ended({ code: 'closed' })));
	socket.on('close', () => end(() => events.ended({ code: 'closed' })));
	return {
		send: (text) => {
			if (!ended) socket.write(text, 'latin1');
		},
		source: () => ({
			...(socket.localAddress !== undefined && { address: socket.localAddress }),
			...(socket.localPort !== undefined && { port: socket.localPort }),
		}),
		close: () => {
			ended = true;
			closeAtOnce(socket);
		},
	};
}

/**
 * With a reset, where there is a connection: after a plain close the kernel would go on retransmitting a token that was
 * not acknowledged, and deliver it when a policy has long been changed. In SYN_SENT a close sends nothing and ends
 * the retransmission of the SYN.
 */
function closeAtOnce(socket: Socket): void {
	if (socket.destroyed) return;
	if (socket.connecting) socket.destroy();
	else socket.resetAndDestroy();
}

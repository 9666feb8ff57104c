import { connect, type Socket } from 'node:net';
import type { AttemptCommand } from '../model/agent.ts';
import { type Channel, type ChannelEvents, outcomeOfError } from './channel.ts';

/** Opens a TCP connection from the planned source port. */
export function openTcpChannel(command: AttemptCommand, events: ChannelEvents): Channel {
	let ended = false;
	const end = (report: () => void) => {
		if (ended) return;
		ended = true;
		report();
	};
	const socket = dialTcp(
		command,
		(error, local) => end(() => events.ended(outcomeOfError(error, local))),
		() => events.sent?.(),
	);
	socket.setEncoding('latin1');
	socket.on('connectionAttempt', () => events.sending());
	socket.on('connect', () => !ended && events.open());
	socket.on('data', (text: string) => !ended && events.data(text));
	socket.on('end', () => end(() => events.ended({ code: 'closed' })));
	socket.on('close', () => end(() => events.ended({ code: 'closed' })));
	return {
		send: (text) => {
			if (!ended) socket.write(text, 'latin1');
		},
		source: () => localEnd(socket),
		close: () => {
			ended = true;
			closeAtOnce(socket);
		},
	};
}

/** A socket that connects from the planned source port. `failed`: `local` says that the call itself did, and nothing left the pod. `dialled`: told when the call has returned. */
export function dialTcp(
	{ destination, family, source }: AttemptCommand,
	failed: (error: Error, local: boolean) => void,
	dialled: () => void = () => {},
): Socket {
	const socket = connect({
		host: destination.address,
		port: destination.port,
		family: family === 'ipv6' ? 6 : 4,
		...(source.address && { localAddress: source.address }),
		...(source.port && { localPort: source.port }),
		noDelay: true,
	});
	let local = false;
	// Node connects in its next tick; this one comes right after it: a socket that is destroyed by now failed within the call.
	process.nextTick(() => {
		local = socket.destroyed;
		dialled();
	});
	return socket.on('error', (error) => failed(error, local));
}

export function localEnd({ localAddress: address, localPort: port }: Socket): { address?: string; port?: number } {
	return { ...(address !== undefined && { address }), ...(port !== undefined && { port }) };
}

/**
 * With a reset, where there is a connection: after a plain close the kernel would go on retransmitting a token that was
 * not acknowledged, and deliver it when a policy has long been changed. In SYN_SENT a close sends nothing and ends
 * the retransmission of the SYN.
 */
export function closeAtOnce(socket: Socket): void {
	if (socket.destroyed) return;
	if (socket.connecting) socket.destroy();
	else socket.resetAndDestroy();
}

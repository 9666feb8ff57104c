import { createSocket } from 'node:dgram';
import type { AttemptCommand } from '../model/agent.ts';
import { type Channel, type ChannelEvents, outcomeOfError } from './channel.ts';
import { literalLookup } from './literal-lookup.ts';

/**
 * A connected UDP socket on the planned source port: only the destination's datagrams reach it, and the kernel hands it
 * ICMP errors.
 */
export function openUdpChannel(command: AttemptCommand, events: ChannelEvents): Channel {
	const six = command.family === 'ipv6';
	const socket = createSocket({
		type: six ? 'udp6' : 'udp4',
		ipv6Only: six,
		lookup: literalLookup,
	});
	let ended = false;
	let sent = 0;
	const fail = (error: unknown, local: boolean) => {
		if (ended) return;
		ended = true;
		socket.close();
		events.ended(outcomeOfError(error, local));
	};
	let connected = false;
	socket.on('error', (error) => fail(error, !connected));
	socket.on('message', (message) => !ended && events.data(message.toString('latin1')));
	socket.bind(
		{ port: command.source.port, address: command.source.address ?? (six ? '::' : '0.0.0.0'), exclusive: true },
		() => {
			if (ended) return;
			socket.connect(command.destination.port, command.destination.address, ((error?: Error) => {
				if (ended) return;
				if (error) return fail(error, true);
				connected = true;
				events.open();
			}) as () => void);
		},
	);
	return {
		send: (text) => {
			if (ended) return;
			if (sent === 0) events.sending();
			sent += 1;
			// The first datagram's error is a local one; a later send may be told about an ICMP error to an earlier one.
			const first = sent === 1;
			socket.send(Buffer.from(text, 'latin1'), (error) => error && fail(error, first));
		},
		source: () => {
			try {
				const { address, port } = socket.address();
				return { address, port };
			} catch {
				return {};
			}
		},
		close: () => {
			if (ended) return;
			ended = true;
			socket.close();
		},
	};
}

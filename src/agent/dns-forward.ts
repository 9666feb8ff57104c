import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import type { Addresses } from '../model/address.ts';
import type { DnsTransport } from '../model/dns.ts';
import { framed, lengthOf } from './dns-dialect.ts';
import { literalLookup } from './literal-lookup.ts';

export type UpstreamOf = Addresses;

/** Shorter than a client waits; milliseconds. */
const patience = 800;

/**
 * Asks another resolver the same question, over UDP where it came over UDP and else over TCP, as CoreDNS's forward does
 * (a truncated answer goes back as it is). Undefined: no answer came.
 */
export function forwardQuery(message: Buffer, upstream: UpstreamOf, over: DnsTransport): Promise<Buffer | undefined> {
	const address = upstream.ipv4 ?? upstream.ipv6;
	if (address === undefined) return Promise.resolve(undefined);
	return over === 'udp' ? overUdp(message, address) : overTcp(message, address);
}

function overUdp(message: Buffer, address: string): Promise<Buffer | undefined> {
	const six = address.includes(':');
	const socket = createSocket({ type: six ? 'udp6' : 'udp4', lookup: literalLookup });
	return new Promise((resolve) => {
		let closed = false;
		const end = (answer: Buffer | undefined) => {
			if (closed) return;
			closed = true;
			clearTimeout(timer);
			socket.close();
			resolve(answer);
		};
		const timer = setTimeout(() => end(undefined), patience);
		socket.on('error', () => end(undefined));
		socket.on('message', (answer) => {
			// The message's id stands in its first two bytes.
			if (answer.length >= 12 && answer.readUInt16BE(0) === message.readUInt16BE(0)) end(answer);
		});
		socket.send(message, 53, address, (error) => error && end(undefined));
	});
}

function overTcp(message: Buffer, address: string): Promise<Buffer | undefined> {
	return new Promise((resolve) => {
		const socket = connect({ host: address, port: 53, timeout: patience });
		let text = '';
		const end = (answer: Buffer | undefined) => {
			socket.destroy();
			resolve(answer);
		};
		const timer = setTimeout(() => end(undefined), patience);
		socket.setEncoding('latin1');
		socket.on('connect', () => socket.write(framed(message.toString('latin1')), 'latin1'));
		socket.on('data', (more: string) => {
			text += more;
			const length = lengthOf(text);
			if (length !== undefined && text.length >= length + 2) end(Buffer.from(text.slice(2, length + 2), 'latin1'));
		});
		socket.on('error', () => end(undefined));
		socket.on('close', () => {
			clearTimeout(timer);
			end(undefined);
		});
	});
}

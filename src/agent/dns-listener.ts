import type * as nodeHttp2 from 'node:http2';
import { createServer, type Server, type Socket } from 'node:net';
import type * as nodeTls from 'node:tls';
import type { IpFamily, SocketAddress } from '../model/address.ts';
import { wireMagic } from '../model/agent.ts';
import type { DnsTransport } from '../model/dns.ts';
import { framed, lengthOf } from './dns-dialect.ts';
import type { Resolver } from './resolver.ts';
import { selfSigned } from './self-signed.ts';
import { ServerConversation } from './server-conversation.ts';
import { listenOn } from './tcp-listener.ts';
import { unknownAddress, type Witness } from './witness.ts';

/** A client that asks nothing for this long is gone; milliseconds. */
const idle = 30_000;
const maximumBody = 65_535;

type Over = Exclude<DnsTransport, 'udp'>;

/** A resolver over TCP, TLS or HTTPS, on every address of one family. Rejects with the system's error. */
export function listenDns(
	port: number,
	over: Over,
	family: IpFamily,
	connections: number,
	resolver: Resolver,
	witness: Witness,
): Promise<void> {
	const server = serverFor(over, family, port, resolver, witness);
	server.on('drop', () => {
		witness.strays += 1;
	});
	return listenOn(server, port, family, connections, witness);
}

function serverFor(over: Over, family: IpFamily, port: number, resolver: Resolver, witness: Witness): Server {
	const ends = (socket: Socket) => ({ over, ...endsOf(socket, family, port) });
	if (over === 'tcp') {
		return createServer({ noDelay: true }, (socket) => {
			const asDns = (text: string) => hearFrames(socket, ends(socket), resolver, witness, text);
			hearFirst(socket, asDns, () => new ServerConversation(socket, family, port, witness));
		});
	}
	const certificate = ownCertificate();
	if (over === 'tls') {
		const tls: typeof nodeTls = process.getBuiltinModule('node:tls');
		const server = tls.createServer({ ...certificate, ALPNProtocols: ['dot'], noDelay: true }, (socket) =>
			hearFrames(socket, ends(socket), resolver, witness),
		);
		// A handshake that fails is the client's to tell.
		return server.on('tlsClientError', () => {});
	}
	const http2: typeof nodeHttp2 = process.getBuiltinModule('node:http2');
	const server = http2.createSecureServer(certificate);
	server.on('sessionError', () => {});
	server.on('stream', (stream) => {
		const { socket } = stream.session ?? {};
		if (socket) hearPost(stream, ends(socket as Socket), resolver);
	});
	return server as unknown as Server;
}

let made: ReturnType<typeof selfSigned> | undefined;

function ownCertificate() {
	made ??= selfSigned();
	return made;
}

/** The first bytes decide: a token's line or an HTTP request would be the length of a query that nobody asks. */
function hearFirst(socket: Socket, asDns: (text: string) => void, asTokens: () => void): void {
	socket.setEncoding('latin1');
	socket.setTimeout(idle, () => socket.destroy());
	socket.on('error', () => {});
	socket.once('data', (text: string) => {
		if (!text.startsWith(`${wireMagic} `) && !/^(?:GET|HEAD) /.test(text)) return asDns(text);
		asTokens();
		socket.emit('data', text);
	});
}

type Ends = Parameters<Resolver['answer']>[1];

/** Messages with their length before them; answered in the order in which their answers are there (RFC 7766, 7). */
function hearFrames(socket: Socket, ends: Ends, resolver: Resolver, witness: Witness, first = ''): void {
	let rest = '';
	socket.setEncoding('latin1');
	socket.setTimeout(idle, () => socket.destroy());
	socket.on('error', () => {});
	const hear = (text: string) => {
		witness.arrivals += 1;
		rest += text;
		for (let length = lengthOf(rest); length !== undefined && rest.length >= length + 2; length = lengthOf(rest)) {
			const message = Buffer.from(rest.slice(2, length + 2), 'latin1');
			rest = rest.slice(length + 2);
			void resolver.answer(message, ends).then((answer) => {
				if (answer === undefined) socket.destroy();
				else if (!socket.destroyed) socket.write(framed(answer.toString('latin1')), 'latin1');
			});
		}
	};
	socket.on('data', hear);
	if (first !== '') hear(first);
}

function hearPost(stream: nodeHttp2.ServerHttp2Stream, ends: Ends, resolver: Resolver): void {
	const parts: Buffer[] = [];
	let length = 0;
	stream.on('error', () => {});
	stream.on('data', (part: Buffer) => {
		length += part.length;
		if (length <= maximumBody) parts.push(part);
	});
	stream.on('end', () => {
		void resolver.answer(Buffer.concat(parts), ends).then((answer) => {
			if (stream.destroyed) return;
			if (answer === undefined) {
				stream.respond({ ':status': 400 }, { endStream: true });
				return;
			}
			stream.respond({ ':status': 200, 'content-type': 'application/dns-message' });
			stream.end(answer);
		});
	});
}

function endsOf(
	{ remoteAddress, remotePort, localAddress, localPort }: Socket,
	family: IpFamily,
	port: number,
): { from: SocketAddress; to: SocketAddress } {
	const end = (address: string | undefined, number: number | undefined) =>
		address === undefined || number === undefined ? undefined : { address, port: number };
	return {
		from: end(remoteAddress, remotePort) ?? unknownAddress(family),
		to: end(localAddress, localPort) ?? { ...unknownAddress(family), port },
	};
}

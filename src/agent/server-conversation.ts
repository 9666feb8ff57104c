import type { Socket } from 'node:net';
import type { IpFamily, SocketAddress } from '../model/address.ts';
import { maximumLineLength } from '../model/agent.ts';
import { HttpRequest } from './http-request.ts';
import { readTokenLine } from './wire.ts';
import { unknownAddress, type Witness } from './witness.ts';

/** A connection that never sent a token is closed after this long; one that did may be a held one. Milliseconds. */
const idleWithoutToken = 10_000;
const idleWithToken = 900_000;
/** Replies that a peer doesn't read. */
const maximumUnread = 256 * 1024;

/** One accepted TCP connection: each line a token, or HTTP requests, as its first bytes say. */
export class ServerConversation {
	readonly #socket: Socket;
	readonly #witness: Witness;
	readonly #from: SocketAddress;
	readonly #to: SocketAddress;
	#rest = '';
	#tokens = 0;
	#request: HttpRequest | undefined;

	/** `first`: who speaks first on this port; undefined: the client. */
	constructor(socket: Socket, family: IpFamily, port: number, witness: Witness, first?: 'server') {
		this.#socket = socket;
		this.#witness = witness;
		this.#from = endOf(socket.remoteAddress, socket.remotePort) ?? unknownAddress(family);
		this.#to = endOf(socket.localAddress, socket.localPort) ?? { ...unknownAddress(family), port };
		socket.setEncoding('latin1');
		socket.setTimeout(idleWithoutToken, () => socket.destroy());
		// The peer's reset is no event of ours: what it sent has been read before.
		socket.on('error', () => {});
		socket.on('data', (text: string) => this.#hear(text));
		if (first === 'server') socket.write(witness.greeting(), 'latin1');
	}

	#hear(text: string): void {
		this.#witness.arrivals += 1;
		this.#rest += text;
		for (let end = this.#rest.indexOf('\n'); end !== -1; end = this.#rest.indexOf('\n')) {
			const line = this.#rest.slice(0, end);
			this.#rest = this.#rest.slice(end + 1);
			if (!this.#line(line)) return;
		}
		if (this.#rest.length > (this.#request?.maximumLine ?? maximumLineLength)) this.#stray();
	}

	/** False: the connection is given up. */
	#line(line: string): boolean {
		if (this.#request) return this.#httpLine(this.#request, line);
		if (line.length > maximumLineLength) return this.#stray();
		const token = readTokenLine(line);
		if (token !== undefined) {
			this.#note(token);
			return this.#write(this.#witness.reply(token));
		}
		const request = HttpRequest.begin(line);
		if (!request) return this.#stray();
		this.#request = request;
		// At once, not at the end of the head: a request whose rest is lost has arrived all the same.
		if (request.token !== undefined) this.#note(request.token);
		return true;
	}

	#httpLine(request: HttpRequest, line: string): boolean {
		const end = request.header(line);
		if (end === 'more') return true;
		if (end === 'stray') return this.#stray();
		this.#request = undefined;
		const { token, known, forwardedClientCert } = request;
		if (!known) this.#witness.strays += 1;
		if (token !== undefined && forwardedClientCert !== undefined) this.#witness.identify(token, forwardedClientCert);
		const open = this.#write(request.response(token === undefined ? undefined : this.#witness.reply(token)));
		if (open && request.closes) this.#socket.end();
		return open && !request.closes;
	}

	#note(token: string): void {
		if (this.#tokens === 0) this.#socket.setTimeout(idleWithToken);
		this.#witness.note(token, 'tcp', this.#from, this.#to, this.#tokens > 0);
		this.#tokens += 1;
	}

	#write(text: string): boolean {
		this.#socket.write(text, 'latin1');
		return this.#socket.writableLength > maximumUnread ? this.#stray() : true;
	}

	#stray(): false {
		this.#witness.strays += 1;
		this.#socket.destroy();
		return false;
	}
}

function endOf(address: string | undefined, port: number | undefined): SocketAddress | undefined {
	return address === undefined || port === undefined ? undefined : { address, port };
}

import type { IpFamily, Protocol, SocketAddress } from '../model/address.ts';
import { Sightings } from './sightings.ts';
import type { Stalls } from './stalls.ts';
import { greetingLine, replyLine } from './wire.ts';
import { streamSeparator } from '../model/agent.ts';
import type { Records } from './records.ts';

/** What every listener shares: it notes tokens, counts strays and makes replies. */
export class Witness {
	readonly #records: Records;
	readonly #key: Buffer;
	readonly #uid: string;
	/** Tokens of our own self-check: answered like any other, but no witness record of an attempt. */
	readonly own = new Set<string>();
	/** Input that was not of our protocol, or over a bound. */
	strays = 0;
	/** Grows with everything that arrives, so that a barrier can wait until nothing more lies in the sockets. */
	arrivals = 0;
	readonly sightings: Sightings;

	constructor(records: Records, key: Buffer, uid: string, stalls: Stalls) {
		this.#records = records;
		this.sightings = new Sightings(records, stalls);
		this.#key = key;
		this.#uid = uid;
	}

	/** A token arrived; to be called before the reply is sent. */
	note(token: string, protocol: Protocol, from: SocketAddress, to: SocketAddress, held: boolean, asked?: string): void {
		if (this.own.has(token)) return;
		if (this.sightings.note(token, protocol, from, to)) return;
		this.#records.add({
			is: 'witness',
			token,
			protocol,
			from,
			to,
			...(held && { held }),
			...(asked !== undefined && { asked }),
		});
	}

	/** What a proxy says of a token's sender; to be called before the reply is sent. Of streams, which ask often, nothing is kept. */
	identify(token: string, forwardedClientCert: string): void {
		if (this.own.has(token) || token.includes(streamSeparator)) return;
		this.#records.add({ is: 'identity', token, forwardedClientCert });
	}

	greeting(): string {
		return greetingLine(this.#key, this.#uid);
	}

	reply(token: string): string {
		return replyLine(this.#key, this.#uid, token);
	}
}

/** Stands for an address that could no longer be asked for, because the peer had reset the connection. */
export function unknownAddress(family: IpFamily): SocketAddress {
	return { address: family === 'ipv6' ? '::' : '0.0.0.0', port: 0 };
}

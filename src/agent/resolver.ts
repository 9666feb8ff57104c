import * as wire from 'dns-packet';
import type { SocketAddress } from '../model/address.ts';
import { type DnsTransport, dnsTransports, type ResolverSettings, selfCheckZone, tokenOption } from '../model/dns.ts';
import { forwardQuery, type UpstreamOf } from './dns-forward.ts';
import { type Asked, bytesFor, macRecord, readAsked, recordsFor, type Signer } from './dns-zone.ts';
import { isToken } from './wire.ts';
import type { Witness } from './witness.ts';

/** Where a query came from, and how. */
export interface Arrival {
	over: DnsTransport;
	from: SocketAddress;
	to: SocketAddress;
}

/** Names that were asked for more than once (rebinding) are remembered up to this many. */
const maximumAsked = 10_000;

/**
 * A DNS resolver that keeps a witness of every token that it is asked for. By itself it is authoritative for whatever
 * name holds a token, and refuses all else; with settings it knows names of its own, and passes on the rest.
 */
export class Resolver {
	readonly #signer: Signer;
	readonly #witness: Witness;
	readonly #settings: ResolverSettings | undefined;
	readonly #asked = new Map<string, number>();

	constructor(signer: Signer, witness: Witness, settings: ResolverSettings | undefined) {
		this.#signer = signer;
		this.#witness = witness;
		this.#settings = settings;
	}

	/** The answer to a message; undefined: there is none, because it is no query, or can't be answered. Never rejects. */
	answer(message: Buffer, arrival: Arrival): Promise<Buffer | undefined> {
		this.#witness.arrivals += 1;
		return this.#answer(message, arrival).catch(() => {
			this.#witness.strays += 1;
			return undefined;
		});
	}

	async #answer(message: Buffer, arrival: Arrival): Promise<Buffer | undefined> {
		const query = decodeQuery(message);
		const question = query?.questions?.[0];
		if (!query || !question) {
			this.#witness.strays += 1;
			return undefined;
		}
		const { options, limit } = ednsOf(query);
		const asked = readAsked(question.name, question.type, options);
		const { protocol } = dnsTransports[arrival.over];
		if (asked) this.#witness.note(asked.token, protocol, arrival.from, arrival.to, false, question.name);
		const most = arrival.over === 'udp' ? limit : 65_535;
		const name = question.name.toLowerCase();
		const known = this.#settings?.names[name];
		if (known && asked) return this.#respond(query, asked, most, addressRecords(question.name, known, question.type));
		if (this.#settings && !isBelow(name, selfCheckZone)) return this.#passOn(message, query, name, known, arrival);
		return asked ? this.#respond(query, asked, most) : encodeResponse(query, 'REFUSED', [], []);
	}

	async #passOn(
		message: Buffer,
		query: wire.DecodedPacket,
		name: string,
		known: string[] | undefined,
		arrival: Arrival,
	): Promise<Buffer> {
		const { domain, forward = [] } = this.#settings ?? {};
		const type = query.questions?.[0]?.type ?? 'A';
		if (known) return encodeResponse(query, 'NOERROR', addressRecords(name, known, type), []);
		if (domain !== undefined && isBelow(name, domain)) return encodeResponse(query, 'NXDOMAIN', [], []);
		const answer = await forwardQuery(message, upstreamFor(forward, name), arrival.over);
		this.#witness.arrivals += 1;
		return answer ?? encodeResponse(query, 'SERVFAIL', [], []);
	}

	/** With the MAC, truncated where it is longer than it may be. */
	#respond(query: wire.DecodedPacket, asked: Asked, most: number, given?: wire.Answer[]): Buffer {
		const key = asked.name.toLowerCase();
		const times = this.#asked.get(key) ?? 0;
		if (asked.rebind && this.#asked.size < maximumAsked) this.#asked.set(key, times + 1);
		const made = given ? { answers: given, owner: asked.name } : recordsFor(asked, times);
		const message = (bytes: number) => {
			const mac = macRecord(this.#signer, asked.token, made.owner, bytes);
			return asked.type === 'TXT' && !given
				? encodeResponse(query, 'NOERROR', [...made.answers, mac], [])
				: encodeResponse(query, 'NOERROR', made.answers, [mac]);
		};
		const whole = message(bytesFor(asked.ask.size, (bytes) => message(bytes).length));
		if (whole.length <= most) return whole;
		const mac = macRecord(this.#signer, asked.token, asked.name, 0);
		return encodeResponse(query, 'NOERROR', [], [mac], wire.TRUNCATED_RESPONSE);
	}
}

/** Of all that hold the name, the longest zone. */
function upstreamFor(forward: ResolverSettings['forward'], name: string): UpstreamOf {
	const holding = forward.filter(({ zone }) => isBelow(name, zone)).toSorted((a, b) => b.zone.length - a.zone.length);
	return (holding[0] ?? forward[0])?.addresses ?? {};
}

function isBelow(name: string, zone: string): boolean {
	return name === zone || name.endsWith(`.${zone}`);
}

function addressRecords(name: string, addresses: readonly string[], type: string): wire.Answer[] {
	const wanted = addresses.filter((address) => (type === 'AAAA') === address.includes(':'));
	if (type !== 'A' && type !== 'AAAA') return [];
	return wanted.map((data) => ({ type, name, ttl: 5, data }));
}

function decodeQuery(message: Buffer): wire.DecodedPacket | undefined {
	try {
		const query = wire.decode(message);
		return query.type === 'query' ? query : undefined;
	} catch {
		return undefined;
	}
}

/** The token in an option, and how long an answer over UDP may be. */
function ednsOf({ additionals = [] }: wire.DecodedPacket): { options: string | undefined; limit: number } {
	const opt = additionals.find((record) => record.type === 'OPT') as wire.OptAnswer | undefined;
	if (!opt) return { options: undefined, limit: 512 };
	const data = opt.options.find(({ code }) => Number(code) === tokenOption)?.data;
	const token = data instanceof Uint8Array ? Buffer.from(data).toString('latin1') : '';
	return { options: isToken(token) ? token : undefined, limit: Math.max(512, opt.udpPayloadSize) };
}

const responseCodes = { NOERROR: 0, SERVFAIL: 2, NXDOMAIN: 3, REFUSED: 5 };

function encodeResponse(
	{ id = 0, questions = [], flags = 0 }: wire.DecodedPacket,
	rcode: keyof typeof responseCodes,
	answers: wire.Answer[],
	additionals: wire.Answer[],
	more = 0,
): Buffer {
	const recursion = flags & wire.RECURSION_DESIRED;
	return wire.encode({
		...{ type: 'response', id, questions, answers, additionals },
		flags: wire.AUTHORITATIVE_ANSWER | recursion | more | responseCodes[rcode],
	});
}

import * as wire from 'dns-packet';
import { askedName, type DnsQuestion, type DnsResponse, tokenOption } from '../model/dns.ts';
import type { Outcome, OutcomeCode } from '../model/outcome.ts';
import { makeMac, readReply, stranger } from './wire.ts';

/** Types that the library knows by number only. */
const byNumber: Partial<Record<DnsQuestion['type'], string>> = { HTTPS: 'UNKNOWN_65' };
const maximumAddresses = 20;
const responseCodes: Record<string, OutcomeCode> = {
	NOERROR: 'dns-answer',
	NXDOMAIN: 'dns-nxdomain',
	REFUSED: 'dns-refused',
	SERVFAIL: 'dns-servfail',
};

/** The query with which a token goes out. */
export function encodeQuery(question: DnsQuestion, token: string, id: number): Buffer {
	const name = askedName(question, token);
	const options = name.includes(token) ? [] : [{ code: tokenOption, data: Buffer.from(token) }];
	const opt = { type: 'OPT', name: '.', udpPayloadSize: question.edns, flags: 0, options };
	const type = (byNumber[question.type] ?? question.type) as wire.RecordType;
	return wire.encode({
		...{ type: 'query', id, flags: wire.RECURSION_DESIRED, questions: [{ type, name, class: 'IN' }] },
		...(question.edns > 0 && { additionals: [opt as unknown as wire.OptAnswer] }),
	});
}

/**
 * What a response to the query `id` says; undefined: it is not one. An answer is ours (`replied`) only with a MAC that
 * a holder of the run's key can make; whoever else answers gives a `dns-` outcome.
 */
export function readResponse(key: Buffer, message: Buffer, token: string, id: number): Outcome | undefined {
	let decoded: wire.DecodedPacket;
	try {
		decoded = wire.decode(message);
	} catch {
		return stranger('no DNS message that can be understood');
	}
	if (decoded.type !== 'response' || decoded.id !== id) return undefined;
	const records = [...(decoded.answers ?? []), ...(decoded.additionals ?? [])];
	const rcode = (decoded as wire.DecodedPacket & { rcode: string }).rcode;
	const ours = findMac(key, records, token);
	const dns: DnsResponse = {
		...{ rcode, bytes: message.length, carried: ours?.carried ?? 0 },
		addresses: (decoded.answers ?? [])
			.flatMap((record) => (record.type === 'A' || record.type === 'AAAA' ? [record.data] : []))
			.slice(0, maximumAddresses),
	};
	const by = ours === undefined ? {} : { by: ours.by };
	if (decoded.flag_tc) return { code: 'dns-truncated', dns, ...by };
	if (ours !== undefined && rcode === 'NOERROR') return { code: 'replied', by: ours.by, dns };
	const code = responseCodes[rcode];
	return code === undefined ? { code: 'dns-servfail', detail: rcode, dns, ...by } : { code, dns, ...by };
}

/** The reply in a TXT record, whose data is then vouched for by a second MAC. */
function findMac(
	key: Buffer,
	records: readonly wire.Answer[],
	token: string,
): { by: string; carried: number } | undefined {
	for (const record of records) {
		if (record.type !== 'TXT') continue;
		const parts = (Array.isArray(record.data) ? record.data : [record.data]).map((part) => part.toString());
		const [line = '', mac = '', ...chunks] = parts;
		const reply = readReply(key, line, token);
		if (reply.code !== 'replied' || reply.by === undefined) continue;
		const data = chunks.join('');
		return { by: reply.by, carried: mac === dataMac(key, reply.by, token, data) ? data.length : 0 };
	}
	return undefined;
}

/** Vouches for the data that a resolver of ours sends along. */
export function dataMac(key: Buffer, uid: string, token: string, data: string): string {
	return makeMac(key, `${uid} data ${data}`, token);
}

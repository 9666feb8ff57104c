import { createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import type * as wire from 'dns-packet';
import { selfCheckPrefix } from '../model/agent.ts';
import { dataMac } from './dns-message.ts';
import { replyLine } from './wire.ts';

/** What a query asks for, as a resolver of ours reads it. */
export interface Asked {
	name: string;
	type: string;
	token: string;
	/** Parameters from labels: `size-1500` is `size: 1500`. */
	ask: Partial<Record<(typeof parameters)[number], number>>;
	rebind: boolean;
}

const parameters = ['size', 'ttl', 'cname', 'addresses'] as const;
const parameterLabel = new RegExp(`^(${parameters.join('|')})-(\\d{1,5})$`);
const tokenLabel = new RegExp(`^(?:[0-9a-f]{24}(?:[-~]\\d+)?|${selfCheckPrefix}[0-9a-f]{24})$`);
/** A chain that is longer no stub resolver follows; more addresses don't fit into a message. */
const bounds = { size: 65_000, ttl: 86_400, cname: 16, addresses: 2000 };
const defaultTtl = 30;
/** Strings of TXT records hold 255 bytes at most (RFC 1035, 3.3.14). */
const longestString = 255;

/** The labels of a name; undefined: no token is in it. `given`: the token that came another way. */
export function readAsked(name: string, type: string, given?: string): Asked | undefined {
	const labels = name.toLowerCase().split('.');
	const token = labels.find((label) => tokenLabel.test(label)) ?? given;
	if (token === undefined) return undefined;
	const ask: Asked['ask'] = {};
	for (const label of labels) {
		const [, parameter, value] = parameterLabel.exec(label) ?? [];
		if (parameter === undefined) continue;
		const key = parameter as (typeof parameters)[number];
		ask[key] = Math.min(bounds[key], Number(value));
	}
	return { name, type, token, ask, rebind: labels.includes('rebind') };
}

/** Who answers, and with which key. */
export interface Signer {
	uid: string;
	key: Buffer;
}

/**
 * The records of an answer of ours. Each is made from the name alone, so that a resolver keeps nothing: CNAMEs lead to
 * names with one step less, addresses are from a documentation range (RFC 5737, RFC 3849), and a TXT record vouches
 * for the answer: for TXT questions it is the answer, else it stands beside it. `times`: how often it was asked before.
 */
export function recordsFor(asked: Asked, times: number): { answers: wire.Answer[]; owner: string } {
	const ttl = asked.ask.ttl ?? defaultTtl;
	const answers: wire.Answer[] = [];
	let owner = asked.name;
	for (let left = asked.ask.cname ?? 0; left > 0; left -= 1) {
		const next = owner.replace(/(^|\.)cname-\d+\./i, left === 1 ? '$1' : `$1cname-${left - 1}.`);
		answers.push({ type: 'CNAME', name: owner, ttl, data: next });
		owner = next;
	}
	const count = asked.ask.addresses ?? 1;
	for (let index = 0; index < count; index += 1) {
		const address = addressFor(asked, times, index);
		if (address !== undefined) answers.push({ type: isIPv4(address) ? 'A' : 'AAAA', name: owner, ttl, data: address });
	}
	return { answers, owner };
}

function addressFor({ type, rebind }: Asked, times: number, index: number): string | undefined {
	// Rebinding: the first answer is harmless, later ones lead inside.
	if (type === 'A') return rebind && times > 0 ? '127.0.0.1' : `198.51.${100 + (index >> 8)}.${index & 255 || 1}`;
	if (type === 'AAAA') return rebind && times > 0 ? '::1' : `2001:db8:51::${(index + 1).toString(16)}`;
	return undefined;
}

/** The TXT record with the MAC, filled up with `bytes` bytes of data. */
export function macRecord({ uid, key }: Signer, token: string, name: string, bytes: number): wire.Answer {
	const data = dataOf(token, bytes);
	const chunks = data.match(new RegExp(`.{1,${longestString}}`, 'g')) ?? [];
	const mac = bytes > 0 ? [dataMac(key, uid, token, data)] : [];
	return { type: 'TXT', name, ttl: 0, data: [replyLine(key, uid, token).trimEnd(), ...mac, ...chunks] };
}

/** As many bytes of data as make a message of `size` bytes, never more; one where it is as long already. 0: none is demanded. */
export function bytesFor(size: number | undefined, lengthWith: (bytes: number) => number): number {
	if (size === undefined) return 0;
	const left = Math.max(1, size - lengthWith(1) + 1);
	// Each string has a byte with its length.
	let bytes = Math.max(1, left - Math.floor(left / (longestString + 1)));
	while (bytes > 1 && lengthWith(bytes) > size) bytes -= 1;
	return bytes;
}

function dataOf(token: string, bytes: number): string {
	const block = createHash('sha256').update(token).digest('hex');
	return block.repeat(Math.ceil(bytes / block.length)).slice(0, bytes);
}

import { createHmac, timingSafeEqual } from 'node:crypto';
import { wireMagic } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';

const tokenPattern = /^[A-Za-z0-9._~-]+$/;
const longestToken = 128;

/** Tokens are plain: they travel in lines and URL paths as they are. */
export function isToken(text: string): boolean {
	return text.length <= longestToken && tokenPattern.test(text);
}

/** The line that a client sends. */
export function tokenLine(token: string): string {
	return `${wireMagic} ${token}\n`;
}

/** The token of a client's line (without its line end), or undefined where the line is not of our protocol. */
export function readTokenLine(line: string): string | undefined {
	if (!line.startsWith(`${wireMagic} `)) return undefined;
	const token = line.slice(wireMagic.length + 1);
	return isToken(token) ? token : undefined;
}

/** 32 hex digits: HMAC-SHA256 of `UID TOKEN`, cut to 128 bits. */
export function makeMac(key: Buffer, uid: string, token: string): string {
	return createHmac('sha256', key).update(`${uid} ${token}`).digest('hex').slice(0, 32);
}

/** The line that the pod `uid` answers with. */
export function replyLine(key: Buffer, uid: string, token: string): string {
	return `${wireMagic} ${token} ${uid} ${makeMac(key, uid, token)}\n`;
}

/** What a server that speaks first begins with. No token can make such a MAC: there is a space in what it is made of. */
export function greetingLine(key: Buffer, uid: string): string {
	return `${wireMagic} greeting ${uid} ${makeMac(key, uid, 'greets first')}\n`;
}

/** UID of the pod that greets, or what else the line is. */
export function readGreeting(key: Buffer, line: string): { by: string } | { outcome: Outcome } {
	const [magic, word, uid, mac, ...rest] = line.split(' ');
	if (magic !== wireMagic || word !== 'greeting') return { outcome: stranger(`no greeting of ours: ${excerpt(line)}`) };
	if (uid === undefined || mac === undefined || rest.length > 0) return { outcome: stranger('no MAC in the greeting') };
	if (sameText(mac, makeMac(key, uid, 'greets first'))) return { by: uid };
	return { outcome: stranger('the MAC of the greeting is not valid', uid) };
}

/**
 * What a line that came back says: `replied` only with our magic, this token, and a MAC that only a holder of the
 * run's key can make. An echo of the request, another token's reply or a stranger's banner is `answered-by-other`.
 */
export function readReply(key: Buffer, line: string, token: string): Outcome {
	const [magic, theirToken, uid, mac, ...rest] = line.split(' ');
	if (magic !== wireMagic) return stranger(`not of our protocol: ${excerpt(line)}`);
	if (uid === undefined || mac === undefined || rest.length > 0) return stranger('no MAC in the answer');
	if (theirToken !== token) return stranger('the answer is for another token', uid);
	if (!sameText(mac, makeMac(key, uid, token))) return stranger('the MAC is not valid', uid);
	return { code: 'replied', by: uid };
}

/** What an answer that is not a whole line says, once no more can come. */
export function isBeginningOfReply(text: string, token: string): boolean {
	const start = `${wireMagic} ${token} `;
	return text.length <= start.length ? start.startsWith(text) : text.startsWith(start);
}

export function stranger(detail: string, by?: string): Outcome {
	return by === undefined
		? { code: 'answered-by-other', detail }
		: { code: 'answered-by-other', detail, by: excerpt(by) };
}

/** The first printable characters of something that a peer sent, for a detail. */
export function excerpt(text: string): string {
	const plain = text.replace(/[^\x20-\x7e]/g, '.');
	return plain.length > 60 ? `${plain.slice(0, 60)}...` : plain;
}

function sameText(a: string, b: string): boolean {
	return a.length === b.length && timingSafeEqual(Buffer.from(a, 'latin1'), Buffer.from(b, 'latin1'));
}

import type { Outcome } from '../model/outcome.ts';

/** Those with which servers answer what is no TLS (RFC 8446, 6.2). */
const names: Record<number, string> = {
	10: 'unexpected_message',
	22: 'record_overflow',
	40: 'handshake_failure',
	47: 'illegal_parameter',
	50: 'decode_error',
	70: 'protocol_version',
	80: 'internal_error',
};
const alertRecord = 21;

/** A TLS alert record (RFC 8446, 5.1), which a server that takes TLS only may send to who speaks in the clear; undefined: none. */
export function alertInTheClear(text: string): Outcome | undefined {
	if (text.length < 7) return undefined;
	const [type, major, high, low, description = 0] = [0, 1, 3, 4, 6].map((index) => text.charCodeAt(index));
	if (type !== alertRecord || major !== 3 || high !== 0 || low !== 2) return undefined;
	return { code: 'tls-alert', detail: `${names[description] ?? description}, in answer to clear text` };
}

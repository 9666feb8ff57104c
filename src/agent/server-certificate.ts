import type { DetailedPeerCertificate, TLSSocket } from 'node:tls';
import type { ServerCertificate } from '../model/agent.ts';

/** Longer chains are not looked through. */
const longestChain = 10;
/** Of a name: whoever serves it may write what they like. */
const longestName = 500;

/** What the server has shown in the handshake; undefined where it showed nothing. Nothing of it was verified. */
export function serverCertificateOf(socket: TLSSocket): ServerCertificate | undefined {
	const leaf = socket.getPeerCertificate(true);
	// Node gives an empty object where there is none.
	if (!leaf.raw) return undefined;
	return {
		uris: urisOf(leaf.subjectaltname),
		issuer: nameText(leaf.issuer),
		notBefore: isoTime(leaf.valid_from),
		notAfter: isoTime(leaf.valid_to),
		serial: leaf.serialNumber.toLowerCase(),
		fingerprint: leaf.fingerprint256.replaceAll(':', '').toLowerCase(),
		chain: lengthOf(leaf),
	};
}

/** A self-signed certificate is its own issuer. */
function lengthOf(leaf: DetailedPeerCertificate): number {
	let length = 1;
	let last: DetailedPeerCertificate | undefined = leaf;
	while (length < longestChain) {
		const next: DetailedPeerCertificate | undefined = last.issuerCertificate as DetailedPeerCertificate | undefined;
		if (!next || next === last || next.fingerprint256 === last.fingerprint256) break;
		length += 1;
		last = next;
	}
	return length;
}

function urisOf(names: string | undefined): string[] {
	const all = (names ?? '').slice(0, longestName).split(', ');
	return all.flatMap((name) => (name.startsWith('URI:') ? [name.slice(4)] : []));
}

/** `O=cluster.local, CN=root`: attributes in the order of the certificate. */
function nameText(name: object): string {
	const parts = Object.entries(name).flatMap(([key, value]: [string, unknown]) =>
		(Array.isArray(value) ? value : [value]).map((one) => `${key}=${String(one)}`),
	);
	return parts.join(', ').slice(0, longestName);
}

/** Node writes `Nov 21 18:43:51 2026 GMT`. */
function isoTime(text: string): string {
	const time = new Date(text);
	return Number.isNaN(time.getTime()) ? text : time.toISOString();
}

import type { TryRecord } from './try-record.ts';

/** One certificate of X-Forwarded-Client-Cert. */
export interface ForwardedElement {
	/** URIs among its subject alternative names; in a mesh one, the SPIFFE id. */
	uris: string[];
}

/**
 * The last element of X-Forwarded-Client-Cert: what the proxy in front of the server itself saw. Those before it are
 * hearsay, and a client may have written them. Elements are divided by commas, pairs by semicolons, and values that hold
 * any of these stand in double quotes, in which a backslash protects the next character. Undefined where the header
 * can't be read that way, or was cut.
 * https://www.envoyproxy.io/docs/envoy/latest/configuration/http/http_conn_man/headers#x-forwarded-client-cert
 */
export function lastForwarded(header: string): ForwardedElement | undefined {
	const elements = split(header, ',');
	const last = elements?.at(-1)?.trim();
	const pairs = last === undefined || last === '' || header.endsWith('…') ? undefined : split(last, ';');
	if (!pairs) return undefined;
	const uris: string[] = [];
	for (const pair of pairs) {
		const equals = pair.indexOf('=');
		if (equals < 0) return undefined;
		const value = unquoted(pair.slice(equals + 1).trim());
		if (value === undefined) return undefined;
		if (pair.slice(0, equals).trim().toLowerCase() === 'uri') uris.push(value);
	}
	return { uris };
}

/**
 * Where the element stands that the client had written itself: it alone has the client’s token in it. What can’t be read
 * may be read as anything, so that there it counts as the last.
 */
export function forgedElement(header: string, token: string): 'gone' | 'before the last' | 'last' {
	if (!header.includes(token)) return 'gone';
	const elements = header.endsWith('…') ? undefined : split(header, ',');
	return elements && elements.at(-1)?.includes(token) !== true ? 'before the last' : 'last';
}

/** For people: whoever wrote the header must not write to their terminals. */
export function printable(text: string): string {
	return text.replaceAll(/[^\x20-\x7e…]/g, '?');
}

/** X-Forwarded-Client-Cert as targets of the try got it with its token; more than one where a proxy sent it again. */
export function forwardedTo({ event, identities }: TryRecord): string[] {
	return identities.flatMap(({ uid, forwardedClientCert: header }) =>
		event.targets.includes(uid) && header !== '' ? [header] : [],
	);
}

/** A header may be long; all of it stands in the history. */
export function excerpt(header: string): string {
	return printable(header.length > 300 ? `…${header.slice(-300)}` : header);
}

/** Parts between separators that stand outside of quotes; undefined where a quotation doesn't end. */
function split(text: string, separator: string): string[] | undefined {
	const parts: string[] = [];
	let start = 0;
	let quoted = false;
	for (let at = 0; at < text.length; at += 1) {
		const character = text[at];
		if (quoted && character === '\\') at += 1;
		else if (character === '"') quoted = !quoted;
		else if (character === separator && !quoted) {
			parts.push(text.slice(start, at));
			start = at + 1;
		}
	}
	return quoted ? undefined : [...parts, text.slice(start)];
}

/** Undefined where quotes stand elsewhere than around the whole value: two readers might read it in two ways. */
function unquoted(value: string): string | undefined {
	if (!value.includes('"')) return value;
	const inside = /^"((?:[^"\\]|\\.)*)"$/.exec(value)?.[1];
	return inside?.replaceAll(/\\(.)/g, '$1');
}

import { maximumLineLength } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Answer, Dialect } from './dialect.ts';
import { alertInTheClear } from './tls-record.ts';
import { excerpt, stranger } from './wire.ts';

const maximumHead = 64 * 1024;

interface Head {
	status: number;
	headers: Map<string, string>;
}

/** Headers that tell who refused: a proxy's name and flags. */
const tellingHeaders = ['server', 'via', 'x-envoy-upstream-service-time', 'x-envoy-overloaded', 'x-response-flags'];

/** The client's side of `GET /gatecrash/TOKEN`: as much of HTTP/1.1 as an answer in one line needs. */
export class HttpResponses implements Dialect {
	readonly #host: string;
	readonly #forgedIdentity: string | undefined;
	#rest = '';
	#head: Head | undefined;
	/** Characters of a refusal's body that are still to come. */
	#skip = 0;
	over = false;

	constructor(host: string, forgedIdentity?: string) {
		this.#host = host;
		this.#forgedIdentity = forgedIdentity;
	}

	request(token: string): string {
		const forged = this.#forgedIdentity === undefined ? '' : forgedHeader(this.#forgedIdentity, token);
		return `GET /gatecrash/${token} HTTP/1.1\r\nHost: ${this.#host}\r\nUser-Agent: gatecrash\r\nAccept: */*\r\n${forged}\r\n`;
	}

	feed(text: string): Answer[] {
		this.#rest += text;
		const answers: Answer[] = [];
		while (!this.over) {
			const answer = this.#next();
			if (!answer) break;
			answers.push(answer);
			// After a stranger's words nothing can be told apart any more.
			if ('outcome' in answer && answer.outcome.code === 'answered-by-other') this.over = true;
		}
		return answers;
	}

	unfinished(): Outcome | undefined {
		if (this.#head) return stranger(`HTTP ${this.#head.status} without the whole body`);
		return this.#rest === '' || 'HTTP/1.'.startsWith(this.#rest.slice(0, 7))
			? undefined
			: stranger(`not HTTP: ${excerpt(this.#rest)}`);
	}

	#next(): Answer | undefined {
		const skipped = Math.min(this.#skip, this.#rest.length);
		this.#skip -= skipped;
		this.#rest = this.#rest.slice(skipped);
		if (!this.#head) {
			const end = this.#rest.indexOf('\r\n\r\n');
			if (end === -1) return this.#withoutHead();
			this.#head = readHead(this.#rest.slice(0, end));
			this.#rest = this.#rest.slice(end + 4);
			if (!this.#head) return { outcome: stranger('not HTTP') };
			if (this.#head.status < 200) {
				this.#head = undefined;
				return this.#next();
			}
		}
		if (this.#head.status !== 200) return this.#refusal(this.#head);
		const body = this.#body(this.#head);
		if (body === undefined) return undefined;
		this.#head = undefined;
		return body;
	}

	#withoutHead(): Answer | undefined {
		const alert = alertInTheClear(this.#rest);
		if (alert) {
			this.over = true;
			return { outcome: alert };
		}
		if (this.#rest.length > maximumHead) return { outcome: stranger('the head of the HTTP response is too long') };
		if (this.#rest.includes('\n') && !this.#rest.startsWith('HTTP/1.')) {
			return { outcome: stranger(`not HTTP: ${excerpt(this.#rest)}`) };
		}
		return undefined;
	}

	#refusal(head: Head): Answer {
		const telling = tellingHeaders.flatMap((name) => {
			const value = head.headers.get(name);
			return value === undefined ? [] : [`${name}: ${excerpt(value)}`];
		});
		const length = Number(head.headers.get('content-length') ?? Number.NaN);
		if (length >= 0) this.#skip = length;
		else this.over = true;
		this.#head = undefined;
		return { outcome: { code: 'http-status', detail: [String(head.status), ...telling].join(', ') } };
	}

	/** The body's line, once all of it is there; a body that can't be ours is a stranger's at once. */
	#body(head: Head): Answer | undefined {
		if (head.headers.get('transfer-encoding')?.toLowerCase() === 'chunked') return this.#chunked();
		const length = Number(head.headers.get('content-length'));
		if (!(length >= 0 && length <= maximumLineLength)) return { outcome: stranger('HTTP 200 with another body') };
		if (this.#rest.length < length) return undefined;
		const line = this.#rest.slice(0, length).trimEnd();
		this.#rest = this.#rest.slice(length);
		return { line };
	}

	#chunked(): Answer | undefined {
		let body = '';
		let at = 0;
		for (;;) {
			const end = this.#rest.indexOf('\r\n', at);
			const size = Number.parseInt(this.#rest.slice(at, end), 16);
			if (end === -1) return this.#rest.length > 4 * maximumLineLength ? tooLong : undefined;
			if (!(size >= 0 && body.length + size <= maximumLineLength)) return tooLong;
			if (this.#rest.length < end + 2 + size + 2) return undefined;
			body += this.#rest.slice(end + 2, end + 2 + size);
			at = end + 2 + size + 2;
			if (size === 0) break;
		}
		this.#rest = this.#rest.slice(at);
		return { line: body.trimEnd() };
	}
}

/** In the form that a proxy would give it; the hash is none of a certificate. */
function forgedHeader(identity: string, token: string): string {
	return `X-Forwarded-Client-Cert: Hash=${token.padStart(64, '0')};Subject="";URI=${identity}\r\n`;
}

const tooLong: Answer = { outcome: stranger('HTTP 200 with another body') };

function readHead(text: string): Head | undefined {
	const [first, ...lines] = text.split('\r\n');
	const match = /^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(first ?? '');
	if (!match) return undefined;
	const headers = new Map<string, string>();
	for (const line of lines) {
		const colon = line.indexOf(':');
		if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim());
	}
	return { status: Number(match[1]), headers };
}

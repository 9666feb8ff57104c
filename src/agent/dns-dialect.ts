import { randomInt } from 'node:crypto';
import type { DnsQuestion } from '../model/dns.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Answer, Dialect } from './dialect.ts';
import { encodeQuery, readResponse } from './dns-message.ts';
import { stranger } from './wire.ts';

/** DNS messages; over TCP and TLS with their length before them (RFC 1035, 4.2.2). Texts hold one byte a character. */
export class DnsDialect implements Dialect {
	over = false;
	readonly #question: DnsQuestion;
	readonly #key: Buffer;
	readonly #id = randomInt(65_536);
	readonly #framed: boolean;
	#token = '';
	#rest = '';

	constructor(question: DnsQuestion, key: Buffer) {
		this.#question = question;
		this.#key = key;
		this.#framed = question.over === 'tcp' || question.over === 'tls';
	}

	request(token: string): string {
		this.#token = token;
		// RFC 8484, 4.1: over HTTPS the id is 0, so that caches find equal queries equal.
		const message = encodeQuery(this.#question, token, this.#messageId()).toString('latin1');
		return this.#framed ? framed(message) : message;
	}

	feed(text: string): Answer[] {
		const messages: string[] = this.#framed ? [] : [text];
		if (this.#framed) {
			this.#rest += text;
			for (let length = lengthOf(this.#rest); length !== undefined; length = lengthOf(this.#rest)) {
				if (this.#rest.length < length + 2) break;
				messages.push(this.#rest.slice(2, length + 2));
				this.#rest = this.#rest.slice(length + 2);
			}
		}
		return messages.flatMap((message) => {
			const outcome = readResponse(this.#key, Buffer.from(message, 'latin1'), this.#token, this.#messageId());
			return outcome === undefined ? [] : [{ outcome }];
		});
	}

	/** A server that ends in the midst of its answer has had the query; who it is the rest would have said. */
	unfinished(): Outcome | undefined {
		if (this.#rest === '') return undefined;
		return this.#mayBeResponse()
			? { code: 'dns-cut-short', detail: `${this.#rest.length} bytes came back` }
			: stranger(`only a part of a DNS message came back, and none to this query: ${this.#hex()}`);
	}

	/** The length and the header, as far as they came, and how long it is. */
	#hex(): string {
		return `${Buffer.from(this.#rest.slice(0, 14), 'latin1').toString('hex')} (${this.#rest.length} bytes)`;
	}

	/** As far as the header of the unfinished message goes (RFC 1035, 4.1.1): our id, then QR. */
	#mayBeResponse(): boolean {
		const header = Buffer.from(this.#rest.slice(2, 5), 'latin1');
		const [high = this.#messageId() >> 8, low = this.#messageId() & 255, flags = 0x80] = header;
		return ((high << 8) | low) === this.#messageId() && (flags & 0x80) !== 0;
	}

	#messageId(): number {
		return this.#question.over === 'https' ? 0 : this.#id;
	}
}

export function framed(message: string): string {
	return String.fromCharCode(message.length >> 8, message.length & 255) + message;
}

/** Of the message that begins the text; undefined where not even its length is there. */
export function lengthOf(text: string): number | undefined {
	return text.length < 2 ? undefined : (text.charCodeAt(0) << 8) | text.charCodeAt(1);
}

import { maximumLineLength } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import { HttpResponses } from './http-responses.ts';
import { alertInTheClear } from './tls-record.ts';
import { isBeginningOfReply, stranger, tokenLine } from './wire.ts';

/** One answer of a server: a line to be checked, or already an outcome. */
export type Answer = { line: string } | { outcome: Outcome };

/** How a client words its tokens and finds the answers in what comes back. */
export interface Dialect {
	request(token: string): string;
	feed(text: string): Answer[];
	/** What the unfinished rest says when nothing more comes; undefined: nothing, or the beginning of our reply. */
	unfinished(token: string): Outcome | undefined;
	/** Nothing that comes from now on can be understood; the connection is of no more use. */
	readonly over: boolean;
}

/** Lines over TCP; over UDP a datagram is one. */
export class LineDialect implements Dialect {
	#rest = '';
	over = false;

	request(token: string): string {
		return tokenLine(token);
	}

	feed(text: string): Answer[] {
		const alert = alertInTheClear(this.#rest + text);
		if (alert) {
			this.over = true;
			return [{ outcome: alert }];
		}
		const lines = (this.#rest + text).split('\n');
		this.#rest = lines.pop() ?? '';
		const answers: Answer[] = lines.map((line) => ({ line }));
		if (this.#rest.length > maximumLineLength) {
			answers.push({ outcome: stranger('the answer has no line end') });
			this.over = true;
		}
		return answers;
	}

	unfinished(token: string): Outcome | undefined {
		return isBeginningOfReply(this.#rest, token) ? undefined : stranger('only a part of a line came back');
	}
}

export function dialectFor(speaks: 'tcp' | 'udp' | 'http', host: string, forgedIdentity?: string): Dialect {
	return speaks === 'http' ? new HttpResponses(host, forgedIdentity) : new LineDialect();
}

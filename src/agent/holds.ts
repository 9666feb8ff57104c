import type { AttemptCommand } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import { now } from './clock.ts';
import { Conversation, type Told } from './conversation.ts';

/**
 * Connections that are kept under a name. A token that was sent over one stays in its stream until it is released: TCP
 * retransmits it, and may deliver it after its deadline.
 */
export class Holds {
	readonly #key: Buffer;
	readonly #ended: (name: string, outcome: Outcome) => void;
	readonly #open = new Map<string, Conversation>();

	/** `ended` is told of each connection that was held and that somebody else has ended, as soon as it happens. */
	constructor(key: Buffer, ended: (name: string, outcome: Outcome) => void) {
		this.#key = key;
		this.#ended = ended;
	}

	/** Opens; kept only if the reply comes. A connection of that name that is open already is released first. */
	hold(name: string, attempt: AttemptCommand, tell: (told: Told) => void): void {
		this.release(name);
		const conversation = new Conversation(attempt, this.#key);
		this.#open.set(name, conversation);
		conversation.begin((told) => {
			if (told.outcome.code === 'replied') conversation.onEnded = (outcome) => this.#ended(name, outcome);
			else {
				if (this.#open.get(name) === conversation) this.#open.delete(name);
				conversation.close();
			}
			tell(told);
		});
	}

	/** `not-run` where there is no such connection; one that was cut gives what cut it. */
	attemptOn(name: string, token: string, deadline: number, tell: (told: Told) => void): void {
		const conversation = this.#open.get(name);
		if (conversation) return conversation.ask(token, deadline, tell);
		const at = now();
		const outcome = { code: 'not-run', detail: `no connection is held as ${name}` } as const;
		tell({ outcome, startedAt: at, endedAt: at, source: { port: 0 } });
	}

	release(name: string): void {
		this.#open.get(name)?.close();
		this.#open.delete(name);
	}

	/** Tokens that are out are told `cancelled`; the connections stay. */
	cancel(): void {
		for (const conversation of [...this.#open.values()]) conversation.cancel();
	}
}

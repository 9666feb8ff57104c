import type { StreamAttempt } from '../model/agent.ts';
import { Conversation, type Told } from './conversation.ts';

/** One connection for all tries of a stream; another one, from the next port, when somebody has ended it. */
export class KeptConnection {
	readonly #attempt: StreamAttempt;
	readonly #key: Buffer;
	#current: Conversation | undefined;
	#isOpening = false;
	#opened = 0;

	constructor(attempt: StreamAttempt, key: Buffer) {
		this.#attempt = attempt;
		this.#key = key;
	}

	/** False while it is being opened: nothing can be sent over it, and the try is left out. */
	ask(token: string, tell: (told: Told) => void): boolean {
		if (this.#isOpening) return false;
		if (this.#current) this.#current.ask(token, this.#attempt.deadline, tell);
		else this.#open(token, tell);
		return true;
	}

	close(): void {
		this.#current?.close();
		this.#current = undefined;
	}

	#open(token: string, tell: (told: Told) => void): void {
		const { source, ports } = this.#attempt;
		const port = source.port + (this.#opened % ports);
		const conversation = new Conversation(
			{ ...this.#attempt, token, delay: 0, source: { ...source, port } },
			this.#key,
		);
		this.#opened += 1;
		this.#isOpening = true;
		this.#current = conversation;
		conversation.onEnded = () => {
			if (this.#current === conversation) this.#current = undefined;
		};
		conversation.begin((told) => {
			this.#isOpening = false;
			// Whoever does not answer at first is asked anew: there may be no connection at all.
			if (told.outcome.code !== 'replied' && this.#current === conversation) this.close();
			tell(told);
		});
	}
}

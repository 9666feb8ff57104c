import type { AttemptCommand } from '../model/agent.ts';
import { type DnsQuestion, namesAsked } from '../model/dns.ts';
import { Conversation, type Told } from './conversation.ts';

/** What a stub resolver takes for "there is no such name here", and goes on. */
function isNothing({ code, dns }: Told['outcome']): boolean {
	return code === 'dns-nxdomain' || (code === 'dns-answer' && dns?.addresses.length === 0);
}

/**
 * A query as stub resolvers make it: below each domain of its search list first, then as it is, from the same port and with
 * the same token, as long as there is no such name; and after a truncated answer over UDP it is asked again over TCP, from the planned
 * port for that, with the same token. Told once, with the last outcome; the first one is in its `dns`.
 */
export class DnsConversation {
	readonly #command: AttemptCommand;
	#question: DnsQuestion & { retryPort?: number };
	readonly #key: Buffer;
	#current: Conversation;
	#wait: number;
	#over = false;
	readonly #names: string[];

	constructor(command: AttemptCommand, question: DnsQuestion & { retryPort?: number }, key: Buffer) {
		this.#command = command;
		this.#question = question;
		this.#key = key;
		this.#wait = command.deadline;
		this.#names = namesAsked(question);
		this.#current = this.#next() ?? new Conversation(command, key);
	}

	begin(tell: (told: Told) => void, opened: () => void = () => {}): void {
		this.#current.begin((first) => {
			const more = isNothing(first.outcome) && !this.#over ? this.#next() : undefined;
			if (more) {
				this.#current.close();
				this.#current = more;
				return this.begin((told) => tell({ ...told, startedAt: first.startedAt }));
			}
			const { retryPort } = this.#question;
			if (first.outcome.code !== 'dns-truncated' || retryPort === undefined || this.#over) return tell(first);
			this.#current.close();
			this.#current = new Conversation(this.#overTcp(retryPort), this.#key);
			this.#current.begin((second) => tell(together(first, second)));
		}, opened);
	}

	limitWait(wait: number): void {
		this.#wait = Math.min(this.#wait, wait);
		this.#current.limitWait(wait);
	}

	cancel(): void {
		this.#over = true;
		this.#current.cancel();
	}

	close(): void {
		this.#over = true;
		this.#current.close();
	}

	/** Asks for the next name; undefined: there is none left. */
	#next(): Conversation | undefined {
		const name = this.#names.shift();
		if (name === undefined) return undefined;
		this.#question = { ...this.#question, name };
		return new Conversation({ ...this.#command, deadline: this.#wait, dns: this.#question }, this.#key);
	}

	#overTcp(port: number): AttemptCommand {
		const { name, type, size, edns } = this.#question;
		return {
			...this.#command,
			...{ protocol: 'tcp', speaks: 'tcp', source: { ...this.#command.source, port }, deadline: this.#wait },
			dns: { over: 'tcp', name, type, edns, ...(size !== undefined && { size }) },
		};
	}
}

/** The answer that came whole, or else the truncated one with what became of asking again. */
function together(first: Told, second: Told): Told {
	const { code, detail } = second.outcome;
	const retried = { code, ...(detail !== undefined && { detail }) };
	const dns = second.outcome.dns ?? first.outcome.dns;
	const outcome = {
		...(second.outcome.dns ? second.outcome : first.outcome),
		...(dns && { dns: { ...dns, retried } }),
	};
	return { ...first, outcome, endedAt: second.endedAt };
}

import { isIP } from 'node:net';
import type { AttemptCommand, ServerCertificate } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import type { Channel, ChannelEvents } from './channel.ts';
import { now } from './clock.ts';
import { DnsDialect } from './dns-dialect.ts';
import { openHttpsChannel } from './https-channel.ts';
import { type Answer, type Dialect, dialectFor } from './dialect.ts';
import { openTcpChannel } from './tcp-channel.ts';
import { openTlsChannel } from './tls-channel.ts';
import { openUdpChannel } from './udp-channel.ts';
import { readGreeting, readReply } from './wire.ts';

/** What became of one token. */
export interface Told {
	outcome: Outcome;
	startedAt: number;
	/** When the call that sent it had returned at the latest; undefined: not known. */
	sentBy?: number;
	endedAt: number;
	source: { address?: string; port: number };
	certificate?: ServerCertificate;
}

interface Pending {
	/** From sending until it counts as unanswered. */
	wait: number;
	startedAt: number | undefined;
	/** From when `wait` counts; undefined: nothing was sent, or the greeting is waited for, which takes its own time. */
	countsFrom: number | undefined;
	timer: NodeJS.Timeout | undefined;
	/** A late deadline was already forgiven once. */
	extended: boolean;
	tell: (told: Told) => void;
}

/** Why a connection ended that we closed ourselves. */
const released = 'released';

/** A timer this late means that the event loop was held up, and what came meanwhile was not looked at yet. */
const lateTimer = 20;

/**
 * A client's connection and the tokens that are out on it: one for an attempt, several for a held connection. Every
 * token is told exactly once.
 */
export class Conversation {
	readonly #command: AttemptCommand;
	readonly #key: Buffer;
	readonly #dialect: Dialect;
	readonly #pending = new Map<string, Pending>();
	/** Tokens that were told without their reply, which may still come over a held connection. */
	readonly #tooLate = new Set<string>();
	#greetedBy: string | undefined;
	#channel: Channel | undefined;
	#lastProgress = 0;
	#sentBy: number | undefined;
	#end: Outcome | undefined;
	/** Told once when the other side, or the network, ends the connection; after the tokens that were out. */
	onEnded: (outcome: Outcome) => void = () => {};

	constructor(command: AttemptCommand, key: Buffer) {
		this.#command = command;
		this.#key = key;
		const { address, port } = command.destination;
		const question = command.dns;
		this.#dialect = question
			? new DnsDialect(question, key)
			: dialectFor(
					command.speaks,
					command.family === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`,
					command.forgedIdentity,
				);
	}

	/** Connects and sends the command's own token; `opened` is called when it leaves, before `tell`, if it ever does. */
	begin(tell: (told: Told) => void, opened: () => void = () => {}): void {
		const { token, deadline } = this.#command;
		const pending = newPending(deadline, tell);
		this.#pending.set(token, pending);
		const impossible = whyImpossible(this.#command);
		if (impossible !== undefined) return this.#ended({ code: 'not-run', detail: impossible });
		const events: ChannelEvents = {
			sending: () => this.#sent(token, pending),
			sent: () => {
				this.#sentBy = now();
			},
			open: () => {
				this.#lastProgress = now();
				opened();
				if (!this.#pending.has(token)) return;
				if (this.#awaitsGreeting()) this.#awaitGreeting(token, pending);
				else this.#channel?.send(this.#dialect.request(token));
			},
			data: (text) => this.#hear(text),
			ended: (outcome) => this.#ended(outcome),
		};
		try {
			this.#channel = openChannel(this.#command, events);
		} catch (error) {
			// Node refuses some arguments by throwing (an address with a zone, a port out of range).
			this.#ended({ code: 'not-run', detail: (error as NodeJS.ErrnoException).code ?? 'EINVAL' });
		}
	}

	/** Sends a further token over the open connection. */
	ask(token: string, deadline: number, tell: (told: Told) => void): void {
		const pending = newPending(deadline, tell);
		this.#pending.set(token, pending);
		if (this.#end) return this.#tell(token, this.#afterEnd(this.#end));
		this.#sent(token, pending);
		this.#channel?.send(this.#dialect.request(token));
	}

	/** Shortens the wait for every token that is out, counted from its sending. */
	limitWait(wait: number): void {
		for (const [token, pending] of this.#pending) {
			if (wait >= pending.wait) continue;
			pending.wait = wait;
			if (pending.countsFrom === undefined) continue;
			clearTimeout(pending.timer);
			this.#arm(token, pending, Math.max(0, pending.countsFrom + wait - now()));
		}
	}

	/** Ends the wait for every token that is out; the connection stays. */
	cancel(): void {
		for (const token of [...this.#pending.keys()]) {
			this.#tooLate.add(token);
			this.#tell(token, { code: 'not-run', detail: 'cancelled' });
		}
	}

	close(): void {
		this.cancel();
		this.#end ??= { code: 'closed', detail: released };
		this.#channel?.close();
	}

	#sent(token: string, pending: Pending): void {
		pending.startedAt = now();
		pending.countsFrom = pending.startedAt;
		this.#arm(token, pending, pending.wait);
	}

	#awaitsGreeting(): boolean {
		return this.#command.greeting !== undefined && this.#greetedBy === undefined;
	}

	#awaitGreeting(token: string, pending: Pending): void {
		clearTimeout(pending.timer);
		pending.countsFrom = undefined;
		this.#arm(token, pending, this.#command.greeting ?? pending.wait);
	}

	/** The first line of a server that speaks first; only then the token leaves. */
	#greet(answer: Answer): void {
		const greeting = 'line' in answer ? readGreeting(this.#key, answer.line) : answer;
		if ('outcome' in greeting) return this.#ended(greeting.outcome);
		this.#greetedBy = greeting.by;
		for (const [token, pending] of this.#pending) {
			clearTimeout(pending.timer);
			pending.countsFrom = now();
			this.#arm(token, pending, pending.wait);
			this.#channel?.send(this.#dialect.request(token));
		}
	}

	#arm(token: string, pending: Pending, wait: number): void {
		const due = now() + wait;
		pending.timer = setTimeout(() => this.#expire(token, pending, due, wait), wait);
	}

	/**
	 * The deadline has passed, but an answer may already lie in the socket's buffer: one more poll phase decides. When the
	 * loop itself was late, and the connection got on in that phase, the time that the loop stole is given back once.
	 */
	#expire(token: string, pending: Pending, due: number, wait: number): void {
		const firedAt = now();
		setImmediate(() => {
			if (this.#pending.get(token) !== pending) return;
			const late = firedAt - due;
			if (late > lateTimer && !pending.extended && this.#lastProgress >= firedAt) {
				pending.extended = true;
				return this.#arm(token, pending, Math.min(late, wait));
			}
			this.#tooLate.add(token);
			this.#tell(token, this.#dialect.unfinished(token) ?? { code: 'timed-out' });
		});
	}

	#hear(text: string): void {
		this.#lastProgress = now();
		const answers =
			this.#command.protocol === 'udp' && !this.#command.dns
				? [{ line: text.replace(/\n$/, '') }]
				: this.#dialect.feed(text);
		for (const answer of answers) {
			if (this.#awaitsGreeting()) this.#greet(answer);
			else this.#judge(answer);
		}
		if (this.#dialect.over) this.#ended({ code: 'closed', detail: 'what came back could not be understood' });
	}

	/** Replies carry their token; whatever carries none is taken for the answer to the oldest token. */
	#judge(answer: Answer): void {
		const named = 'line' in answer ? (answer.line.split(' ')[1] ?? '') : '';
		if (this.#tooLate.delete(named)) return;
		const [oldest] = this.#pending.keys();
		const [oldestLate] = this.#tooLate;
		// HTTP answers in the order of the requests.
		if (oldestLate !== undefined && 'outcome' in answer && answer.outcome.code === 'http-status') {
			this.#tooLate.delete(oldestLate);
			return;
		}
		const token = this.#pending.has(named) ? named : oldest;
		if (token === undefined) return;
		this.#tell(token, 'line' in answer ? readReply(this.#key, answer.line, token) : answer.outcome);
	}

	#ended(outcome: Outcome): void {
		const first = this.#end === undefined;
		this.#end ??= outcome;
		for (const token of [...this.#pending.keys()]) {
			const wasCut = outcome.code === 'closed' || outcome.code === 'reset';
			const partial = wasCut ? this.#dialect.unfinished(token) : undefined;
			this.#tell(token, partial ?? outcome);
		}
		this.#channel?.close();
		if (first) this.onEnded(outcome);
	}

	/** What was cut before is as closed to this token as to the one that met the cut. What we ended ourselves says nothing. */
	#afterEnd({ code, detail }: Outcome): Outcome {
		const cut = (code === 'reset' || code === 'closed' || code === 'unreachable') && detail !== released;
		return cut
			? { code, detail: 'the connection had ended before' }
			: { code: 'not-run', detail: `the connection has ended: ${code}` };
	}

	#tell(token: string, outcome: Outcome): void {
		const pending = this.#pending.get(token);
		if (!pending) return;
		this.#pending.delete(token);
		clearTimeout(pending.timer);
		const endedAt = now();
		const source = { ...this.#command.source, ...this.#channel?.source() };
		const startedAt = pending.startedAt ?? endedAt;
		const certificate = this.#channel?.server?.();
		const seen = withServer(outcome, certificate);
		const greeted = this.#greetedBy !== undefined && seen.code !== 'replied' && { greetedBy: this.#greetedBy };
		const sentBy = this.#sentBy === undefined ? {} : { sentBy: this.#sentBy };
		const told: Told = { outcome: { ...seen, ...greeted }, startedAt, endedAt, source, ...sentBy };
		pending.tell(certificate ? { ...told, certificate } : told);
	}
}

function newPending(wait: number, tell: Pending['tell']): Pending {
	return { wait, startedAt: undefined, countsFrom: undefined, timer: undefined, extended: false, tell };
}

function openChannel(command: AttemptCommand, events: ChannelEvents): Channel {
	if (command.dns?.over === 'https') return openHttpsChannel(command, events);
	if (command.dns?.over === 'tls') return openTlsChannel(command, { alpn: ['dot'] }, events);
	if (command.tls) return openTlsChannel(command, command.tls, events);
	return command.protocol === 'udp' ? openUdpChannel(command, events) : openTcpChannel(command, events);
}

/** Who refused, or answered in the target's place. */
function withServer(outcome: Outcome, certificate: ServerCertificate | undefined): Outcome {
	const server = certificate?.uris.join(' ').slice(0, 200) ?? '';
	if (server === '' || outcome.code === 'replied' || outcome.code === 'not-run') return outcome;
	return { ...outcome, detail: [outcome.detail, `the server is ${server}`].filter(Boolean).join(', ') };
}

/** Why the command can't be carried out as it says; nothing may choose another family or protocol instead. */
function whyImpossible({ protocol, family, destination, source, tls }: AttemptCommand): string | undefined {
	if (tls?.certificate && 'missing' in tls.certificate) return tls.certificate.missing;
	if (protocol === 'sctp') return 'SCTP: Node.js has no such sockets';
	const version = family === 'ipv6' ? 6 : 4;
	for (const address of [destination.address, ...(source.address === undefined ? [] : [source.address])]) {
		if (isIP(address) !== version || /^::ffff:.*\./i.test(address))
			return `${address} is not a literal ${family} address`;
	}
	return undefined;
}

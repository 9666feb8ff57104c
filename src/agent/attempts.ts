import type { AttemptCommand } from '../model/agent.ts';
import { DnsConversation } from './dns-conversation.ts';
import { Conversation, type Told } from './conversation.ts';

interface Job {
	command: AttemptCommand;
	timer: NodeJS.Timeout | undefined;
	tell: (told: Told) => void;
}

/** Connections opened in one turn of the event loop; replies and tokens of others are handled in between. */
const perTurn = 64;
/**
 * TLS handshakes that go on at once. Each takes 2 ms of this process, so that a burst of a hundred would keep its own
 * answers waiting for longer than anybody waits for them. One that takes longer than this waits for the network, and
 * holds nobody up; milliseconds.
 */
const handshakesAtOnce = 4;
const longestHandshake = 50;

/** Attempts that wait for their delay, that wait in line for a place, and that are in flight. */
export class Attempts {
	readonly #key: Buffer;
	readonly #limit: number;
	readonly #delayed = new Set<Job>();
	#line: Job[] = [];
	#next = 0;
	readonly #inFlight = new Set<Conversation | DnsConversation>();
	#pumping = false;
	#handshakes = 0;

	constructor(key: Buffer, limit: number) {
		this.#key = key;
		this.#limit = limit;
	}

	/** `tell` is called exactly once. */
	add(command: AttemptCommand, tell: (told: Told) => void): void {
		const job: Job = { command, timer: undefined, tell };
		if (command.delay <= 0) return this.#enqueue(job);
		this.#delayed.add(job);
		job.timer = setTimeout(() => {
			this.#delayed.delete(job);
			this.#enqueue(job);
		}, command.delay);
	}

	/** Shortens the deadline of every attempt in flight, in line or delayed; none is made longer. */
	limitWait(wait: number): void {
		for (const job of [...this.#delayed, ...this.#line.slice(this.#next)]) {
			job.command = { ...job.command, deadline: Math.min(job.command.deadline, wait) };
		}
		for (const conversation of this.#inFlight) conversation.limitWait(wait);
	}

	/** Each attempt in flight, in line or delayed is told `not-run`, `cancelled`, before this returns. */
	cancel(now: number): void {
		const waiting = [...this.#delayed, ...this.#line.slice(this.#next)];
		this.#delayed.clear();
		this.#line = [];
		this.#next = 0;
		for (const { timer, command, tell } of waiting) {
			clearTimeout(timer);
			tell({ outcome: { code: 'not-run', detail: 'cancelled' }, startedAt: now, endedAt: now, source: command.source });
		}
		for (const conversation of [...this.#inFlight]) conversation.cancel();
	}

	#enqueue(job: Job): void {
		this.#line.push(job);
		this.#pump();
	}

	/** Starts in the next turn at the latest as many as there are places for. */
	#pump(): void {
		if (this.#pumping) return;
		this.#pumping = true;
		setImmediate(() => {
			this.#pumping = false;
			for (let started = 0; started < perTurn && this.#inFlight.size < this.#limit; started += 1) {
				const job = this.#line[this.#next];
				if (!job || (handshakes(job.command) && this.#handshakes >= handshakesAtOnce)) break;
				this.#next += 1;
				this.#start(job);
			}
			if (this.#next === this.#line.length) {
				this.#line = [];
				this.#next = 0;
			} else if (this.#inFlight.size < this.#limit && !this.#awaitsHandshake()) this.#pump();
		});
	}

	#start({ command, tell }: Job): void {
		const conversation = command.dns
			? new DnsConversation(command, command.dns, this.#key)
			: new Conversation(command, this.#key);
		this.#inFlight.add(conversation);
		const handshakeOver = handshakes(command) ? this.#beginHandshake() : () => {};
		conversation.begin((told) => {
			this.#inFlight.delete(conversation);
			conversation.close();
			handshakeOver();
			tell(told);
			if (this.#next < this.#line.length) this.#pump();
		}, handshakeOver);
	}

	/** Returns what ends it; it ends by itself after a while. */
	#beginHandshake(): () => void {
		this.#handshakes += 1;
		let over = false;
		const end = () => {
			if (over) return;
			over = true;
			clearTimeout(timer);
			this.#handshakes -= 1;
			if (this.#next < this.#line.length) this.#pump();
		};
		const timer = setTimeout(end, longestHandshake);
		return end;
	}

	/** The end of a handshake goes on with the line. */
	#awaitsHandshake(): boolean {
		const next = this.#line[this.#next];
		return next !== undefined && handshakes(next.command) && this.#handshakes >= handshakesAtOnce;
	}
}

function handshakes({ tls, dns }: AttemptCommand): boolean {
	return tls !== undefined || dns?.over === 'tls' || dns?.over === 'https';
}

import type { SocketAddress } from '../model/address.ts';
import type { BootAttempt } from '../model/agent.ts';
import type { Attempts } from './attempts.ts';
import { now } from './clock.ts';
import type { Told } from './conversation.ts';

interface BootTry {
	token: string;
	source: { port: number };
	destination: SocketAddress;
}

/**
 * Attempts from the agent's start until they are stopped. Try number i (from 0) of an attempt has the token
 * `${token}-${i}` and the source port `source.port + i`.
 */
export class BootPlan {
	readonly #attempts: Attempts;
	readonly #report: (token: string, told: Told) => void;
	readonly #tries: BootTry[] = [];
	readonly #timers = new Set<NodeJS.Timeout>();
	#out = 0;
	#startedAt = 0;
	#stopped = false;
	#waiting: (() => void)[] = [];

	constructor(attempts: Attempts, report: (token: string, told: Told) => void) {
		this.#attempts = attempts;
		this.#report = report;
	}

	start(plan: BootAttempt[]): void {
		this.#startedAt = now();
		for (const attempt of plan) this.#schedule(attempt, 0, this.#startedAt + attempt.delay);
	}

	/** Calls back when no try is out any more. */
	stop(stopped: (startedAt: number, tries: BootTry[]) => void): void {
		this.#stopped = true;
		for (const timer of this.#timers) clearTimeout(timer);
		this.#timers.clear();
		this.#waiting.push(() => stopped(this.#startedAt, this.#tries));
		this.#settle();
	}

	/** Every try has its own planned instant, so that a late one does not shift those after it. */
	#schedule(attempt: BootAttempt, index: number, due: number): void {
		if (this.#stopped || index >= attempt.limit) return;
		const make = () => {
			this.#make(attempt, index);
			this.#schedule(attempt, index + 1, due + attempt.every);
		};
		const wait = due - now();
		if (wait <= 0 && index === 0) return make();
		const timer = setTimeout(
			() => {
				this.#timers.delete(timer);
				make();
			},
			Math.max(1, wait),
		);
		this.#timers.add(timer);
	}

	#make(attempt: BootAttempt, index: number): void {
		const token = `${attempt.token}-${index}`;
		const source = { ...attempt.source, port: attempt.source.port + index };
		this.#tries.push({ token, source: { port: source.port }, destination: attempt.destination });
		this.#out += 1;
		this.#attempts.add({ ...attempt, token, source, delay: 0 }, (told) => {
			this.#out -= 1;
			this.#report(token, told);
			this.#settle();
		});
	}

	#settle(): void {
		if (!this.#stopped || this.#out > 0) return;
		for (const call of this.#waiting.splice(0)) call();
	}
}

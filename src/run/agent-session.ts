import type { AgentCommand, AgentCounters, AgentMessage, AgentRecord, SelfCheck } from '../model/agent.ts';
import type { AgentStream } from '../model/cluster.ts';
import { withinDeadline } from './deadline.ts';

/** What a session tells about; times are the agent's own. */
export interface SessionListener {
	record(record: AgentRecord): void;
	lost(reason: string): void;
}

export type ReadyMessage = Extract<AgentMessage, { is: 'ready' }>;

const reopenTries = 3;
/** Records are acknowledged in batches: one line for many of them. */
const acknowledgeEvery = 256;
/** Generous: what passes it is a dead agent, not a slow one. Milliseconds. */
const defaultAnswerDeadline = 10_000;

/**
 * One agent's control stream, kept up: a broken stream is opened again and continued after the last record that
 * arrived, so nothing is lost and nothing comes twice. Whoever opens a session closes it.
 */
export class AgentSession {
	readonly endpoint: string;
	readonly #open: () => Promise<AgentStream>;
	readonly #run: string;
	readonly #listener: SessionListener;
	/** Questions without an answer. */
	readonly #waiting = new Map<string, { command: AgentCommand; resolve: (value: AgentMessage | undefined) => void }>();
	readonly #answerDeadline: number;
	#stream: AgentStream | undefined;
	/** Whose greeting was answered: what comes before the answer is still meant for the stream before it. */
	#greeted: AgentStream | undefined;
	#ready: ((ready: ReadyMessage | undefined) => void) | undefined;
	#seen = 0;
	#acknowledged = 0;
	#nextId = 1;
	#closed = false;
	/** While a broken stream is being opened again. */
	#reopening: Promise<void> | undefined;
	#reopened = 0;
	#lostReason: string | undefined;

	constructor(
		endpoint: string,
		run: string,
		open: () => Promise<AgentStream>,
		listener: SessionListener,
		answerDeadline = defaultAnswerDeadline,
	) {
		this.#answerDeadline = answerDeadline;
		this.endpoint = endpoint;
		this.#run = run;
		this.#open = open;
		this.#listener = listener;
	}

	/** Why the agent is gone for good, or undefined while it lives. */
	get lostReason(): string | undefined {
		return this.#lostReason;
	}

	/** Opens the stream and greets; undefined when the agent does not answer. */
	async start(): Promise<ReadyMessage | undefined> {
		try {
			return await this.#attach();
		} catch (error) {
			this.#lose(error instanceof Error ? error.message : String(error));
			return undefined;
		}
	}

	send(command: AgentCommand): void {
		this.#stream?.send(JSON.stringify(command));
	}

	async selfCheck(): Promise<SelfCheck[] | undefined> {
		const answer = await this.#ask('self-check', (id) => ({ do: 'self-check', id }));
		return answer?.is === 'self-check' ? answer.checks : undefined;
	}

	async counters(): Promise<AgentCounters | undefined> {
		const answer = await this.#ask('counters', (id) => ({ do: 'counters', id }));
		return answer?.is === 'counters' ? answer.counters : undefined;
	}

	/** Resolves with the barrier's number: whatever the agent saw before has a lower one. */
	async barrier(): Promise<number | undefined> {
		const answer = await this.#ask('barrier', (id) => ({ do: 'barrier', id }));
		return answer?.is === 'barrier' ? answer.seq : undefined;
	}

	async cancel(): Promise<boolean> {
		return (await this.#ask('cancelled', (id) => ({ do: 'cancel', id }))) !== undefined;
	}

	async stopBoot(): Promise<Extract<AgentRecord, { is: 'boot-stopped' }> | undefined> {
		const answer = await this.#ask('boot-stopped', (id) => ({ do: 'stop-boot', id }));
		return answer?.is === 'boot-stopped' ? answer : undefined;
	}

	/** Resolves when nothing of these streams is out any more, with how many numbers of tries each has come to. */
	async endStreams(tokens: string[]): Promise<Map<string, number>> {
		const answer = await this.#ask('streams-ended', (id) => ({ do: 'end-streams', id, tokens }));
		const streams = answer?.is === 'streams-ended' ? answer.streams : [];
		return new Map(streams.map(({ stream, made, left }) => [stream, made + left]));
	}

	/** The agent's clock, and how long the question took there and back on ours; undefined when it did not answer. */
	async ping(): Promise<{ at: number; asked: number; answered: number } | undefined> {
		const asked = performance.now();
		const answer = await this.#ask('pong', (id) => ({ do: 'ping', id }));
		return answer?.is === 'pong' ? { at: answer.at, asked, answered: performance.now() } : undefined;
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		this.#stream?.close();
		this.#giveUpWaiting();
	}

	async #ask(is: AgentMessage['is'], command: (id: number) => AgentCommand): Promise<AgentMessage | undefined> {
		if (this.#lostReason !== undefined || this.#closed) return undefined;
		const id = this.#nextId++;
		const key = `${is} ${id}`;
		const answer = new Promise<AgentMessage | undefined>((resolve) => {
			this.#waiting.set(key, { command: command(id), resolve });
		});
		this.send(command(id));
		const value = await this.#inTime(answer);
		this.#waiting.delete(key);
		// Given up for good: waiting for a hung agent at every control would take a run's whole time.
		if (value === undefined) this.#lose(`no answer to ${is} within ${this.#answerDeadline / 1000} s`);
		return value;
	}

	/** The time in which a broken stream is opened again does not count: an API server that restarts is away for long. */
	async #inTime(answer: Promise<AgentMessage | undefined>): Promise<AgentMessage | undefined> {
		const until = this.#reopened + reopenTries;
		for (;;) {
			const before = this.#reopened;
			const value = await withinDeadline(answer, this.#answerDeadline);
			if (value !== undefined) return value;
			await this.#reopening;
			if (this.#lostReason !== undefined || this.#closed) return undefined;
			// Over the new stream it was asked again, and has its time from then.
			if (this.#reopened === before || this.#reopened > until) return undefined;
		}
	}

	async #attach(): Promise<ReadyMessage | undefined> {
		const stream = await this.#open();
		if (this.#closed) {
			stream.close();
			return undefined;
		}
		this.#stream = stream;
		const ready = new Promise<ReadyMessage | undefined>((resolve) => {
			this.#ready = resolve;
		});
		stream.onLine((line) => this.#receive(line, stream));
		void stream.ended.then((reason) => this.#streamEnded(stream, reason));
		this.send({ do: 'hello', run: this.#run, after: this.#seen });
		return withinDeadline(ready, this.#answerDeadline);
	}

	#streamEnded(stream: AgentStream, reason: string): void {
		if (this.#closed || stream !== this.#stream || this.#lostReason !== undefined) return;
		this.#ready?.(undefined);
		const reopening = (this.#reopening ?? Promise.resolve()).then(() => this.#reopen(stream, reason));
		this.#reopening = reopening;
		void reopening.then(() => {
			if (this.#reopening === reopening) this.#reopening = undefined;
		});
	}

	async #reopen(broken: AgentStream, reason: string): Promise<void> {
		for (let attempt = 0; attempt < reopenTries; attempt += 1) {
			// It broke again while it was being opened, and that is looked after already.
			if (this.#closed || this.#lostReason !== undefined || (attempt === 0 && broken !== this.#stream)) return;
			try {
				if (await this.#attach()) {
					this.#reopened += 1;
					// What was asked when the stream broke may never have arrived. An answer that did comes by its number.
					for (const { command } of this.#waiting.values()) this.send(command);
					return;
				}
			} catch {
				// Tried again, then given up with the reason of the first break.
			}
		}
		if (!this.#closed) this.#lose(reason);
	}

	#lose(reason: string): void {
		if (this.#lostReason !== undefined || this.#closed) return;
		this.#lostReason = reason;
		this.#giveUpWaiting();
		this.#listener.lost(reason);
	}

	#giveUpWaiting(): void {
		for (const { resolve } of this.#waiting.values()) resolve(undefined);
		this.#waiting.clear();
		this.#ready?.(undefined);
	}

	#receive(line: string, stream: AgentStream): void {
		const message = parseMessage(line);
		if (!message) return;
		if ('seq' in message) {
			if (this.#greeted === stream) this.#receiveRecord(message);
		} else if (message.is === 'ready') {
			this.#greeted = stream;
			this.#ready?.(message);
		} else if (message.is === 'pong') this.#waiting.get(`pong ${message.id}`)?.resolve(message);
	}

	#receiveRecord(record: AgentRecord): void {
		// After a resumed stream the agent repeats what it does not know to have arrived.
		if (record.seq <= this.#seen) return;
		this.#seen = record.seq;
		this.#listener.record(record);
		if ('id' in record) this.#waiting.get(`${record.is} ${record.id}`)?.resolve(record);
		if (this.#seen - this.#acknowledged >= acknowledgeEvery) {
			this.#acknowledged = this.#seen;
			this.send({ do: 'ack', seq: this.#seen });
		}
	}
}

function parseMessage(line: string): AgentMessage | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return typeof value === 'object' && value !== null && 'is' in value ? (value as AgentMessage) : undefined;
	} catch {
		return undefined;
	}
}

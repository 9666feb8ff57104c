import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { Worker } from 'node:worker_threads';
import type { BeginCommand } from '../model/agent.ts';
import { isRecord } from '../model/is-record.ts';
import { LineReader } from './line-reader.ts';

/** As a control stream's. */
const maximumLineLength = 32 * 1024 * 1024;

/**
 * A probe pod that stands by for runs to come: each one begins with a BeginCommand, for which an agent of its own is
 * started, in a thread, and whatever the one before it held (sockets, records, its key) ends with its thread. All other
 * lines go to the agent of the latest begin; before the first one they go nowhere. `program`: the agent’s file. `ended`: an agent has ended by itself,
 * with this exit code, or the controller's stream is over (0).
 */
export class Standby {
	readonly #program: string;
	readonly #output: Writable;
	readonly #ended: (code: number) => void;
	#current: { id: string; worker: Worker } | undefined;
	/** What comes in while an agent ends waits for the next one. */
	#turn: Promise<void> = Promise.resolve();

	constructor(program: string, output: Writable, ended: (code: number) => void) {
		this.#program = program;
		this.#output = output;
		this.#ended = ended;
	}

	start(input: Readable): void {
		const take = (line: string) => void (this.#turn = this.#turn.then(() => this.#take(line)));
		const reader = new LineReader(maximumLineLength, take, () => {});
		input.setEncoding('utf8');
		input.on('data', (chunk: string) => reader.feed(chunk));
		input.on('end', () => this.#ended(0)).on('error', () => this.#ended(0));
	}

	async #take(line: string): Promise<void> {
		const begin = readBegin(line);
		if (begin) return this.#begin(begin);
		this.#current?.worker.stdin?.write(`${line}\n`);
	}

	async #begin({ id, config }: BeginCommand): Promise<void> {
		// A controller whose connection broke begins again with the same words.
		if (this.#current?.id === id) return;
		const before = this.#current?.worker;
		this.#current = undefined;
		if (before) {
			before.stdout.unpipe(this.#output);
			await before.terminate();
		}
		const worker = new Worker(this.#program, {
			argv: [],
			env: { ...process.env, GATECRASH_AGENT_CONFIG: JSON.stringify(config) },
			stdin: true,
			stdout: true,
		});
		this.#current = { id, worker };
		worker.stdout.pipe(this.#output, { end: false });
		worker.on('exit', (code) => {
			if (this.#current?.worker === worker) this.#ended(code);
		});
		await once(worker, 'online');
	}
}

function readBegin(line: string): BeginCommand | undefined {
	if (!line.startsWith('{"do":"begin"')) return undefined;
	try {
		const value: unknown = JSON.parse(line);
		return isRecord(value) && typeof value.id === 'string' && isRecord(value.config)
			? (value as unknown as BeginCommand)
			: undefined;
	} catch {
		return undefined;
	}
}

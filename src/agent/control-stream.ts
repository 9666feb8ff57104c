import type { Readable, Writable } from 'node:stream';
import type { AgentMessage } from '../model/agent.ts';
import { LineReader } from './line-reader.ts';
import type { Records } from './records.ts';

/** A command with 10,000 attempts is about 3 MB. */
const maximumCommandLength = 32 * 1024 * 1024;
/** Characters written at once. */
const chunkSize = 128 * 1024;
/** Answers that wait for a controller which does not read, before its commands wait too. */
const maximumAnswers = 1000;

/**
 * The stream of whoever controls: a pod's standard streams outlive a connection to them, and the next one begins with a
 * greeting of its own. Records are sent from a cursor, so that a slow controller costs no memory beyond the kept
 * records; lines are collected and written once per turn of the event loop.
 */
export class ControlStream {
	/** Number of the last record sent; undefined until the controller said hello. */
	#cursor: number | undefined;
	#answers: string[] = [];
	#scheduled = false;
	#blocked = false;
	#ended = false;
	readonly #input: Readable;
	readonly #output: Writable;
	readonly #records: Records;

	constructor(input: Readable, output: Writable, records: Records) {
		this.#input = input;
		this.#output = output;
		this.#records = records;
	}

	/** `ended` is called once, when either direction has ended. */
	start(command: (line: string) => void, ended: () => void): void {
		const finish = () => {
			if (this.#ended) return;
			this.#ended = true;
			ended();
		};
		const reader = new LineReader(maximumCommandLength, command, () =>
			this.answer({ is: 'refused', detail: 'the command is too long' }),
		);
		this.#input.setEncoding('utf8');
		this.#input.on('data', (chunk: string) => reader.feed(chunk));
		for (const stream of new Set([this.#input, this.#output])) stream.on('error', finish).on('close', finish);
		this.#input.on('end', finish);
		this.#output.on('drain', () => {
			this.#blocked = false;
			this.#flush();
		});
	}

	/** Sends (again) every kept record after this number. */
	sendRecordsAfter(seq: number): void {
		this.#cursor = seq;
		this.schedule();
	}

	/** Sends a message that is no record; lost when the stream breaks. */
	answer(message: AgentMessage): void {
		this.#answers.push(`${JSON.stringify(message)}\n`);
		if (this.#answers.length >= maximumAnswers) this.#input.pause();
		this.schedule();
	}

	/** Sends what is new at the end of this turn of the event loop. */
	schedule(): void {
		if (this.#scheduled || this.#blocked || this.#ended) return;
		this.#scheduled = true;
		setImmediate(() => {
			this.#scheduled = false;
			this.#flush();
		});
	}

	/** Writes what is left, then calls back. */
	finish(done: () => void): void {
		this.#flush();
		this.#output.write('', done);
	}

	#flush(): void {
		while (!this.#blocked && !this.#ended) {
			const answers = this.#answers.join('');
			if (this.#answers.length > 0) this.#input.resume();
			this.#answers = [];
			const records = this.#cursor === undefined ? undefined : this.#records.after(this.#cursor, chunkSize);
			if (records) this.#cursor = records.last;
			const text = answers + (records?.text ?? '');
			if (text === '') return;
			this.#blocked = !this.#output.write(text);
		}
	}
}

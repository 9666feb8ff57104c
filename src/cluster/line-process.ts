import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { AgentStream } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';

/** How much of a program's standard error is kept for its last words, characters. */
const errorBound = 4096;

/** A program that talks in lines over its standard streams, and ends when its standard input closes. */
export class LineProcess {
	/** Resolves with the reason when the process has ended; never rejects. */
	readonly ended: Promise<string>;
	readonly #process: ChildProcessWithoutNullStreams;
	/** Begins its messages. */
	readonly #title: string;
	#complaint = '';
	#stream: OpenStream | undefined;

	constructor(title: string, process: ChildProcessWithoutNullStreams) {
		this.#title = title;
		this.#process = process;
		process.stderr.setEncoding('utf8');
		process.stderr.on('data', (text: string) => {
			this.#complaint = (this.#complaint + text).slice(-errorBound);
		});
		// What comes while no stream is open is dropped here: an agent keeps its records until they are acknowledged.
		createInterface({ input: process.stdout }).on('line', (line) => this.#stream?.receive(line));
		this.ended = new Promise((resolve) => {
			const end = (reason: string) => {
				resolve(reason);
				this.#stream?.end(reason);
			};
			process.once('error', (error) => end(`${title} could not be started: ${error.message}`));
			process.once('close', (code, signal) => end(this.#lastWords(code, signal)));
		});
	}

	/**
	 * A line stream over the process's standard streams; closing it leaves the program running, so that it can be opened
	 * again. @throws GatecrashError GC_AGENT when a stream is open already, or the program has ended.
	 */
	async open(): Promise<AgentStream> {
		if (this.#stream) throw new GatecrashError('GC_AGENT', `${this.#title} has an open stream already.`);
		if (this.#process.exitCode !== null || this.#process.signalCode !== null) {
			throw new GatecrashError('GC_AGENT', await this.ended);
		}
		const stream = new OpenStream(this.#process.stdin, () => {
			if (this.#stream === stream) this.#stream = undefined;
		});
		this.#stream = stream;
		return stream;
	}

	/** Kills it and waits for its end. */
	async kill(): Promise<void> {
		this.#process.kill('SIGKILL');
		await this.ended;
	}

	#lastWords(code: number | null, signal: NodeJS.Signals | null): string {
		const said = this.#complaint.trim();
		return `${this.#title} ended (${signal ?? `exit code ${code}`})${said === '' ? '' : `: ${said}`}`;
	}
}

class OpenStream implements AgentStream {
	readonly ended: Promise<string>;
	readonly #input: NodeJS.WritableStream;
	readonly #detach: () => void;
	#finish: (reason: string) => void = () => {};
	#listener: ((line: string) => void) | undefined;
	#kept: string[] = [];
	#open = true;

	constructor(input: NodeJS.WritableStream, detach: () => void) {
		this.#input = input;
		this.#detach = detach;
		this.ended = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	send(line: string): void {
		if (this.#open) this.#input.write(`${line}\n`);
	}

	onLine(listener: (line: string) => void): void {
		this.#listener = listener;
		const kept = this.#kept;
		this.#kept = [];
		for (const line of kept) listener(line);
	}

	receive(line: string): void {
		if (this.#listener) this.#listener(line);
		else this.#kept.push(line);
	}

	end(reason: string): void {
		this.#open = false;
		this.#detach();
		this.#finish(reason);
	}

	close(): void {
		this.end('closed by the runner');
	}
}

import type { AgentStream, CaptureStream } from '../../model/cluster.ts';
import { isRecord } from '../../model/is-record.ts';

/** No capture has this number: until the program says `ready`, its lines are of an earlier one. */
const nobody = -1;

/**
 * A capture program that goes on from one capture to the next, where starting one takes long. Whoever has a capture has
 * the program alone until its stream is closed.
 */
export class SharedCapture {
	readonly #node: string;
	readonly #stream: AgentStream;
	#number = 0;
	/** The number of the capture whose lines come now, by the program's own word. */
	#current = nobody;
	#listener: ((line: string) => void) | undefined;
	#kept: string[] = [];
	#ended = false;

	constructor(node: string, stream: AgentStream) {
		this.#node = node;
		this.#stream = stream;
		stream.onLine((line) => this.#receive(line));
		void stream.ended.then(() => {
			this.#ended = true;
		});
	}

	get ended(): boolean {
		return this.#ended;
	}

	/** `done` is called when the stream was closed, and the next one may have the program. */
	watch(addresses: readonly string[], done: () => void): CaptureStream {
		this.#tell(addresses);
		this.#listener = undefined;
		this.#kept = [];
		let closed = false;
		let end: (reason: string) => void = () => {};
		const ended = new Promise<string>((resolve) => {
			end = resolve;
			void this.#stream.ended.then(resolve);
		});
		return {
			...{ node: this.#node, ended },
			send: (line) => {
				if (!closed) this.#stream.send(line);
			},
			onLine: (listener) => {
				if (closed) return;
				this.#listener = listener;
				const kept = this.#kept;
				this.#kept = [];
				for (const line of kept) listener(line);
			},
			close: () => {
				if (closed) return;
				closed = true;
				this.#listener = () => {};
				this.#tell([]);
				end('closed by the runner');
				done();
			},
		};
	}

	/** Ends the program: nobody speaks to it any more. */
	close(): void {
		this.#stream.close();
	}

	#tell(addresses: readonly string[]): void {
		this.#number += 1;
		this.#current = nobody;
		this.#stream.send(['watch', this.#number, ...addresses].join(' '));
	}

	#receive(line: string): void {
		const number = readyNumber(line);
		if (number !== undefined) this.#current = number;
		// What an earlier capture still had to say.
		if (this.#current !== this.#number) return;
		if (this.#listener) this.#listener(line);
		else this.#kept.push(line);
	}
}

/** Undefined for every other message. */
function readyNumber(line: string): number | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return isRecord(value) && value.is === 'ready' ? Number(value.watch) : undefined;
	} catch {
		return undefined;
	}
}

/**
 * Cuts a stream of text into lines. A line longer than `limit` characters is skipped as a whole and given to `tooLong`.
 * Parts are joined once per line, so that a line of megabytes costs no more than its length.
 */
export class LineReader {
	#parts: string[] = [];
	#length = 0;
	readonly #limit: number;
	readonly #line: (line: string) => void;
	readonly #tooLong: () => void;

	constructor(limit: number, line: (line: string) => void, tooLong: () => void) {
		this.#limit = limit;
		this.#line = line;
		this.#tooLong = tooLong;
	}

	feed(chunk: string): void {
		let start = 0;
		for (let end = chunk.indexOf('\n'); end !== -1; end = chunk.indexOf('\n', start)) {
			this.#keep(chunk.slice(start, end));
			this.#finish();
			start = end + 1;
		}
		if (start < chunk.length) this.#keep(chunk.slice(start));
	}

	#keep(part: string): void {
		this.#length += part.length;
		if (this.#length <= this.#limit) this.#parts.push(part);
		else this.#parts = [];
	}

	#finish(): void {
		const line = this.#length <= this.#limit ? this.#parts.join('') : undefined;
		this.#parts = [];
		this.#length = 0;
		if (line === undefined) this.#tooLong();
		else this.#line(line);
	}
}

import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { randomBytes } from 'node:crypto';

/** What a tool printed, and how it ended. */
export interface ToolEnd {
	/** Undefined: the fabric ended first. */
	code: number | undefined;
	output: string;
	complaint: string;
}

/**
 * Runs tools in a fabric through its init, a shell that reads its commands from standard input: inside the namespaces
 * already, so that no tool needs a fork of the runner and a way in. One after the other; the shell ends when its standard
 * input does.
 */
export class FabricShell {
	readonly #process: ChildProcessWithoutNullStreams;
	#output = '';
	#complaint = '';
	#ended = false;
	#heard: () => void = () => {};
	#queue: Promise<unknown> = Promise.resolve();

	/** Takes what the process prints from now on. */
	constructor(process: ChildProcessWithoutNullStreams) {
		this.#process = process;
		process.stdout.setEncoding('utf8').on('data', (text: string) => {
			this.#output += text;
			this.#heard();
		});
		process.stderr.setEncoding('utf8').on('data', (text: string) => {
			this.#complaint += text;
			this.#heard();
		});
		process.once('close', () => {
			this.#ended = true;
			this.#heard();
		});
	}

	/** Whether the line comes before the process ends. */
	async says(line: string): Promise<boolean> {
		await this.#until(() => this.#output.includes(`${line}\n`));
		const said = this.#output.includes(`${line}\n`);
		if (said) this.#output = '';
		return said;
	}

	/** What came on standard error and belongs to no tool. */
	get complaint(): string {
		return this.#complaint;
	}

	/** Runs a tool to its end, in its turn. `input`: its standard input, text. */
	run(command: readonly string[], input: string): Promise<ToolEnd> {
		const turn = this.#queue.then(() => this.#run(command, input));
		this.#queue = turn;
		return turn;
	}

	async #run(command: readonly string[], input: string): Promise<ToolEnd> {
		const mark = `gatecrash-${randomBytes(12).toString('hex')}`;
		this.#output = '';
		this.#complaint = '';
		const words = command.map(quoted).join(' ');
		const given = input === '' || input.endsWith('\n') ? input : `${input}\n`;
		this.#process.stdin.write(`${words} <<'${mark}'\n${given}${mark}\necho "${mark} $?"; echo ${mark} >&2\n`);
		const end = new RegExp(`${mark} (\\d+)\n$`);
		await this.#until(() => end.test(this.#output) && this.#complaint.endsWith(`${mark}\n`));
		const code = end.exec(this.#output)?.[1];
		return {
			code: code === undefined ? undefined : Number(code),
			output: this.#output.replace(end, ''),
			complaint: this.#complaint.replace(`${mark}\n`, ''),
		};
	}

	/** Or until the process has ended. */
	async #until(test: () => boolean): Promise<void> {
		while (!this.#ended && !test()) {
			await new Promise<void>((resolve) => {
				this.#heard = resolve;
			});
		}
	}
}

function quoted(word: string): string {
	return `'${word.replaceAll("'", `'\\''`)}'`;
}

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { GatecrashError } from '../../model/gatecrash-error.ts';

/** Ends of answers; no file that is read has such lines. */
const marks = { text: '--gatecrash-end--', failure: '--gatecrash-failed--' } as const;
const script = `while read -r file; do if cat "$file"; then echo; echo ${marks.text}; else echo ${marks.failure}; fi; done`;
/** Of one answer. Milliseconds. */
const answerBound = 10_000;

type Answer = 'ended' | 'failed' | { text: string };

interface Shell {
	child: ChildProcessWithoutNullStreams;
	lines: string[];
	finish: ((answer: Answer) => void) | undefined;
}

/**
 * Reads files in a node container, over one `docker exec` for all of them: starting one takes longer than many reads
 * together, and is felt by the attempts that it measures. It ends with us: its standard input closes. Whoever makes
 * one calls `close`.
 */
export class NodeReader {
	readonly #node: string;
	#shell: Shell | undefined;
	#queue: Promise<unknown> = Promise.resolve();

	constructor(node: string) {
		this.#node = node;
	}

	/**
	 * A file's text. Asked once more over a new shell when the one there is has ended, as with a node that was restarted.
	 * @throws GatecrashError GC_CLUSTER when it can't be read: what is not known must not look like nothing.
	 */
	read(file: string): Promise<string> {
		const answer = this.#queue.then(async () => {
			const first = await this.#ask(file);
			return first === 'ended' ? this.#ask(file) : first;
		});
		this.#queue = answer.catch(() => {});
		return answer.then((found) => {
			if (typeof found === 'object') return found.text;
			throw new GatecrashError('GC_CLUSTER', `${file} can't be read in the node ${this.#node}.`, {
				hint: `Look at what this says: docker exec ${this.#node} cat ${file}`,
			});
		});
	}

	close(): void {
		this.#shell?.child.kill('SIGKILL');
		this.#shell = undefined;
	}

	/** `ended`: the shell did, or it did not answer in time. */
	async #ask(file: string): Promise<Answer> {
		const shell = (this.#shell ??= this.#start());
		let timer: NodeJS.Timeout | undefined;
		const answer = await new Promise<Answer>((resolve) => {
			shell.lines = [];
			shell.finish = resolve;
			timer = setTimeout(resolve, answerBound, 'ended');
			shell.child.stdin.write(`${file}\n`);
		});
		clearTimeout(timer);
		shell.finish = undefined;
		if (answer === 'ended' && this.#shell === shell) this.close();
		return answer;
	}

	#start(): Shell {
		const child = spawn('docker', ['exec', '--interactive', this.#node, 'sh', '-c', script], {
			stdio: 'pipe',
			// Ctrl-C is for us.
			detached: true,
		});
		const shell: Shell = { child, lines: [], finish: undefined };
		const end = () => {
			if (this.#shell === shell) this.#shell = undefined;
			shell.finish?.('ended');
		};
		child.stderr.resume();
		// A pipe whose reader is gone is told by the end.
		child.stdin.on('error', () => {});
		child.once('error', end).once('close', end);
		createInterface({ input: child.stdout }).on('line', (line) => {
			if (line === marks.text) shell.finish?.({ text: shell.lines.join('\n') });
			else if (line === marks.failure) shell.finish?.('failed');
			else shell.lines.push(line);
		});
		return shell;
	}
}

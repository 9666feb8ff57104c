import { Listr, ListrLogger, ProcessOutput } from 'listr2';
import { describeDuration } from '../report/counts.ts';
import type { OnProgress, ProgressEvent } from '../run/progress.ts';
import type { Context } from './context.ts';

/** Shows what a run is doing, on standard error. It follows the run, and never decides anything in it. */
export interface ProgressView {
	show: OnProgress;
	/** Ends the view, also when the run broke off; nothing is drawn afterwards. */
	close(): Promise<void>;
}

/** With more scenarios than fit on a screen, they share one line. */
const linesAtMost = 12;

export function openProgress(scenarios: string[], context: Context, options: { quiet: boolean }): ProgressView {
	if (options.quiet) return { show: () => {}, close: async () => {} };
	return context.interactive ? liveProgress(scenarios) : plainProgress(scenarios.length, context);
}

/** A line for each new phase, with the time since the beginning: for logs and for people without a terminal. */
function plainProgress(total: number, context: Context): ProgressView {
	const began = performance.now();
	const last = new Map<string, string>();
	let ended = 0;
	return {
		show(event) {
			const subject = event.scenario ?? 'cluster';
			if (event.kind === 'scenario' && event.ended) ended += 1;
			if (last.get(subject) === event.phase && !event.ended) return;
			last.set(subject, event.phase);
			const seconds = ((performance.now() - began) / 1000).toFixed(2).padStart(7);
			const counted = event.kind === 'scenario' && event.ended ? ` (${ended} of ${total})` : '';
			context.stderr(`${seconds}s  ${subject}: ${event.phase}${counted}${event.detail ? `: ${event.detail}` : ''}\n`);
		},
		async close() {},
	};
}

interface Line {
	update(text: string): void;
	end(error?: Error): void;
	done: Promise<void>;
}

function liveProgress(scenarios: string[]): ProgressView {
	const together = scenarios.length > linesAtMost;
	const titles = ['cluster', ...(together ? [`${scenarios.length} scenarios`] : scenarios)];
	const lines = new Map(titles.map((title) => [title, openLine()]));
	const output = new ProcessOutput(process.stderr, process.stderr);
	const list = new Listr(
		titles.map((title) => ({
			title,
			task: (_context, task) => followLine(lines.get(title), (text) => void (task.title = `${title}  ${text}`)),
		})),
		{
			concurrent: true,
			exitOnError: false,
			// Its own handler calls process.exit, which would skip everything that has to be undone.
			registerSignalListeners: false,
			renderer: 'default',
			rendererOptions: {
				logger: new ListrLogger({ useIcons: true, toStderr: [], processOutput: output }),
				clearOutput: true,
			},
		},
	);
	const finished = list.run().then(
		() => {},
		() => {},
	);
	let ended = 0;
	const began = new Map<string, number>();
	return {
		show(event) {
			const subject = event.scenario ?? 'cluster';
			if (!began.has(subject)) began.set(subject, performance.now());
			if (event.scenario !== undefined && event.ended) ended += 1;
			const title =
				event.scenario === undefined ? 'cluster' : together ? `${scenarios.length} scenarios` : event.scenario;
			const line = lines.get(title);
			if (line === undefined) return;
			const shared = together && event.scenario !== undefined;
			line.update(shared ? `${ended} done, ${event.scenario}: ${describe(event)}` : describe(event));
			if (!event.ended || (shared && ended < scenarios.length)) return;
			line.update(`${event.phase} ${describeDuration(performance.now() - (began.get(subject) ?? 0))}`);
			line.end(event.ended === 'failed' ? new Error(event.detail ?? 'failed') : undefined);
		},
		async close() {
			for (const line of lines.values()) line.end();
			await finished;
		},
	};
}

function describe(event: ProgressEvent): string {
	const counted = event.done !== undefined && event.total !== undefined ? ` ${event.done}/${event.total}` : '';
	return `${event.phase}${counted}`;
}

function openLine(): Line & { onUpdate: (listener: (text: string) => void) => void } {
	let listener: (text: string) => void = () => {};
	let settle: { resolve: () => void; reject: (error: Error) => void };
	const done = new Promise<void>((resolve, reject) => {
		settle = { resolve, reject };
	});
	// Listr handles the rejection once it runs the task; until then it must not count as unhandled.
	done.catch(() => {});
	return {
		done,
		update: (text) => listener(text),
		end: (error) => (error ? settle.reject(error) : settle.resolve()),
		onUpdate: (next) => {
			listener = next;
		},
	};
}

async function followLine(line: ReturnType<typeof openLine> | undefined, show: (text: string) => void): Promise<void> {
	line?.onUpdate(show);
	await line?.done;
}

import { type ChildProcess, spawn } from 'node:child_process';
import { accessSync, constants, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

const names = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];

/** Undefined where there is no Chromium. */
export function findChromium(): string | undefined {
	const paths = (process.env['PATH'] ?? '')
		.split(delimiter)
		.flatMap((folder) => names.map((name) => join(folder, name)));
	return paths.find((path) => {
		try {
			accessSync(path, constants.X_OK);
			return true;
		} catch {
			return false;
		}
	});
}

interface Message {
	id?: number;
	method?: string;
	params?: Record<string, unknown>;
	result?: Record<string, unknown>;
	error?: { message: string };
	sessionId?: string;
}

/**
 * One page of a headless Chromium, spoken to over its pipe (https://chromedevtools.github.io/devtools-protocol/): nothing
 * listens on the network. Whoever launches it closes it.
 */
export class Browser {
	/** Addresses of everything that the page asked for, the page itself included. */
	readonly requested: string[] = [];
	/** Errors, refusals by the page's policy, and exceptions. */
	readonly complaints: string[] = [];
	readonly #child: ChildProcess;
	readonly #folder: string;
	readonly #commands: Writable;
	readonly #waiting = new Map<
		number,
		{ resolve: (result: Record<string, unknown>) => void; reject: (error: Error) => void }
	>();
	readonly #events: ((message: Message) => void)[] = [];
	#session: string | undefined;
	#last = 0;

	private constructor(program: string) {
		this.#folder = mkdtempSync(join(tmpdir(), 'gatecrash-browser-'));
		const flags = [
			'--headless',
			'--no-sandbox',
			'--disable-gpu',
			'--disable-dev-shm-usage',
			'--disable-background-networking',
		];
		this.#child = spawn(program, [...flags, '--remote-debugging-pipe', `--user-data-dir=${this.#folder}`], {
			stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
		});
		this.#commands = this.#child.stdio[3] as Writable;
		let rest = '';
		(this.#child.stdio[4] as Readable).setEncoding('utf8').on('data', (text: string) => {
			const messages = (rest + text).split('\0');
			rest = messages.pop() ?? '';
			for (const message of messages) this.#receive(JSON.parse(message) as Message);
		});
		this.#child.once('exit', () => {
			for (const { reject } of this.#waiting.values()) reject(new Error('the browser ended'));
		});
	}

	static async launch(program: string): Promise<Browser> {
		const browser = new Browser(program);
		const { targetId } = await browser.send('Target.createTarget', { url: 'about:blank' });
		const { sessionId } = await browser.send('Target.attachToTarget', { targetId, flatten: true });
		browser.#session = String(sessionId);
		await Promise.all(['Page', 'Runtime', 'Network', 'Log'].map((domain) => browser.send(`${domain}.enable`)));
		return browser;
	}

	send(method: string, params: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
		this.#last += 1;
		const id = this.#last;
		const session = this.#session === undefined ? {} : { sessionId: this.#session };
		this.#commands.write(`${JSON.stringify({ id, method, params, ...session })}\0`);
		return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
	}

	/** Resolves when the page has loaded. */
	async open(url: string): Promise<void> {
		const loaded = new Promise<void>((resolve) => {
			this.#events.push((message) => message.method === 'Page.loadEventFired' && resolve());
		});
		await this.send('Page.navigate', { url });
		await loaded;
		this.#events.length = 0;
	}

	/** The value of an expression in the page. */
	async evaluate(expression: string): Promise<unknown> {
		const { result, exceptionDetails } = await this.send('Runtime.evaluate', {
			expression,
			returnByValue: true,
			awaitPromise: true,
		});
		if (exceptionDetails !== undefined) throw new Error(JSON.stringify(exceptionDetails));
		return (result as { value?: unknown }).value;
	}

	async press(key: string, windowsVirtualKeyCode: number, text?: string): Promise<void> {
		const params = { key, code: key, windowsVirtualKeyCode, ...(text !== undefined && { text }) };
		await this.send('Input.dispatchKeyEvent', { type: 'keyDown', ...params });
		await this.send('Input.dispatchKeyEvent', { type: 'keyUp', ...params });
	}

	async close(): Promise<void> {
		const ended = new Promise((resolve) => this.#child.once('exit', resolve));
		const late = setTimeout(() => this.#child.kill('SIGKILL'), 5000);
		// A command of the browser, not of its page. Its answer may get lost as it ends.
		this.#session = undefined;
		this.send('Browser.close').catch(() => undefined);
		await ended;
		clearTimeout(late);
		rmSync(this.#folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
	}

	#receive(message: Message): void {
		const { id, method, params, error, result } = message;
		if (id !== undefined) {
			const waiting = this.#waiting.get(id);
			this.#waiting.delete(id);
			if (error) waiting?.reject(new Error(error.message));
			else waiting?.resolve(result ?? {});
			return;
		}
		const request = params?.['request'] as { url: string } | undefined;
		if (method === 'Network.requestWillBeSent' && request) this.requested.push(request.url);
		if (method === 'Runtime.exceptionThrown' || method === 'Log.entryAdded')
			this.complaints.push(JSON.stringify(params));
		for (const listener of this.#events) listener(message);
	}
}

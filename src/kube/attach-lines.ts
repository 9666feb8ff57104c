import { PassThrough } from 'node:stream';
import type { KubeConfig } from '@kubernetes/client-node';
import type { AgentStream } from '../model/cluster.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';

export interface AttachTarget {
	namespace: string;
	pod: string;
	container: string;
}

/** What we use of the WebSocket that client-node opens. */
interface Socket {
	send(data: Buffer): void;
	close(): void;
	terminate(): void;
	ping(): void;
	on(event: 'close' | 'error' | 'pong', listener: (...args: unknown[]) => void): void;
}

/** Opening one takes 0.2 s on a quiet cluster. Milliseconds. */
const openBound = 15_000;
/** A silent connection is asked whether it is still there; one that does not answer until the next time is dead. */
const heartbeat = 5_000;
/** Of standard error, kept for the reason of the end; characters. */
const errorBound = 2048;
const channels = { input: 0, output: 1, error: 2, status: 3 } as const;

/**
 * Talks in lines to the program of a container, over its standard input and output and one WebSocket. The stream ends
 * with a reason when the program ends, and also when the connection drops without saying anything. What the program says
 * while nobody is attached goes to the container's log alone.
 * @throws GatecrashError GC_AGENT when it can't be opened, GC_NOT_PERMITTED without the right to `create pods/attach`.
 */
export async function attachLines(config: KubeConfig, target: AttachTarget): Promise<AgentStream> {
	const { Attach } = await import('./client-node.ts');
	const { namespace, pod, container } = target;
	const query = new URLSearchParams({ stdin: 'true', stdout: 'true', stderr: 'true', tty: 'false', container });
	const path = `/api/v1/namespaces/${namespace}/pods/${pod}/attach?${query.toString()}`;
	const stream = new AttachedStream(`${namespace}/${pod}`);
	const { handler } = new Attach(withBound(config));
	// Without streams of its own the handler ends this process's standard output when the far side closes its own.
	Object.assign(handler, {
		streams: { stdin: new PassThrough(), stdout: new PassThrough(), stderr: new PassThrough() },
	});
	try {
		const receive = (channel: number, data: Buffer) => stream.receive(channel, data);
		stream.attach((await handler.connect(path, null, receive)) as Socket);
	} catch (cause) {
		throw openError(`${namespace}/${pod}`, cause);
	}
	return stream;
}

/** The handler has no deadline of its own. */
function withBound(config: KubeConfig): KubeConfig {
	const bounded = Object.create(config) as KubeConfig;
	bounded.applyToHTTPSOptions = async (options) => {
		await config.applyToHTTPSOptions(options);
		Object.assign(options, { handshakeTimeout: openBound });
	};
	return bounded;
}

function openError(pod: string, cause: unknown): GatecrashError {
	const message = messageOf(cause);
	if (/\b40[13]\b/.test(message)) {
		return new GatecrashError('GC_NOT_PERMITTED', `The agent of ${pod} can't be reached: ${message}`, {
			hint: 'A run needs the right to create pods/attach; gatecrash rbac prints all of them.',
			cause,
		});
	}
	return new GatecrashError('GC_AGENT', `The agent of ${pod} can't be reached: ${message}`, { cause });
}

function messageOf(cause: unknown): string {
	return typeof cause === 'object' && cause !== null && 'message' in cause ? String(cause.message) : String(cause);
}

class AttachedStream implements AgentStream {
	readonly ended: Promise<string>;
	readonly #name: string;
	#finish: (reason: string) => void = () => {};
	#socket: Socket | undefined;
	#listener: ((line: string) => void) | undefined;
	#kept: string[] = [];
	/** Bytes, not text: a character may be cut in two between frames. */
	#rest: Buffer[] = [];
	#complaint = '';
	#open = true;

	constructor(name: string) {
		this.#name = name;
		this.ended = new Promise((resolve) => {
			this.#finish = resolve;
		});
	}

	attach(socket: Socket): void {
		this.#socket = socket;
		if (!this.#open) return socket.terminate();
		// A connection that broke may have left half a line.
		this.send('');
		socket.on('error', () => {});
		socket.on('close', (code) => this.#end(`the control stream of ${this.#name} broke (${String(code)})`));
		let alive = true;
		socket.on('pong', () => {
			alive = true;
		});
		const timer = setInterval(() => {
			if (!alive) return socket.terminate();
			alive = false;
			socket.ping();
		}, heartbeat);
		timer.unref();
		socket.on('close', () => clearInterval(timer));
	}

	send(line: string): void {
		if (!this.#open) return;
		const text = Buffer.from(`${line}\n`);
		this.#socket?.send(Buffer.concat([Buffer.of(channels.input), text]));
	}

	onLine(listener: (line: string) => void): void {
		this.#listener = listener;
		const kept = this.#kept;
		this.#kept = [];
		for (const line of kept) listener(line);
	}

	close(): void {
		this.#end('closed by the runner');
		this.#socket?.close();
		// A far side that is gone does not answer the closing handshake.
		setTimeout(() => this.#socket?.terminate(), 1000).unref();
	}

	/** Returns whether the connection is still wanted. */
	receive(channel: number, data: Buffer): boolean {
		if (!this.#open) return false;
		if (channel === channels.output) this.#take(data);
		else if (channel === channels.error) this.#complaint = (this.#complaint + data.toString()).slice(-errorBound);
		else if (channel === channels.status) this.#end(this.#lastWords(data.toString()));
		return this.#open;
	}

	#take(data: Buffer): void {
		let from = 0;
		for (let end = data.indexOf(10); end >= 0; end = data.indexOf(10, from)) {
			const line = Buffer.concat([...this.#rest, data.subarray(from, end)]).toString();
			this.#rest = [];
			from = end + 1;
			if (this.#listener) this.#listener(line);
			else this.#kept.push(line);
		}
		if (from < data.length) this.#rest.push(data.subarray(from));
	}

	#lastWords(status: string): string {
		const said = this.#complaint.trim();
		let detail = status;
		try {
			const { message, status: word } = JSON.parse(status) as { message?: string; status?: string };
			detail = message ?? (word === 'Success' ? 'the agent closed it' : status);
		} catch {
			// Shown as it came.
		}
		return `the control stream of ${this.#name} ended: ${detail}${said === '' ? '' : ` (${said})`}`;
	}

	#end(reason: string): void {
		if (!this.#open) return;
		this.#open = false;
		this.#finish(reason);
	}
}

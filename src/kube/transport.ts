import {
	Agent as HttpAgent,
	type ClientRequest,
	type IncomingMessage,
	type OutgoingHttpHeaders,
	request as httpRequest,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeConfig } from '@kubernetes/client-node';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { answerError, connectionError } from './kube-error.ts';

export interface Call {
	method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
	/** With the query. */
	path: string;
	body?: unknown;
	contentType?: string;
	/** Bytes of a file that are asked for, both ends included. */
	range?: { from: number; to: number };
	/** What is being done, for messages. */
	doing: string;
	/** Ends reading at once; a change that is under way is still waited for. */
	signal?: AbortSignal | undefined;
	/** How long a server that does not answer is asked again, milliseconds; default: as long as a restart takes. */
	patience?: number;
}

interface Answer {
	text: string;
	range: string | undefined;
}

/** An API server's restart takes 5 to 20 s on a small machine, its first rights and caches a little longer. */
const restartPatience = 60_000;
const pauseBetween = 250;
/** Of a single request without an answer. */
const answerBound = 30_000;

/**
 * HTTP to one API server. Connections are kept open (client-node makes a new TLS connection for every call), and a
 * server that restarts is asked again for a while: every call made through here may be repeated.
 */
export class Transport {
	readonly server: string;
	readonly #config: KubeConfig;
	#identity = '';
	#agent: HttpAgent | undefined;
	#lostAt = Number.NEGATIVE_INFINITY;
	#answered = false;

	constructor(config: KubeConfig) {
		this.#config = config;
		this.server = (config.getCurrentCluster()?.server ?? '').replace(/\/+$/, '');
	}

	/** The answer's body as text. @throws KubeError for an answer that is no success, GatecrashError without an answer. */
	async call(call: Call): Promise<string> {
		return (await this.answer(call)).text;
	}

	/** The same with the answer's `Content-Range`, undefined where it has none. */
	async answer(call: Call): Promise<Answer> {
		const until = performance.now() + (call.patience ?? restartPatience);
		for (;;) {
			call.signal?.throwIfAborted();
			const attempt = await this.#once(call);
			if ('text' in attempt) return attempt;
			if (performance.now() >= until) throw attempt.retry;
			await sleep(attempt.after ?? pauseBetween, undefined, call.signal && { signal: call.signal });
		}
	}

	/** Opens a streaming answer; the caller reads it to its end or destroys it. Not repeated. */
	async open(path: string, doing: string, signal: AbortSignal): Promise<IncomingMessage> {
		const response = await this.#send({ method: 'GET', path, doing, signal }, 0);
		const status = response.statusCode ?? 0;
		if (status === 200) return response;
		throw answerError(doing, status, await textOf(response));
	}

	close(): void {
		this.#agent?.destroy();
	}

	async #once(call: Call): Promise<Answer | { retry: unknown; after?: number | undefined }> {
		let response: IncomingMessage;
		let text: string;
		try {
			response = await this.#send(call, answerBound);
			text = await textOf(response);
		} catch (cause) {
			call.signal?.throwIfAborted();
			if (cause instanceof GatecrashError) throw cause;
			const error = connectionError(call.doing, this.server, cause);
			if (!isPassing(cause)) throw error;
			this.#lostAt = performance.now();
			return { retry: error };
		}
		const status = response.statusCode ?? 0;
		if (status >= 200 && status < 300) {
			this.#answered = true;
			return { text, range: response.headers['content-range'] };
		}
		const error = answerError(call.doing, status, text);
		if (!this.#mayPass(status, text)) throw error;
		const seconds = Number(response.headers['retry-after']);
		return { retry: error, after: seconds > 0 ? Math.min(seconds, 5) * 1000 : undefined };
	}

	/** A server that has just come back refuses for a moment what it permitted before: its roles are not loaded yet. */
	#mayPass(status: number, text: string): boolean {
		if ([429, 502, 503, 504].includes(status)) return true;
		if (status === 500) return /etcdserver|leader changed|timed? ?out|connection refused/i.test(text);
		const justBack = this.#answered && performance.now() - this.#lostAt < 30_000;
		return justBack && (status === 401 || status === 403);
	}

	async #send(call: Call, bound: number): Promise<IncomingMessage> {
		const url = new URL(this.server + call.path);
		const options: RequestOptions = await this.#options();
		const body = call.body === undefined ? undefined : JSON.stringify(call.body);
		const headers = {
			// client-node gives an object; Node's type also allows the raw list of names and values.
			...(options.headers as OutgoingHttpHeaders | undefined),
			accept: call.range ? '*/*' : 'application/json',
			...(call.range && { range: `bytes=${call.range.from}-${call.range.to}` }),
			'user-agent': 'gatecrash',
			...(body !== undefined && {
				'content-type': call.contentType ?? 'application/json',
				'content-length': Buffer.byteLength(body),
			}),
		};
		const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
		return new Promise((resolve, reject) => {
			const request: ClientRequest = send(url, {
				...options,
				method: call.method,
				headers,
				// A change that was sent is not left alone: nobody would know whether it was made.
				...(call.signal && call.method === 'GET' && { signal: call.signal }),
				...(bound > 0 && { timeout: bound }),
			});
			request.once('timeout', () => request.destroy(new TimeoutError(bound)));
			request.once('error', reject);
			request.once('response', resolve);
			request.end(body);
		});
	}

	/** Credentials may change while a run goes on (exec plugins, token files): they are asked for anew every time. */
	async #options(): Promise<RequestOptions> {
		const options: RequestOptions = {};
		try {
			await this.#config.applyToHTTPSOptions(options);
		} catch (cause) {
			throw new GatecrashError('GC_NOT_PERMITTED', `The kubeconfig’s credentials can't be had: ${String(cause)}`, {
				hint: 'Run the kubeconfig’s log-in command by hand and look at what it says.',
				cause,
			});
		}
		const { ca, cert, key, servername, rejectUnauthorized } = options;
		const identity = JSON.stringify([ca, cert, key, servername, rejectUnauthorized].map(String));
		if (!this.#agent || identity !== this.#identity) {
			this.#identity = identity;
			this.#agent = keptAlive(options.agent);
		}
		return { ...options, ...(this.#agent && { agent: this.#agent }) };
	}
}

class TimeoutError extends Error {
	readonly code = 'ETIMEDOUT';

	constructor(bound: number) {
		super(`no answer within ${bound / 1000} s`);
	}
}

/** Agents of proxies are left as they are. */
function keptAlive(agent: RequestOptions['agent']): HttpAgent | undefined {
	if (!(agent instanceof HttpAgent)) return undefined;
	if (agent.constructor === HttpsAgent) return new HttpsAgent({ ...(agent as HttpsAgent).options, keepAlive: true });
	if (agent.constructor === HttpAgent) return new HttpAgent({ keepAlive: true });
	return agent;
}

/** Codes of a server that is away for a moment, or of a kept connection that it closed. */
const passing = ['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH', 'EAI_AGAIN'];

function isPassing(error: unknown): boolean {
	if (error instanceof AggregateError) return error.errors.every(isPassing);
	return error instanceof Error && 'code' in error && passing.includes(String(error.code));
}

async function textOf(response: IncomingMessage): Promise<string> {
	response.setEncoding('utf8');
	let text = '';
	for await (const chunk of response) text += String(chunk);
	return text;
}

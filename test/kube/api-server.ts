import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { KubeConfig } from '@kubernetes/client-node';
import { Transport } from '../../src/kube/transport.ts';

export interface Seen {
	method: string;
	path: string;
	body: string;
	/** Bytes that are asked for; empty: all. */
	range: string;
	port: number;
}

/**
 * Plays the answers of an API server that a real one gives only while it restarts, or never on demand. What a real one
 * does is tested in test/kind.
 */
export class FaultyServer {
	readonly seen: Seen[] = [];
	#server: Server | undefined;
	#port = 0;
	readonly #answer: (request: Seen, response: ServerResponse) => void;

	constructor(answer: (request: Seen, response: ServerResponse) => void) {
		this.#answer = answer;
	}

	async start(): Promise<void> {
		const server = createServer((request, response) => void this.#receive(request, response));
		await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
		this.#port = (server.address() as AddressInfo).port;
		this.#server = server;
	}

	async stop(): Promise<void> {
		const server = this.#server;
		this.#server = undefined;
		server?.closeAllConnections();
		await new Promise<void>((resolve) => (server ? server.close(() => resolve()) : resolve()));
	}

	config(): KubeConfig {
		const config = new KubeConfig();
		config.loadFromOptions({
			clusters: [{ name: 'c', server: `http://127.0.0.1:${this.#port}`, skipTLSVerify: true }],
			users: [{ name: 'u', token: 'secret' }],
			contexts: [{ name: 'x', cluster: 'c', user: 'u' }],
			currentContext: 'x',
		});
		return config;
	}

	transport(): Transport {
		return new Transport(this.config());
	}

	async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
		let body = '';
		for await (const chunk of request) body += String(chunk);
		const { method = '', url = '', socket, headers } = request;
		const seen = { method, path: url, body, range: headers.range ?? '', port: socket.remotePort ?? 0 };
		this.seen.push(seen);
		this.#answer(seen, response);
	}
}

export function json(
	response: ServerResponse,
	status: number,
	value: unknown,
	headers: Record<string, string> = {},
): void {
	response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value));
}

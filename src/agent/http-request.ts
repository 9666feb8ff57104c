import { isToken } from './wire.ts';

const maximumHeaderLine = 32 * 1024;
const maximumHeaders = 200;
/** Characters of X-Forwarded-Client-Cert that are kept; a certificate chain would not fit into a record. */
const maximumForwarded = 8 * 1024;

/**
 * The server's side of `GET /gatecrash/TOKEN`: as much of HTTP/1.1 as a real client or proxy needs for a request
 * without a body. `/` and `/healthz` answer 200, for kubelet probes.
 */
export class HttpRequest {
	/** Undefined: another path, or another method. */
	readonly token: string | undefined;
	readonly known: boolean;
	readonly maximumLine = maximumHeaderLine;
	#closes: boolean;
	#headers = 0;
	#forwarded: string | undefined;

	private constructor(method: string, path: string, version: string) {
		const token = /^\/gatecrash\/([^/?#]+)$/.exec(path)?.[1];
		this.token = method === 'GET' && token !== undefined && isToken(token) ? token : undefined;
		this.known = this.token !== undefined || (method === 'GET' && /^\/(healthz)?$/.test(path));
		this.#closes = version === '0' || !this.known;
	}

	/** Undefined: not an HTTP request line. */
	static begin(line: string): HttpRequest | undefined {
		const match = /^([A-Z]{1,16}) (\/\S*|\*) HTTP\/1\.([01])\r?$/.exec(line);
		if (!match) return undefined;
		const [, method = '', path = '', version = ''] = match;
		return new HttpRequest(method, path, version);
	}

	/** After the response the connection is closed. */
	get closes(): boolean {
		return this.#closes;
	}

	/**
	 * X-Forwarded-Client-Cert as it came, several joined as RFC 9110 (5.3) joins them. One that is too long is cut, and
	 * ends in `…` to say so: its last element is what would matter.
	 */
	get forwardedClientCert(): string | undefined {
		return this.#forwarded;
	}

	/** Takes one line of the head; `end` is the empty line after which the response is due. */
	header(line: string): 'more' | 'end' | 'stray' {
		if (line === '' || line === '\r') return 'end';
		this.#headers += 1;
		if (line.length > maximumHeaderLine || this.#headers > maximumHeaders) return 'stray';
		const [name = '', value = ''] = line.toLowerCase().split(':', 2);
		if (name === 'x-forwarded-client-cert') this.#forward(line.slice(name.length + 1).trim());
		if (name === 'connection' && value.includes('close')) this.#closes = true;
		// A body would be taken for the next request.
		if (name === 'transfer-encoding' || (name === 'content-length' && value.trim() !== '0')) this.#closes = true;
		return 'more';
	}

	#forward(value: string): void {
		const joined = this.#forwarded === undefined ? value : `${this.#forwarded},${value}`;
		this.#forwarded = joined.length > maximumForwarded ? `${joined.slice(0, maximumForwarded)}…` : joined;
	}

	/** With the reply as its body; without one, what the path deserves. */
	response(reply: string | undefined): string {
		const status = reply !== undefined || this.known ? '200 OK' : '404 Not Found';
		const body = reply ?? (this.known ? 'ok\n' : 'not found\n');
		return (
			`HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n` +
			`Connection: ${this.#closes ? 'close' : 'keep-alive'}\r\n\r\n${body}`
		);
	}
}

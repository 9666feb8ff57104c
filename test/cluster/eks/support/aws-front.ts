import { createServer, type IncomingMessage, request as send, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A call as AWS got it. */
export interface AwsCall {
	service: string;
	/** `DeleteStack`; for EKS, whose actions are methods and paths, `DELETE /clusters/x`. */
	action: string;
}

/** Stands in the way of the next calls of an action. */
export interface Obstacle {
	service: string;
	action: RegExp;
	/** How many calls are answered so; default all. */
	times?: number;
	code: string;
	status?: number;
	message?: string;
}

/** Quotas by service and code; moto has those of VPCs only, with values that nobody can change. */
const defaultQuotas: Record<string, number> = {
	'eks/L-1194D53C': 100,
	'vpc/L-F678F1CE': 5,
	'ec2/L-0263D0A3': 5,
	'ec2/L-1216C47A': 64,
};

/** As `aws eks describe-addon-versions` lists them, newest first. */
const addonVersions: Record<string, string[]> = {
	'vpc-cni': ['v1.21.1-eksbuild.3', 'v1.20.4-eksbuild.1'],
	coredns: ['v1.13.2-eksbuild.1'],
	'kube-proxy': ['v1.35.0-eksbuild.2'],
};

/**
 * AWS on loopback: moto, before it what moto lacks (versions of add-ons, most quotas), failures on demand, and a record
 * of every call. Whoever starts it stops it.
 */
export class AwsFront {
	readonly calls: AwsCall[] = [];
	readonly obstacles: Obstacle[] = [];
	readonly quotas = { ...defaultQuotas };
	readonly #moto: URL;
	readonly #server: Server;

	constructor(moto: string) {
		this.#moto = new URL(moto);
		this.#server = createServer((request, response) => void this.#receive(request, response));
	}

	async start(): Promise<string> {
		await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
	}

	async stop(): Promise<void> {
		this.#server.closeAllConnections();
		await new Promise<void>((resolve) => this.#server.close(() => resolve()));
	}

	/** Actions that change something, in order. */
	changes(): string[] {
		const reads = /^(Describe|List|Get|GET )/;
		return this.calls.filter(({ action }) => !reads.test(action)).map(({ service, action }) => `${service} ${action}`);
	}

	async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const chunks: Buffer[] = [];
		for await (const chunk of request) chunks.push(chunk as Buffer);
		const body = Buffer.concat(chunks);
		const call = callOf(request, body.toString());
		this.calls.push(call);
		const obstacle = this.obstacles.find(
			({ service, action, times }) => service === call.service && action.test(call.action) && (times ?? 1) > 0,
		);
		if (obstacle) {
			if (obstacle.times !== undefined) obstacle.times -= 1;
			return refuse(response, call.service, obstacle);
		}
		const url = new URL(request.url ?? '/', 'http://aws');
		if (call.service === 'eks' && url.pathname === '/addons/supported-versions') return this.#addons(url, response);
		if (call.service === 'servicequotas') return this.#quota(body.toString(), response);
		this.#pass(request, body, response);
	}

	#addons(url: URL, response: ServerResponse): void {
		const name = url.searchParams.get('addonName') ?? '';
		const versions = (addonVersions[name] ?? []).map((addonVersion) => ({ addonVersion }));
		answer(response, 200, { addons: versions.length === 0 ? [] : [{ addonName: name, addonVersions: versions }] });
	}

	#quota(body: string, response: ServerResponse): void {
		const { ServiceCode, QuotaCode } = JSON.parse(body) as { ServiceCode: string; QuotaCode: string };
		const Value = this.quotas[`${ServiceCode}/${QuotaCode}`];
		if (Value === undefined)
			return answer(response, 400, { __type: 'NoSuchResourceException', message: 'no such quota' });
		answer(response, 200, { Quota: { ServiceCode, QuotaCode, Value } });
	}

	#pass(request: IncomingMessage, body: Buffer, response: ServerResponse): void {
		const { hostname, port } = this.#moto;
		const { method, url: path, headers } = request;
		const onward = send({ hostname, port, method, path, headers }, (from) => {
			response.writeHead(from.statusCode ?? 500, from.headers);
			from.pipe(response);
		});
		onward.on('error', (error) => response.destroy(error));
		onward.end(body);
	}
}

/** The service by what the signature is for; the action as each protocol of AWS says it. */
function callOf({ headers, method, url }: IncomingMessage, body: string): AwsCall {
	const service = /Credential=[^/]+\/\d+\/[^/]+\/([^/]+)\//.exec(headers.authorization ?? '')?.[1] ?? 'unknown';
	const target = String(headers['x-amz-target'] ?? '').split('.')[1];
	const query = new URLSearchParams(body).get('Action');
	const rpc = /\/operation\/(\w+)$/.exec(url ?? '')?.[1];
	return { service, action: target ?? rpc ?? query ?? `${method} ${(url ?? '').split('?')[0]}` };
}

/** As each protocol says it: JSON, and the XML of EC2 and of the older ones. */
function refuse(response: ServerResponse, service: string, { code, status = 400, message = code }: Obstacle): void {
	if (service === 'eks' || service === 'logs' || service === 'servicequotas') {
		response.setHeader('x-amzn-errortype', code);
		return answer(response, status, { __type: code, message });
	}
	const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error>`;
	const text =
		service === 'ec2'
			? `<Response><Errors>${error}</Errors><RequestID>r</RequestID></Response>`
			: `<ErrorResponse>${error}<RequestId>r</RequestId></ErrorResponse>`;
	response.writeHead(status, { 'content-type': 'text/xml' }).end(text);
}

function answer(response: ServerResponse, status: number, value: unknown): void {
	response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { KubeClient } from '../../src/kube/kube-client.ts';
import { KubeError } from '../../src/kube/kube-error.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { FaultyServer, json } from './api-server.ts';

const call = { method: 'GET', path: '/version', doing: 'asking' } as const;

async function failure(promise: Promise<unknown>): Promise<GatecrashError> {
	const error: unknown = await promise.then(
		() => undefined,
		(reason: unknown) => reason,
	);
	expect(error).to.be.instanceOf(GatecrashError);
	return error as GatecrashError;
}

describe('transport to an API server', () => {
	let server: FaultyServer;
	afterEach(() => server.stop());

	it('keeps its connection', async () => {
		server = new FaultyServer((_, response) => json(response, 200, {}));
		await server.start();
		const transport = server.transport();
		for (let index = 0; index < 3; index += 1) await transport.call(call);
		expect(new Set(server.seen.map(({ port }) => port)).size).to.equal(1);
		transport.close();
	});

	it('reads a part of a node’s log, and nothing beyond its end', async () => {
		let file = 'one\ntwo\nthree\n';
		server = new FaultyServer(({ range }, response) => {
			const [from = 0, to = 0] = range.replace('bytes=', '').split('-').map(Number);
			if (from >= file.length) response.writeHead(416).end('invalid range');
			else
				response
					.writeHead(206, { 'content-range': `bytes ${from}-${to}/${file.length}` })
					.end(file.slice(from, to + 1));
		});
		await server.start();
		const client = new KubeClient(server.config(), server.transport(), undefined);
		const read = (from: number, most: number) => client.nodeLog('a', 'x/y.log', { from, most });
		expect(await read(4, 4)).to.deep.equal({ text: 'two\n', size: 14 });
		expect(await read(14, 4)).to.deep.equal({ text: '', size: 14 });
		expect(server.seen.map(({ method, path, range }) => `${method} ${path} ${range}`)).to.deep.equal([
			'GET /api/v1/nodes/a/proxy/logs/x/y.log bytes=4-7',
			'GET /api/v1/nodes/a/proxy/logs/x/y.log bytes=14-17',
			'GET /api/v1/nodes/a/proxy/logs/x/y.log bytes=0-0',
		]);
		file = '';
		expect(await read(0, 1)).to.deep.equal({ text: '', size: 0 });
		client.close();
	});

	it('waits for a server that restarts, also where it had kept a connection', async () => {
		server = new FaultyServer((_, response) => json(response, 200, { ok: true }));
		await server.start();
		const transport = server.transport();
		await transport.call(call);
		await server.stop();
		const answer = transport.call(call);
		await sleep(600);
		await server.start();
		expect(JSON.parse(await answer)).to.deep.equal({ ok: true });
		transport.close();
	});

	it('gives up after its patience, and says which server', async () => {
		server = new FaultyServer((_, response) => json(response, 200, {}));
		await server.start();
		const transport = server.transport();
		await server.stop();
		const error = await failure(transport.call({ ...call, patience: 300 }));
		expect(error).to.include({ code: 'GC_CLUSTER' });
		expect(error.message).to.match(/^asking: no connection to the API server http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED/);
		expect(error.hint).to.be.a('string');
	});

	it('asks again when the server is too busy, as late as the server wants', async () => {
		let first = true;
		server = new FaultyServer((_, response) => {
			json(response, first ? 429 : 200, {}, { 'retry-after': '1' });
			first = false;
		});
		await server.start();
		const began = performance.now();
		await server.transport().call(call);
		expect(performance.now() - began).to.be.above(900);
	});

	it('takes no for an answer, with the API’s own words', async () => {
		server = new FaultyServer((_, response) =>
			json(response, 403, { reason: 'Forbidden', message: 'pods is forbidden' }),
		);
		await server.start();
		const error = await failure(server.transport().call(call));
		expect(error).to.be.instanceOf(KubeError);
		expect(error).to.include({
			code: 'GC_NOT_PERMITTED',
			status: 403,
			reason: 'Forbidden',
			message: 'asking: pods is forbidden',
		});
		expect(server.seen).to.have.length(1);
	});

	it('takes a no for passing right after a restart only: roles are loaded late', async () => {
		let answers = [200, 403, 200];
		server = new FaultyServer((_, response) => json(response, answers.shift() ?? 403, {}));
		await server.start();
		const transport = server.transport();
		await transport.call(call);
		await server.stop();
		const answer = transport.call(call);
		await sleep(300);
		await server.start();
		await answer;
		expect(answers).to.deep.equal([]);
		answers = [];
		const other = server.transport();
		await failure(other.call({ ...call, patience: 2000 }));
		transport.close();
	});

	it('ends when it is told to', async () => {
		server = new FaultyServer(() => {});
		await server.start();
		const controller = new AbortController();
		const answer = server.transport().call({ ...call, signal: controller.signal });
		setTimeout(() => controller.abort(new Error('enough')), 100);
		const error: unknown = await answer.then(
			() => undefined,
			(reason: unknown) => reason,
		);
		expect(error).to.include({ message: 'enough' });
	});
});

import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { ApiPaths } from '../../src/kube/api-paths.ts';
import type { KubeObject } from '../../src/kube/kube-object.ts';
import { type Wait, waitFor } from '../../src/kube/wait-for.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { FaultyServer, json, type Seen } from './api-server.ts';

const pod = (name: string) => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, uid: name } });
const resources = { resources: [{ name: 'pods', kind: 'Pod', namespaced: true }] };

type Names = string[];

describe('waiting for objects', () => {
	let server: FaultyServer;
	afterEach(() => server.stop());

	async function wait(
		answer: (request: Seen, response: ServerResponse) => void,
		options: Partial<Wait<KubeObject, Names>>,
	): Promise<Names> {
		server = new FaultyServer((request, response) =>
			request.path === '/api/v1' ? json(response, 200, resources) : answer(request, response),
		);
		await server.start();
		const transport = server.transport();
		return waitFor<KubeObject, Names>(transport, new ApiPaths(transport), {
			resource: { apiVersion: 'v1', kind: 'Pod' },
			selection: { namespace: 'shop' },
			examine: (objects) => (objects.length >= 2 ? names(objects) : undefined),
			missing: (objects) => `only ${names(objects).join(', ')}`,
			bound: 2000,
			...options,
		}).finally(() => transport.close());
	}

	it('goes on from the list with a watch', async () => {
		const found = await wait((request, response) => {
			if (!request.path.includes('watch=true')) return list(response, [pod('a')], '7');
			expect(request.path).to.contain('/api/v1/namespaces/shop/pods?').and.contain('resourceVersion=7');
			const events = [
				{ type: 'DELETED', object: pod('a') },
				{ type: 'ADDED', object: pod('b') },
				{ type: 'BOOKMARK', object: pod('') },
				{ type: 'ADDED', object: pod('c') },
			];
			// Cut in the middle of a line, as a network does it.
			const text = events.map((event) => `${JSON.stringify(event)}\n`).join('');
			response.writeHead(200).write(text.slice(0, 100));
			setTimeout(() => response.write(text.slice(100)), 20);
			return undefined;
		}, {});
		expect(found).to.deep.equal(['b', 'c']);
	});

	it('lists again where a watch ends, breaks, or is too old', async () => {
		let lists = 0;
		const endings: ((response: ServerResponse) => void)[] = [
			(response) => response.writeHead(200).end(),
			(response) => response.writeHead(200).write('{"type":', () => response.destroy()),
			(response) => response.writeHead(200).write('{"type":"ERROR","object":{"code":410}}\n'),
			(response) => json(response, 410, { reason: 'Gone' }),
		];
		const found = await wait((request, response) => {
			if (request.path.includes('watch=true')) return endings.shift()?.(response);
			lists += 1;
			return list(response, lists > 4 ? [pod('a'), pod('b')] : [pod('a')], String(lists));
		}, {});
		expect(found).to.deep.equal(['a', 'b']);
		expect(lists).to.equal(5);
	});

	it('ends at its bound, saying what is missing, or taking what there is', async () => {
		const answer = (request: Seen, response: ServerResponse) =>
			request.path.includes('watch=true') ? void response.writeHead(200).write('\n') : list(response, [pod('a')], '1');
		const error = await wait(answer, { bound: 300 }).then(
			() => undefined,
			(reason: unknown) => reason,
		);
		expect(error).to.be.instanceOf(GatecrashError);
		expect((error as GatecrashError).message).to.equal('waited 0.3 s for Pods: only a');
		await server.stop();
		expect(await wait(answer, { bound: 300, otherwise: names })).to.deep.equal(['a']);
	});
});

function list(response: ServerResponse, items: unknown[], resourceVersion: string): void {
	json(response, 200, { items, metadata: { resourceVersion } });
}

function names(objects: KubeObject[]): string[] {
	return objects.map(({ metadata }) => metadata.name).sort();
}

import { createSocket } from 'node:dgram';
import { expect } from 'chai';
import fc from 'fast-check';
import * as wire from 'dns-packet';
import { endAgents, freePort, startAgent } from './agent-process.ts';

/** Whatever is sent to it, a resolver goes on, counts what is strange, and answers the next query. */
describe('agent: hostile DNS', () => {
	afterEach(endAgents);

	it('goes on after anything that is no query', async () => {
		const port = freePort();
		const server = await startAgent({ listen: [{ port, protocol: 'udp', speaks: 'udp', resolves: 'udp' }] });
		const socket = createSocket('udp4');
		const send = (message: Uint8Array) =>
			new Promise((resolve) => socket.send(message, port, '127.0.0.1', () => resolve(undefined)));
		try {
			const whole = wire.encode({
				...{
					type: 'query',
					id: 7,
					questions: [{ type: 'A', name: 'addresses-2000.ttl-99999.cname-99999.x', class: 'IN' }],
				},
			});
			const messages = fc.sample(fc.uint8Array({ maxLength: 600 }), 200);
			const cut = Array.from({ length: whole.length }, (_, length) => whole.subarray(0, length));
			const turned = fc.sample(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), 200).map(([place, byte]) => {
				const copy = Buffer.from(whole);
				copy[place] = byte;
				return copy;
			});
			for (const message of [...messages, ...cut, ...turned]) await send(message);
			const token = 'a'.repeat(24);
			const answered = new Promise<Buffer>((resolve) => {
				socket.on('message', (message) => message.readUInt16BE(0) === 99 && resolve(message));
			});
			const questions = [{ type: 'A' as const, name: `addresses-2000.cname-16.${token}.x`, class: 'IN' as const }];
			await send(wire.encode({ type: 'query', id: 99, questions }));
			const answer = wire.decode(await answered);
			// Far more than fits: truncated, not lost.
			expect(answer.flag_tc).to.equal(true);
			expect((await server.wait('witness', (witness) => witness.token === token)).asked).to.include(token);
			server.send({ do: 'counters', id: 1 });
			expect((await server.wait('counters')).counters.strays).to.be.above(0);
		} finally {
			socket.close();
		}
	});
});

import { expect } from 'chai';
import { attempt, endAgents, freePort, http, startAgent, tcp, udp } from './agent-process.ts';

describe('agent: held connections', () => {
	afterEach(endAgents);

	for (const listener of [tcp, udp, http]) {
		it(`carry further tokens from the same source port: ${listener.name}`, async () => {
			const port = freePort();
			const listen = listener(port);
			const [server, client] = await Promise.all([startAgent({ listen: [listen] }), startAgent()]);
			const first = attempt(port, { protocol: listen.protocol, speaks: listen.speaks });
			client.send({ do: 'hold', name: 'line', attempt: first });
			expect((await client.result(first.token)).outcome.code).to.equal('replied');
			for (const token of ['second', 'third']) client.send({ do: 'attempt-on', name: 'line', token, deadline: 500 });
			for (const token of ['second', 'third']) {
				const { outcome, source } = await client.result(token);
				expect(outcome.code).to.equal('replied');
				expect(source.port).to.equal(first.source.port);
			}
			await server.wait('witness', ({ token }) => token === 'third');
			const seen = server.all('witness').map(({ token, from, held }) => ({ token, port: from.port, held }));
			const held = listen.protocol === 'tcp' ? true : undefined;
			expect(seen).to.deep.equal([
				{ token: first.token, port: first.source.port, held: undefined },
				{ token: 'second', port: first.source.port, held },
				{ token: 'third', port: first.source.port, held },
			]);
			client.send({ do: 'release', name: 'line' });
			client.send({ do: 'attempt-on', name: 'line', token: 'fourth', deadline: 500 });
			expect((await client.result('fourth')).outcome.code).to.equal('not-run');
		});
	}

	it('a late reply is not taken for the next token’s, and a dead connection is told', async () => {
		const { server, client } = await lineToStoppedServer();
		client.send({ do: 'attempt-on', name: 'line', token: 'late', deadline: 100 });
		expect((await client.result('late')).outcome.code).to.equal('timed-out');
		client.send({ do: 'attempt-on', name: 'line', token: 'next', deadline: 2000 });
		server.child.kill('SIGCONT');
		expect((await client.result('next')).outcome.code).to.equal('replied');
		server.child.kill('SIGKILL');
		await server.exited;
		client.send({ do: 'attempt-on', name: 'line', token: 'dead', deadline: 500 });
		const { outcome } = await client.result('dead');
		expect(outcome.code).to.be.oneOf(['closed', 'reset']);
		expect(outcome.detail).to.equal('the connection had ended before');
	});

	it('the end of one is told as soon as it comes, by nobody’s token; what we end ourselves is not', async () => {
		const port = freePort();
		const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
		for (const name of ['ours', 'theirs']) {
			const first = attempt(port);
			client.send({ do: 'hold', name, attempt: first });
			expect((await client.result(first.token)).outcome.code).to.equal('replied');
		}
		client.send({ do: 'release', name: 'ours' });
		server.child.kill('SIGKILL');
		const ended = await client.wait('hold-ended');
		expect(ended.name).to.equal('theirs');
		expect(ended.outcome.code).to.be.oneOf(['closed', 'reset']);
		// Whatever else there is comes before the answer to this.
		client.send({ do: 'cancel', id: 1 });
		await client.wait('cancelled');
		expect(client.all('hold-ended').length).to.equal(1);
	});

	it('one that was never answered is not held, and its end is none', async () => {
		const client = await startAgent();
		const refused = attempt(freePort());
		client.send({ do: 'hold', name: 'line', attempt: refused });
		expect((await client.result(refused.token)).outcome.code).to.equal('refused');
		client.send({ do: 'cancel', id: 1 });
		await client.wait('cancelled');
		expect(client.all('hold-ended')).to.deep.equal([]);
	});

	it('cancel ends the wait for a token, and leaves the connection', async () => {
		const { server, client } = await lineToStoppedServer();
		client.send({ do: 'attempt-on', name: 'line', token: 'waiting', deadline: 5000 });
		client.send({ do: 'cancel', id: 1 });
		await client.wait('cancelled');
		expect((await client.result('waiting')).outcome).to.deep.equal({ code: 'not-run', detail: 'cancelled' });
		server.child.kill('SIGCONT');
		client.send({ do: 'attempt-on', name: 'line', token: 'after', deadline: 1000 });
		expect((await client.result('after')).outcome.code).to.equal('replied');
	});
});

/** A connection named `line` is held, and its server is stopped. */
async function lineToStoppedServer() {
	const port = freePort();
	const [server, client] = await Promise.all([startAgent({ listen: [tcp(port)] }), startAgent()]);
	const first = attempt(port);
	client.send({ do: 'hold', name: 'line', attempt: first });
	await client.result(first.token);
	server.child.kill('SIGSTOP');
	return { server, client };
}

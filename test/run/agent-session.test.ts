import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { AgentCommand } from '../../src/model/agent.ts';
import type { AgentStream } from '../../src/model/cluster.ts';
import { AgentSession } from '../../src/run/agent-session.ts';

/** A stream to an agent that numbers its records; `mute`: it takes commands and says nothing. */
class Line implements AgentStream {
	readonly ended: Promise<string>;
	readonly asked: AgentCommand[] = [];
	mute = false;
	/** Numbers of records that the agent was still sending to an earlier connection when this one was made. */
	late: number[] = [];
	break: (reason: string) => void = () => {};
	#listener: (line: string) => void = () => {};

	constructor() {
		this.ended = new Promise((resolve) => {
			this.break = resolve;
		});
	}

	send(line: string): void {
		const command = JSON.parse(line) as AgentCommand;
		this.asked.push(command);
		if (this.mute && command.do !== 'hello') return;
		for (const seq of this.late.splice(0)) this.#say({ is: 'cancelled', id: 0, seq, at: 0 });
		if (command.do === 'hello') this.#say({ is: 'ready', uid: 'u', startedAt: 0, at: 0, failures: [] });
		else if (command.do === 'barrier') this.#say({ is: 'barrier', id: command.id, seq: 7, at: 0 });
	}

	onLine(listener: (line: string) => void): void {
		this.#listener = listener;
	}

	close(): void {
		this.break('closed');
	}

	#say(message: object): void {
		setImmediate(() => this.#listener(JSON.stringify(message)));
	}
}

const deadline = 60;

describe('session with an agent', () => {
	const lost: string[] = [];
	beforeEach(() => lost.splice(0));

	/** `away`: how long it takes to open the second stream, milliseconds. `mute`: nothing comes over that one either. */
	async function broken(away: number, mute = false): Promise<{ session: AgentSession; lines: Line[] }> {
		const lines: Line[] = [];
		const open = async () => {
			const line = new Line();
			if (lines.length > 0) await sleep(away);
			line.mute = mute && lines.length > 0;
			lines.push(line);
			return line;
		};
		const listener = { record: () => {}, lost: (reason: string) => void lost.push(reason) };
		const session = new AgentSession('client', 'run', open, listener, deadline);
		await session.start();
		// The question goes into a connection that is dead already.
		const [first] = lines;
		if (first) first.mute = true;
		return { session, lines };
	}

	it('asks again over the stream that takes the place of a broken one, however long that takes to open', async () => {
		const { session, lines } = await broken(deadline * 4);
		const answer = session.barrier();
		lines[0]?.break('the API server went away');
		expect(await answer).to.equal(7);
		expect(lines[1]?.asked.map((command) => command.do)).to.deep.equal(['hello', 'barrier']);
		expect(lost).to.deep.equal([]);
		session.close();
	});

	it('gives an agent up that does not answer over a stream that stands', async () => {
		const { session } = await broken(0);
		expect(await session.barrier()).to.equal(undefined);
		expect(lost).to.deep.equal([`no answer to barrier within ${deadline / 1000} s`]);
		session.close();
	});

	it('gives it up too when it does not answer over the new one', async () => {
		const { session, lines } = await broken(deadline, true);
		const answer = session.barrier();
		lines[0]?.break('the API server went away');
		expect(await answer).to.equal(undefined);
		expect(lost).to.have.length(1);
		session.close();
	});

	it('leaves out what an agent says to a connection before it, which would look like a gap that is filled', async () => {
		const seen: number[] = [];
		const line = new Line();
		line.late = [8, 9];
		const listener = { record: ({ seq }: { seq: number }) => void seen.push(seq), lost: () => {} };
		const session = new AgentSession('client', 'run', () => Promise.resolve(line), listener, deadline);
		await session.start();
		expect(await session.barrier()).to.equal(7);
		expect(seen).to.deep.equal([7]);
		session.close();
	});
});

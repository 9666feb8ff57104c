import { expect } from 'chai';
import { SharedCapture } from '../../../src/cluster/wire/shared-capture.ts';
import type { AgentStream, CaptureStream } from '../../../src/model/cluster.ts';

/** A capture program that says what it is told to say. */
class Program implements AgentStream {
	readonly told: string[] = [];
	readonly ended: Promise<string>;
	end: (reason: string) => void = () => {};
	#listener: (line: string) => void = () => {};

	constructor() {
		this.ended = new Promise((resolve) => {
			this.end = resolve;
		});
	}

	send(line: string): void {
		this.told.push(line);
	}

	onLine(listener: (line: string) => void): void {
		this.#listener = listener;
	}

	close(): void {}

	says(...messages: object[]): void {
		for (const message of messages) this.#listener(JSON.stringify(message));
	}
}

const ready = (watch: number) => ({ is: 'ready', watch, interfaces: [], unknown: [] });
const token = (seq: number) => ({ is: 'token', seq });

function heardOn(stream: CaptureStream): object[] {
	const heard: object[] = [];
	stream.onLine((line) => heard.push(JSON.parse(line) as object));
	return heard;
}

describe('a capture program for several captures', () => {
	let program: Program;
	let shared: SharedCapture;
	beforeEach(() => {
		program = new Program();
		shared = new SharedCapture('a', program);
	});

	it('is told what to watch, and its lines are those of the capture that it says is ready', () => {
		const stream = shared.watch(['10.0.0.1', 'fd00::1'], () => {});
		program.says(ready(1), token(1));
		const heard = heardOn(stream);
		program.says(token(2));
		expect(program.told).to.deep.equal(['watch 1 10.0.0.1 fd00::1']);
		expect(heard).to.deep.equal([ready(1), token(1), token(2)]);
		expect(stream.node).to.equal('a');
	});

	it('gives no capture what an earlier one still had to say', () => {
		const first = shared.watch(['10.0.0.1'], () => {});
		const before = heardOn(first);
		program.says(ready(1), token(1));
		first.close();
		const second = heardOn(shared.watch(['10.0.0.2'], () => {}));
		// On its way when the first was closed, and the answer to that.
		program.says(token(2), ready(2), ready(3), token(1));
		expect(program.told).to.deep.equal(['watch 1 10.0.0.1', 'watch 2', 'watch 3 10.0.0.2']);
		expect(before).to.deep.equal([ready(1), token(1)]);
		expect(second).to.deep.equal([ready(3), token(1)]);
	});

	it('is free again when a capture was closed, once, and says when the program has ended', async () => {
		let done = 0;
		const stream = shared.watch([], () => (done += 1));
		stream.close();
		stream.close();
		stream.send('barrier 1');
		expect(done).to.equal(1);
		expect(program.told).to.deep.equal(['watch 1', 'watch 2']);
		expect(await stream.ended).to.equal('closed by the runner');
		expect(shared.ended).to.equal(false);
		const next = shared.watch([], () => {});
		program.end('killed');
		expect(await next.ended).to.equal('killed');
		expect(shared.ended).to.equal(true);
	});
});

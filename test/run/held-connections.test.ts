import { expect } from 'chai';
import type { ScenarioEventBody } from '../../src/model/event.ts';
import type { HeldConnection } from '../../src/model/plan.ts';
import { HeldConnections } from '../../src/run/held-connections.ts';
import type { Recorder } from '../../src/run/recorder.ts';

function hold(family: 'ipv4' | 'ipv6'): HeldConnection {
	return {
		...{ name: 'line', from: { kind: 'pod', name: 'client' }, port: 80, protocol: 'tcp', family, speaks: 'tcp' },
		to: { kind: 'pod', name: 'server', port: 80, protocol: 'tcp' },
	};
}

/** What waiting for the end of `line` comes to, and how long it took. */
async function awaited(connections: HeldConnections, bound: number, signal = new AbortController().signal) {
	const events: ScenarioEventBody[] = [];
	const recorder: Recorder = { append: (event) => events.push(event), flush: () => {}, time: () => 0 };
	await connections.awaitEnd({ do: 'await', closed: 'line', bound }, 7, recorder, signal);
	return events[0];
}

describe('waiting for the end of held connections', () => {
	it('is over when each family’s has ended, also before it began', async () => {
		const connections = new HeldConnections();
		connections.add([hold('ipv4'), hold('ipv6')]);
		connections.end('line/ipv4');
		setTimeout(() => connections.end('line/ipv6'), 30);
		const event = await awaited(connections, 5000);
		expect(event).to.deep.include({ is: 'awaited', step: 7, hold: 'line', ended: true });
		expect((event as { waited: number }).waited).to.be.within(20, 4000);
		expect(await awaited(connections, 5000)).to.deep.include({ ended: true });
	});

	it('is bounded, also for one that was never opened', async () => {
		const connections = new HeldConnections();
		expect(await awaited(connections, 30)).to.deep.include({ ended: false });
		connections.add([hold('ipv4'), hold('ipv6')]);
		connections.end('line/ipv4');
		expect(await awaited(connections, 30)).to.deep.include({ ended: false });
	});

	it('ends with the run', async () => {
		const connections = new HeldConnections();
		connections.add([hold('ipv4')]);
		const controller = new AbortController();
		setTimeout(() => controller.abort(new Error('interrupted')), 20);
		const ended = await awaited(connections, 60_000, controller.signal).catch((error: unknown) => error);
		expect(ended).to.be.instanceOf(Error);
	});
});

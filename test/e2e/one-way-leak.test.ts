import { expect } from 'chai';
import { eventsOf, runScenario } from './support/run-scenario.ts';
import { twoClients } from './support/two-pods.ts';

/** An engine that lets every request in and drops what comes back: to the client it looks like a perfect block. */
const repliesDropped = `
flush chain inet {policy} to_pod
add chain inet gatecrash_tamper forward { type filter hook forward priority -20; policy accept; }
add rule inet gatecrash_tamper forward udp sport 53 drop
add rule inet gatecrash_tamper forward tcp sport 80 tcp flags & (syn | ack) == (syn | ack) drop
`;

describe('a one-way leak on real packets', () => {
	it('is a leak for UDP (the token arrived) and for TCP (the planned SYN arrived), with its evidence', async () => {
		const { cell, events } = await runScenario(twoClients(), { tamper: repliesDropped });

		const udp = cell('stranger→server:53/udp');
		expect(udp.verdict).to.equal('leak');
		expect(udp.observed).to.deep.include({ state: 'open', delivered: 3, outcomes: { 'timed-out': 3 } });
		const tokens = new Set(
			eventsOf(events, 'try')
				.filter((event) => event.cell === udp.id)
				.map((event) => event.token),
		);
		const seen = eventsOf(events, 'witness').filter(
			(event) => tokens.has(event.token) && udp.evidence.includes(event.n),
		);
		expect(seen).to.have.length.greaterThan(0);

		const tcp = cell('stranger→server:80/tcp');
		expect(tcp.verdict).to.equal('leak');
		expect(tcp.observed.delivered).to.equal(0);
		expect(tcp.observed.synReceived).to.be.greaterThan(1);
		expect(eventsOf(events, 'syn').filter((event) => tcp.evidence.includes(event.n))).to.have.length.greaterThan(0);

		// The allowed path is broken, and it is the way back that is.
		expect(cell('friend→server:53/udp')).to.deep.include({ verdict: 'broken' });
		expect(JSON.stringify(cell('friend→server:53/udp').reasons)).to.match(/reply/);
	});
});

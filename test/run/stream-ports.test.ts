import { expect } from 'chai';
import { SourcePorts } from '../../src/plan/source-ports.ts';
import { type PortLease, rememberedFor, StreamPorts } from '../../src/run/stream-ports.ts';

const owner = { owner: 'pod/a', protocol: 'tcp', family: 'ipv4' } as const;
const every = 10;

describe('source ports of streams', () => {
	const taken = (ports: StreamPorts, count: number, now: number): PortLease => {
		const lease = ports.take(owner, { count, every, now });
		if (!lease) throw new Error(`no ${count} ports at ${now}`);
		return lease;
	};
	const none = (ports: StreamPorts, count: number, now: number) =>
		expect(ports.take(owner, { count, every, now })).to.equal(undefined);

	it('are free at once when a stream has not come to them', () => {
		const ports = new StreamPorts(new SourcePorts());
		const lease = taken(ports, 56_000, 0);
		none(ports, 10, 1);
		ports.end(lease, 100, 1);
		expect(taken(ports, 50_000, 2).first).to.equal(lease.first + 100);
	});

	it('are not used again before every connection tracker has forgotten them', () => {
		const ports = new StreamPorts(new SourcePorts());
		const lease = taken(ports, 56_000, 0);
		ports.end(lease, 56_000, 1000);
		none(ports, 100, 1000 + rememberedFor - 1);
		expect(taken(ports, 56_000, 1000 + rememberedFor).first).to.equal(lease.first);
	});

	it('count as used where nobody says how many were', () => {
		const ports = new StreamPorts(new SourcePorts());
		ports.end(taken(ports, 56_000, 0), undefined, 0);
		none(ports, 10, 1);
	});

	it('leave some to other tries, and make do with what an owner has', () => {
		const source = new SourcePorts();
		source.within('pod/a', { first: 5000, last: 9999 });
		const ports = new StreamPorts(source);
		none(ports, 4001, 0);
		expect(taken(ports, 4000, 0).first).to.equal(5000);
		expect(source.take('pod/a', 'tcp', 'ipv4')).to.equal(9000);
	});

	it('never run out, nor are used twice within that time, while streams of several paths come and go for hours', () => {
		const ports = new StreamPorts(new SourcePorts());
		const lastUse = new Map<number, number>();
		for (let now = 0; now < 2 * 3_600_000; now += 1000) {
			const leases = [taken(ports, 13_000, now), taken(ports, 13_000, now + 5)];
			for (const lease of leases) {
				for (let index = 0; index < 50; index += 1) {
					const [port, at] = [lease.first + index, now + index * every];
					expect(at - (lastUse.get(port) ?? Number.NEGATIVE_INFINITY)).to.be.at.least(rememberedFor - 500);
					lastUse.set(port, at);
				}
				ports.end(lease, 50, now + 500);
			}
		}
	});
});

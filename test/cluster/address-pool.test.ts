import { expect } from 'chai';
import { AddressPool } from '../../src/cluster/netns/address-pool.ts';

describe('The address pool', () => {
	it('gives both families, and crosses byte borders', () => {
		const pool = new AddressPool('pods', ['ipv4', 'ipv6'], 255, 300);
		expect(pool.take().addresses).to.deep.equal({ ipv4: '10.244.0.255', ipv6: 'fd00:10:244::ff' });
		expect(pool.take().addresses).to.deep.equal({ ipv4: '10.244.1.0', ipv6: 'fd00:10:244::100' });
		expect(new AddressPool('external', ['ipv4'], 7, 9).take().addresses).to.deep.equal({ ipv4: '203.0.113.7' });
	});

	it('gives a released number out again only after all others', () => {
		const pool = new AddressPool('pods', ['ipv4'], 1, 3);
		expect([pool.take(), pool.take()].map(({ number }) => number)).to.deep.equal([1, 2]);
		pool.release(1);
		expect(pool.take().number).to.equal(3);
		expect(pool.take().number).to.equal(1);
		expect(() => pool.take()).to.throw(/10.244.0.0\/16 is exhausted/);
	});
});

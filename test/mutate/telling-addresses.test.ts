import { expect } from 'chai';
import { tellingAddresses } from '../../src/mutate/telling-addresses.ts';

const addresses = (cidr: string, except?: string[]) =>
	tellingAddresses({ cidr, ...(except && { except }) }).map(({ address }) => address);

describe('addresses that tell ranges apart', () => {
	it('are within, in the upper half, and beside', () => {
		expect(addresses('10.0.0.0/24')).to.have.members(['10.0.0.1', '10.0.0.129', '10.0.1.1']);
		expect(addresses('10.0.0.7/32')).to.have.members(['10.0.0.7', '10.0.0.6']);
		expect(addresses('2001:db8::/64', ['2001:db8::8/128'])).to.include('2001:db8::8');
	});

	it('are such as somebody can have', () => {
		// Beside: 0.0.0.0/8, loopback, multicast, reserved.
		expect(addresses('1.0.0.0/8')).to.have.members(['1.0.0.1', '1.128.0.1']);
		expect(addresses('126.0.0.0/8')).to.have.members(['126.0.0.1', '126.128.0.1']);
		expect(addresses('192.0.0.0/3')).to.have.members(['192.0.0.1', '208.0.0.1']);
		expect(addresses('240.0.0.0/4')).to.deep.equal([]);
		expect(addresses('ff00::/8')).not.to.include('ff00::1');
	});
});

import { expect } from 'chai';
import { rangesByFirstAddress } from '../../src/run/first-address.ts';

describe('ranges from references', () => {
	const peers = (...blocks: { cidr: string; except?: string[] }[]) => ({
		from: blocks.map((ipBlock) => ({ ipBlock })),
	});

	it('begin with their first address, in both families and in exceptions', () => {
		const written = peers(
			{ cidr: '$(pods.web.ipv4)/30', except: ['$(pods.web.ipv4)/32'] },
			{ cidr: '$(pods.web.ipv6)/64' },
		);
		const replaced = peers({ cidr: '10.244.0.7/30', except: ['10.244.0.7/32'] }, { cidr: 'fd00:10:244::7/64' });
		expect(rangesByFirstAddress(written, replaced)).to.deep.equal(
			peers({ cidr: '10.244.0.4/30', except: ['10.244.0.7/32'] }, { cidr: 'fd00:10:244::/64' }),
		);
	});

	it('that are written out, and what is no range, stay as they are', () => {
		const written = { ...peers({ cidr: '10.0.0.5/8' }), name: '$(pods.web.ipv4)', none: undefined, empty: null };
		const replaced = { ...written, name: '10.244.0.7' };
		expect(rangesByFirstAddress(written, replaced)).to.deep.equal(replaced);
	});
});

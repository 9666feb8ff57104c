import { expect } from 'chai';
import fc from 'fast-check';
import { mirrored } from '../../src/cluster/kind/relay-address.ts';

const subnets = ['fc00:f853:ccd:e793::/64', '172.18.0.0/16'];

describe('the address of a resolver beside a node', () => {
	it('is as far from the upper end of Docker’s range as the node is from the lower one', () => {
		expect(mirrored('172.18.0.2', subnets)).to.equal('172.18.255.253');
		expect(mirrored('172.18.1.0', subnets)).to.equal('172.18.254.255');
		expect(mirrored('192.168.32.3', ['192.168.32.0/20'])).to.equal('192.168.47.252');
		expect(mirrored('10.1.2.3', subnets)).to.equal(undefined);
		expect(mirrored('', subnets)).to.equal(undefined);
	});

	it('is another one for every node, and no node’s own', () => {
		const host = fc.integer({ min: 2, max: 30_000 }).map((number) => `172.18.${number >> 8}.${number & 255}`);
		fc.assert(
			fc.property(fc.uniqueArray(host, { minLength: 2, maxLength: 20 }), (nodes) => {
				const relays = nodes.map((node) => mirrored(node, subnets));
				expect(new Set([...relays, ...nodes]).size).to.equal(2 * nodes.length);
			}),
		);
	});
});

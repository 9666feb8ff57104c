import { expect } from 'chai';
import { newToken } from '../../src/run/new-token.ts';

describe('tokens', () => {
	it('are 24 hexadecimal digits each, and never the same', () => {
		const tokens = Array.from({ length: 5000 }, newToken);
		for (const token of tokens) expect(token).to.match(/^[0-9a-f]{24}$/);
		expect(new Set(tokens)).to.have.property('size', tokens.length);
		// Nor do they have a part in common, as counters would.
		for (const [from, to] of [
			[0, 8],
			[8, 16],
			[16, 24],
		])
			expect(new Set(tokens.map((token) => token.slice(from, to))).size).to.be.above(4900);
	});
});

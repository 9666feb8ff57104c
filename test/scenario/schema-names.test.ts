import { expect } from 'chai';
import { subdomainPattern } from '../../src/scenario/schema-names.ts';

describe('names of policies', () => {
	it('may be as long as the API server lets them be, also between two dots', () => {
		expect('allow-egress-of-the-backend-of-the-shop-of-the-northern-region-to-dns'.length).to.be.above(63);
		for (const name of [
			'a',
			'allow-egress-of-the-backend-of-the-shop-of-the-northern-region-to-dns',
			'a.b-c.1',
			'a'.repeat(253),
		])
			expect(subdomainPattern.test(name), name).to.equal(true);
	});

	it('are refused where the API server refuses them, at once', () => {
		for (const name of ['', 'A', 'a_b', '-a', 'a-', 'a.', '.a', 'a..b', 'a.-b', 'a'.repeat(254)])
			expect(subdomainPattern.test(name), name).to.equal(false);
		const start = performance.now();
		expect(subdomainPattern.test(`${'a.-'.repeat(80)}!`)).to.equal(false);
		expect(subdomainPattern.test(`${'a'.repeat(252)}!`)).to.equal(false);
		expect(performance.now() - start).to.be.below(2000);
	});
});

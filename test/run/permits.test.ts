import { expect } from 'chai';
import { Permits } from '../../src/run/permits.ts';

describe('permits', () => {
	it('gives what is free, waits for the first, and wakes everybody in the end', async () => {
		const permits = new Permits(3);
		expect(await permits.take(10)).to.equal(3);
		const waiting = [permits.take(1), permits.take(5)];
		permits.release(1);
		expect(await waiting[0]).to.equal(1);
		permits.release(2);
		expect(await waiting[1]).to.equal(2);
	});

	it('wakes the next in line when more is free than the first one wanted', async () => {
		const permits = new Permits(2);
		await permits.take(2);
		const waiting = Promise.all([permits.take(1), permits.take(1)]);
		permits.release(2);
		expect(await waiting).to.deep.equal([1, 1]);
	});
});

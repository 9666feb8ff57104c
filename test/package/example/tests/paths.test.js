import { expect, use } from 'chai';
import gatecrash, { attempt } from 'gatecrash/chai';

use(gatecrash);

describe('the shop', function () {
	this.timeout(120_000);
	let run;
	before(async () => {
		run = await attempt('scenarios', { inject: process.env.INJECT ? [process.env.INJECT] : [] });
	});

	it('keeps strangers from the database', () => {
		expect(run.path('stranger', 'database:5432')).to.be.blocked;
	});

	it('lets the frontend in', () => {
		expect(run.path('frontend', 'database')).to.be.allowed;
		expect(run.path('frontend', 'database')).to.not.be.blocked;
	});
});

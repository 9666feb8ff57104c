import { expect, use } from 'chai';
import gatecrash, { type AttemptedRun, recorded } from 'gatecrash/chai';
import { scenarios } from 'gatecrash/mocha';

use(gatecrash);

export async function check(): Promise<void> {
	const run: AttemptedRun = await recorded('latest');
	expect(run.path('stranger', 'database', { family: 'ipv4' })).to.be.blocked;
	await scenarios(['scenarios'], { cluster: 'embedded', attempts: 2 });
	// @ts-expect-error -- there is no such option
	await scenarios(['scenarios'], { clutser: 'embedded' });
}

import { AwsWorld } from './aws-world.ts';
import { SeededAccount } from './account.ts';
import { type Moto, startMoto, whyNoMoto } from './moto.ts';

/** What each test of a suite has: an AWS of its own, played by moto, and a folder. */
export interface AwsSuite {
	readonly moto: Moto;
	readonly world: AwsWorld;
	readonly account: SeededAccount;
}

/** For a suite as a whole: one moto, a new world for each test. Where moto can't be had the suite is skipped, and says why. */
export function inAwsWorlds(): AwsSuite {
	let moto: Moto;
	let world: AwsWorld;
	let account: SeededAccount;
	before(async function () {
		const why = whyNoMoto();
		if (why !== undefined) {
			console.error(`      skipped: ${why}`);
			return this.skip();
		}
		moto = await startMoto();
	});
	after(() => moto?.stop());
	beforeEach(async () => {
		world = await AwsWorld.make(moto);
		account = new SeededAccount(moto.url);
	});
	afterEach(() => world.remove());
	return {
		get moto() {
			return moto;
		},
		get world() {
			return world;
		},
		get account() {
			return account;
		},
	};
}

import { execFileSync } from 'node:child_process';
import { expect } from 'chai';
import { root, tsxLoader } from './sandbox.ts';

/**
 * A process that holds 100,000 objects, and makes and drops a batch of others again and again, as judging does with scenarios.
 * Resolves with the most heap that was in use, MiB.
 */
const program = `
const { boundGarbage } = await import(${JSON.stringify(`${root}/src/cli/bound-garbage.ts`)});
const steps = { none: [], bound: [boundGarbage], undone: [() => boundGarbage()()] };
for (const step of steps[process.argv[1]]) step();
const make = (count) => Array.from({ length: count }, (_, index) => ({ index, text: ['a', index], more: { index } }));
globalThis.held = make(100_000);
let most = 0;
for (let batch = 0; batch < 25; batch += 1) {
	let some = [];
	for (let part = 0; part < 30; part += 1) some.push(make(10_000));
	globalThis.some = some;
	most = Math.max(most, process.memoryUsage().heapUsed);
}
console.log(most / 2 ** 20);
`;

function mostHeap(how: 'none' | 'bound' | 'undone'): number {
	const args = ['--import', tsxLoader, '--input-type=module', '--eval', program, how];
	return Number(execFileSync(process.execPath, args, { encoding: 'utf8' }));
}

describe('bounding garbage', function () {
	this.timeout(60_000);

	it('keeps the heap near to what is in use, until it is undone', () => {
		const [none, bound, undone] = [mostHeap('none'), mostHeap('bound'), mostHeap('undone')];
		expect(bound).to.be.below(none * 0.8);
		expect(undone).to.be.above(bound * 1.1);
	});
});

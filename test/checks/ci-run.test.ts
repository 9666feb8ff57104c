import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeSandbox, root } from '../cli/sandbox.ts';

/** What CI concludes from what its scripts print and how they end; the kind suite is skipped here, as on most machines. */
describe('.ci/run', () => {
	const fine = '  12 passing (3s)\n';
	const checked = 'ok  0.1 s  types\nchecks: 5 passed, 0 failed\n';
	const cases: [string, { test: string; testEnds?: number; check?: string; checkEnds?: number }, string, number][] = [
		['everything passes', { test: fine }, '17 passed, 0 failed, 1 skipped', 0],
		['tests are skipped', { test: `${fine}  3 pending\n` }, '17 passed, 0 failed, 4 skipped', 0],
		['tests fail', { test: `${fine}  2 failing\n`, testEnds: 2 }, '17 passed, 2 failed, 1 skipped', 1],
		[
			'a check fails',
			{ test: fine, check: 'checks: 4 passed, 1 failed\n', checkEnds: 1 },
			'16 passed, 1 failed, 1 skipped',
			1,
		],
		['set-up ends before mocha', { test: 'gatecrash: install nft\n', testEnds: 3 }, '5 passed, 1 failed, 1 skipped', 1],
		['no test was found', { test: '  0 passing (1ms)\n' }, '5 passed, 1 failed, 1 skipped', 1],
		['mocha ends badly after its summary', { test: fine, testEnds: 7 }, '17 passed, 1 failed, 1 skipped', 1],
		[
			'the checks crash',
			{ test: fine, check: 'Error: no such file\n', checkEnds: 1 },
			'12 passed, 1 failed, 1 skipped',
			1,
		],
		['the checks end badly after their summary', { test: fine, checkEnds: 9 }, '17 passed, 1 failed, 1 skipped', 1],
		[
			'a title looks like a summary',
			{ test: `    ✔ 99 failing pods are shown\n${fine}` },
			'17 passed, 0 failed, 1 skipped',
			0,
		],
	];
	for (const [what, { test, testEnds = 0, check = checked, checkEnds = 0 }, last, code] of cases) {
		it(`says "${last}" when ${what}`, () => {
			const { folder, remove } = makeSandbox();
			try {
				mkdirSync(join(folder, '.ci'));
				cpSync(join(root, '.ci/run'), join(folder, '.ci/run'));
				writeFileSync(join(folder, 'test.out'), test);
				writeFileSync(join(folder, 'check.out'), check);
				const scripts = {
					test: `cat test.out; exit ${testEnds}`,
					check: `cat check.out; exit ${checkEnds}`,
					'test:kind:quick': 'echo "  0 passing"; echo "  1 pending"',
				};
				writeFileSync(join(folder, 'package.json'), JSON.stringify({ scripts }));
				const ended = spawnSync('bash', ['.ci/run'], { cwd: folder, encoding: 'utf8', timeout: 20_000 });
				expect(ended.stdout.trimEnd().split('\n').at(-1)).to.equal(last);
				expect(ended.status).to.equal(code);
			} finally {
				remove();
			}
		});
	}
});

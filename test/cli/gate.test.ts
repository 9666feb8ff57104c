import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

const head = 'apiVersion: gatecrash.dev/v1alpha1\nkind: Waivers\nwaivers:\n';
const leaking = 'only-the-shop-front/connect/front→orders:8080/tcp/*';

/** The report folds its lines. */
const unfolded = (text: string): string => text.replaceAll(/\s+/g, ' ');

describe('waivers, baselines and differences on the command line', () => {
	let folder: string;
	let remove: () => void;
	const latest = (name: string): string => join(folder, '.gatecrash/runs/latest', name);
	before(() => {
		({ folder, remove } = makeSandbox());
		const leaky = sampleScenario.replace(
			'{from: front, to: orders:8080, expect: allowed}',
			'{from: front, to: orders:8080, expect: blocked}',
		);
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
		writeFileSync(join(folder, 'leaky.yaml'), leaky);
		writeFileSync(join(folder, 'held.yaml'), `${head}  - {case: "${leaking}", cells: 2, reason: soon}\n`);
		writeFileSync(
			join(folder, 'over.yaml'),
			`${head}  - {case: "${leaking}", cells: 2, reason: soon, expires: 2026-01-31}\n`,
		);
		writeFileSync(join(folder, 'wrong.yaml'), `${head}  - {case: only-the-shop-front/nothing, reason: soon}\n`);
	});
	after(() => remove());

	it('an unknown case ends with 64 before anything runs, at its place', async () => {
		const { code, stderr } = await gatecrash(['run', 'leaky.yaml', '--waivers', 'wrong.yaml'], folder);
		expect(code).to.equal(64);
		expect(stderr).to.match(/there is no case "only-the-shop-front\/nothing" \[unknown-case\]\n\n +wrong\.yaml:4:12:/);
		const missing = await gatecrash(['run', 'leaky.yaml', '--waivers', 'none.yaml'], folder);
		expect(missing.code).to.equal(64);
	});

	it('a waived leak ends with 0, and judge says the same later; an expired waiver with 1', async function () {
		this.timeout(90_000);
		const held = await gatecrash(['run', 'leaky.yaml', '--quiet', '--waivers', 'held.yaml'], folder);
		expect(held.stdout).to.include(' WAIVED ');
		expect(held.code, held.stderr).to.equal(0);
		const judged = await gatecrash(['judge', 'latest', '--json'], folder);
		expect(judged.code).to.equal(0);
		expect(judged.stdout).to.equal(readFileSync(latest('verdicts.json'), 'utf8'));
		expect((JSON.parse(judged.stdout) as RunVerdicts).verdict).to.equal('leak');
		const over = await gatecrash(['run', 'leaky.yaml', '--quiet', '--waivers', 'over.yaml'], folder);
		expect(unfolded(over.stdout)).to.match(/expired on 2026-01-31/);
		expect(over.code).to.equal(1);
	});

	it('an unexpected pass is told and ends with 0, or 1 with --strict; a baseline tells what is fixed', async function () {
		this.timeout(90_000);
		const bad = await gatecrash(['run', 'leaky.yaml', '--quiet', '--waivers', 'held.yaml'], folder);
		expect(bad.code, bad.stderr).to.equal(0);
		writeFileSync(join(folder, 'before.json'), readFileSync(latest('verdicts.json')));
		const args = ['run', 'good.yaml', '--quiet', '--waivers', 'held.yaml', '--baseline', 'latest'];
		const passing = await gatecrash(args, folder);
		expect(unfolded(passing.stdout))
			.to.match(/is not needed: all its cases pass/)
			.and.match(/0 new, 0 known, 2 fixed/);
		expect(passing.code).to.equal(0);
		const strict = await gatecrash(['judge', 'latest', '--strict'], folder);
		expect(strict.stderr).to.include('1 waiver is not needed any more');
		expect(strict.code).to.equal(1);
		const back = await gatecrash(['diff', 'latest', 'before.json', '--json'], folder);
		expect(back.code).to.equal(1);
		expect((JSON.parse(back.stdout) as { changes: { new: unknown[] } }).changes.new).to.have.length(2);
		const forth = await gatecrash(['diff', 'before.json', 'latest'], folder);
		expect(forth.code).to.equal(0);
		expect(forth.stdout).to.match(/fixed {2}2 cells: failed, and passes now/);
	});
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { matrixScenario } from '../../scripts/matrix-scenario.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { makeSandbox } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';

describe('a sampled matrix on the embedded cluster', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
		const text = matrixScenario(12).replace('loopback: true', 'loopback: true, sample: 1');
		writeFileSync(join(folder, 'm.yaml'), text);
	});
	after(() => remove());
	const run = (...flags: string[]) =>
		gatecrashHere(['run', join(folder, 'm.yaml'), '--out', join(folder, 'runs'), '--quiet', ...flags]);

	it('is enforced with proof, and says for how many paths it stands', async () => {
		const { code, stdout } = await run();
		expect(code, stdout).to.equal(0);
		expect(stdout).to.match(/sampled +\d+ cells stand for 532 paths between pods that no policy tells apart/);
	});

	it('notices an engine that lets everybody through', async () => {
		const { code, stdout } = await run('--inject', 'empty-pod-selector-selects-nothing', '--json');
		expect(code).to.equal(1);
		const { counts, scenarios } = JSON.parse(stdout) as RunVerdicts;
		expect(counts.leak).to.be.greaterThan(20);
		const sampled = scenarios.flatMap(({ cells }) => cells).filter(({ standsFor }) => standsFor !== undefined);
		expect(sampled.reduce((sum, { standsFor = 0 }) => sum + standsFor, 0)).to.equal(532);
	});
});

import { join } from 'node:path';
import { expect } from 'chai';
import { proxyBugs } from '../../src/cluster/netns/bugs/proxies.ts';
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { findEnvoy } from '../../src/cluster/netns/envoy/envoy-binary.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';
import { makeSandbox, root } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';
import { planOfFolder, runPlan } from './support/run-plan.ts';

/** A scenario of the catalogue in which each bug lets something in. */
const noticedBy: Record<string, string> = {
	'proxy-asks-no-client-certificate': 'client-certificate-required',
	'proxy-trusts-any-authority': 'server-authority',
	'proxy-ignores-names': 'server-name',
	'proxy-reads-certificate-once': 'renewed-certificate-not-reloaded',
};

describe('the scenarios of plain Envoy', function () {
	this.timeout(300_000);

	describe('on the embedded cluster', () => {
		before(function () {
			if (findEnvoy() === undefined) this.skip();
		});

		it('are as declared and as predicted, each block with proof', async () => {
			const cells = (await runPlan(await planOfFolder('scenarios/tls'))).flatMap((scenario) => scenario.cells);
			const expected = { allowed: 'enforced', blocked: 'enforced', unprotected: 'unprotected' };
			const wrong = cells.filter(({ expectation, verdict }) => expected[expectation as 'allowed'] !== verdict);
			expect(wrong.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }))).to.deep.equal([]);
			const blocked = cells.filter(({ expectation }) => expectation === 'blocked');
			expect(blocked.filter(({ proof }) => proof === 'none').map(({ id }) => id)).to.deep.equal([]);
			expect(blocked.length).to.be.above(50);
			const predicted = cells.filter(({ expectation, prediction }) =>
				expectation === 'blocked' ? prediction.verdict !== 'blocked' : prediction.verdict !== 'allowed',
			);
			expect(predicted.map(({ id, prediction }) => ({ id, prediction }))).to.deep.equal([]);
		});

		it('knows a scenario for every bug of plain proxies', () => {
			expect(Object.keys(noticedBy).toSorted()).to.deep.equal(proxyBugs.map(({ name }) => name).toSorted());
		});

		for (const [bug, scenario] of Object.entries(noticedBy)) {
			it(`${bug}: ${scenario} finds a leak and puts it down to the engine`, async () => {
				const { folder, remove } = makeSandbox();
				after(remove);
				const file = join(root, `scenarios/tls/${scenario}.yaml`);
				const ended = await gatecrashHere(['run', file, '--json', '--out', folder, '--inject', bug]);
				expect(ended.code, ended.stderr).to.equal(1);
				const { scenarios } = JSON.parse(ended.stdout) as RunVerdicts;
				const leaks = scenarios.flatMap(({ cells }) => cells).filter(({ verdict }) => verdict === 'leak');
				expect(leaks).to.have.length.greaterThan(0);
				expect(new Set(leaks.map(({ diagnosis }) => diagnosis))).to.deep.equal(new Set(['engine']));
			});
		}
	});

	it('are skipped by name where there is no Envoy, with what to do', async () => {
		const { scenarios } = await readScenarios(['scenarios/tls']);
		const cluster = createEmbeddedCluster({ envoy: 'none' });
		const { plan } = planScenarios(scenarios, { ...cluster, families: ['ipv4'] });
		expect(plan.scenarios.length).to.be.at.least(8);
		for (const { skip, steps } of plan.scenarios) {
			expect(skip).to.match(/^needs .*envoy.*which embedded does not have.*npm run setup/);
			expect(steps).to.deep.equal([]);
		}
	});
});

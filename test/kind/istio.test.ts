import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { gatecrash, runsFolder, start, workFolder } from './support/gatecrash.ts';

const scenario = (name: string): string => `scenarios/istio/${name}.yaml`;

async function run(...files: string[]) {
	const where = ['--cluster', 'kind-calico-istio', '--out', runsFolder, '--reporter', 'json=-'];
	const { exitCode, stdout, stderr } = await start(['run', ...files, ...where]);
	const verdicts = JSON.parse(stdout) as RunVerdicts;
	const cells = verdicts.scenarios.flatMap((one) => one.cells);
	return {
		exitCode,
		stderr,
		verdicts,
		cells,
		ids: (verdict: string) => cells.filter((cell) => cell.verdict === verdict),
	};
}

describe('Istio on kind', function () {
	this.timeout(600_000);
	before(async () => {
		const { exitCode, stderr } = await gatecrash('cluster', 'up', 'kind-calico-istio');
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
	});
	after(() => gatecrash('cluster', 'down', 'kind-calico-istio'));

	it('is judged as the embedded mesh: plaintext, identities, certificates, declared holes', async () => {
		const names = ['permissive-accepts-both', 'strict-namespace', 'wrong-authority', 'excluded-inbound-port'];
		const { exitCode, stderr, verdicts, cells, ids } = await run(...names.map(scenario));
		const wrong = cells
			.filter(({ verdict }) => ['leak', 'broken', 'inconclusive', 'skipped'].includes(verdict))
			.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }));
		expect(wrong, stderr.slice(-2000)).to.deep.equal([]);
		expect(exitCode).to.equal(0);
		expect(verdicts.cluster?.network?.mesh.join()).to.match(/^istio 1\./);
		for (const kind of ['plaintext', 'mtls', 'tls'] as const) {
			expect(
				ids('enforced').filter((cell) => cell.kind === kind),
				kind,
			).to.not.be.empty;
		}
		expect(
			ids('unprotected')
				.map(({ id }) => id)
				.join(),
		).to.include('app-one:9090');
	});

	it('has a leak where a hole is not declared', async () => {
		const file = join(workFolder, 'undeclared.yaml');
		const text = readFileSync(scenario('excluded-inbound-port'), 'utf8');
		writeFileSync(file, text.replace('expect: unprotected', 'expect: blocked'));
		const { exitCode, ids } = await run(file);
		expect(exitCode).to.equal(1);
		expect(
			ids('leak')
				.map(({ id }) => id)
				.join(),
		).to.include('app-one:9090');
		expect(ids('leak').every(({ evidence }) => evidence.length > 0)).to.equal(true);
	});
});

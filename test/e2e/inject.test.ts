import { join } from 'node:path';
import { expect } from 'chai';
import type { GatecrashError } from '../../src/model/gatecrash-error.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { type Ended, makeSandbox, root } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';

/** Bugs that the specification forbids: scenario of the catalogue, and what it has to say. */
const required: Record<string, { scenario: string; verdict: 'leak' | 'broken' }> = {
	'except-ignored': { scenario: 'ip-block-except', verdict: 'leak' },
	'end-port-excluded': { scenario: 'end-port', verdict: 'broken' },
	'egress-type-not-inferred': { scenario: 'policy-types-inferred', verdict: 'leak' },
	'deleted-policy-stays': { scenario: 'policy-deleted', verdict: 'leak' },
	'ipv6-unfiltered': { scenario: 'deny-all-ingress', verdict: 'leak' },
};

describe('gatecrash run --inject', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	before(() => ({ folder, remove } = makeSandbox()));
	after(() => remove());

	const run = (scenario: string, ...flags: string[]): Promise<Ended> =>
		gatecrashHere([
			'run',
			join(root, `scenarios/network-policy/${scenario}.yaml`),
			'--json',
			'--out',
			folder,
			...flags,
		]);
	const read = ({ stdout }: Ended) => JSON.parse(stdout) as RunVerdicts;

	for (const [bug, { scenario, verdict }] of Object.entries(required)) {
		it(`${bug}: ${scenario} ends with 1 and puts it down to the engine`, async () => {
			const ended = await run(scenario, '--inject', bug);
			expect(ended.code, ended.stderr).to.equal(1);
			const verdicts = read(ended);
			expect(verdicts.cluster?.injected).to.deep.equal([bug]);
			const cells = verdicts.scenarios.flatMap((one) => one.cells).filter((cell) => cell.verdict === verdict);
			expect(cells).to.have.length.greaterThan(0);
			expect(new Set(cells.map(({ diagnosis }) => diagnosis))).to.deep.equal(new Set(['engine']));
		});
	}

	it('a bug where the specification is open changes what is observed, and fails nothing', async () => {
		const states = (ended: Ended) =>
			read(ended).scenarios.flatMap((one) => one.cells.map(({ id, observed }) => `${id} ${observed.state}`));
		const [honest, wrong] = [
			await run('established-connection'),
			await run('established-connection', '--inject', 'established-cut'),
		];
		expect(honest.code, honest.stderr).to.equal(0);
		expect(read(wrong).counts).to.include({ leak: 0, broken: 0 });
		expect(states(wrong)).not.to.deep.equal(states(honest));
	});

	/** Exit code 64 follows from the code (test/cli/command-line.test.ts). */
	const refused = (...flags: string[]) =>
		run('end-port', ...flags).then(
			() => expect.fail('it was not refused'),
			({ code, message, hint }: GatecrashError) => {
				expect(code).to.equal('GC_USAGE');
				return `${message}: ${hint}`;
			},
		);

	it('refuses a bug that there is not, with the one that was meant, before anything runs', async () => {
		const said = await refused('--inject', 'end-port-exclude');
		expect(said).to.include('there is no seeded bug "end-port-exclude"').and.include('did you mean end-port-excluded?');
	});

	it('refuses a cluster whose engine is a real one', async () => {
		for (const cluster of ['kind-calico', 'existing']) {
			const said = await refused('--inject', 'end-port-excluded', '--cluster', cluster);
			expect(said).to.include(`can't be injected into ${cluster}`).and.include('--cluster embedded');
		}
	});

	it('lists what there is, as text and as JSON', async () => {
		const [text, json] = [await gatecrashHere(['list', '--bugs']), await gatecrashHere(['list', '--bugs', '--json'])];
		expect([text.code, json.code]).to.deep.equal([0, 0]);
		const { bugs } = JSON.parse(json.stdout) as { bugs: { name: string; issues: string[] }[] };
		expect(bugs.length).to.be.at.least(30);
		for (const { name } of bugs) expect(text.stdout).to.match(new RegExp(`^${name}$`, 'm'));
		expect(bugs.find(({ name }) => name === 'except-ignored')?.issues).to.include(
			'https://github.com/antrea-io/antrea/issues/71',
		);
	});
});

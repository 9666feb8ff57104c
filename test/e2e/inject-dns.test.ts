import { join } from 'node:path';
import { expect } from 'chai';
import { dnsBugs } from '../../src/cluster/netns/bugs/dns.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { makeSandbox, root } from '../cli/sandbox.ts';
import { gatecrashHere } from './support/in-process.ts';

/** A scenario of the catalogue in which each bug shows. */
const noticedBy: Record<string, string> = {
	'dns-tcp-unfiltered': 'tcp-to-foreign-resolver',
	'dns-udp-unfiltered': 'udp-to-foreign-resolver',
	'dns-ipv6-unfiltered': 'ipv6-resolver',
	'metadata-unfiltered': 'metadata-addresses',
	'dns-peer-ignored': 'eks-cluster-dns-only',
	'dns-answers-dropped': 'udp-to-foreign-resolver',
	'dns-proxied': 'udp-to-foreign-resolver',
	// Of the bugs of Services.
	'service-address-judged': 'cluster-dns-by-pod-address',
};

describe('gatecrash run scenarios/dns --inject', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
	});
	after(() => remove?.());

	async function run(scenario: string, bug: string): Promise<RunVerdicts> {
		const file = join(root, `scenarios/dns/${scenario}.yaml`);
		const ended = await gatecrashHere(['run', file, '--json', '--out', folder, '--inject', bug]);
		return JSON.parse(ended.stdout) as RunVerdicts;
	}

	it('knows a scenario for every bug of DNS', () => {
		const known = [...Object.keys(noticedBy), 'udp-flow-cut', 'dns-intercepted'];
		expect(known).to.include.members(dnsBugs.map(({ name }) => name));
	});

	for (const [bug, scenario] of Object.entries(noticedBy)) {
		it(`${bug}: ${scenario} notices, and puts it down to the engine`, async () => {
			const verdicts = await run(scenario, bug);
			expect(verdicts.exitCode).to.equal(1);
			const cells = verdicts.scenarios.flatMap((one) => one.cells);
			const wrong = cells.filter(({ verdict }) => verdict === 'leak' || verdict === 'broken');
			expect(wrong).to.have.length.greaterThan(0);
			expect(new Set(wrong.map(({ diagnosis }) => diagnosis))).to.deep.equal(new Set(['engine']));
		});
	}

	it('dns-intercepted: what is allowed has no answer of ours, and what is forbidden no proof', async () => {
		const { scenarios } = await run('udp-to-foreign-resolver', 'dns-intercepted');
		const verdicts = scenarios
			.flatMap(({ cells }) => cells.filter(({ kind }) => kind === 'dns'))
			.map(({ expectation, verdict }) => `${expectation} ${verdict}`);
		expect(new Set(verdicts)).to.deep.equal(new Set(['allowed broken', 'blocked inconclusive']));
	});

	it('udp-flow-cut: the specification leaves it open, so only what is observed changes', async () => {
		const observed = async (bugs: string[]) => {
			const file = join(root, 'scenarios/dns/resolver-flow-kept.yaml');
			const inject = bugs.flatMap((bug) => ['--inject', bug]);
			const ended = await gatecrashHere(['run', file, '--json', '--out', folder, ...inject]);
			const { scenarios } = JSON.parse(ended.stdout) as RunVerdicts;
			const held = scenarios.flatMap(({ cells }) => cells).filter(({ expectation }) => expectation === 'observe');
			return new Set(held.map(({ observed: { state } }) => state));
		};
		expect(await observed([])).to.deep.equal(new Set(['open']));
		expect(await observed(['udp-flow-cut'])).to.deep.equal(new Set(['closed']));
	});
});

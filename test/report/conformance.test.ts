import { expect } from 'chai';
import type { Plan } from '../../src/model/plan.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict } from '../../src/model/verdict.ts';
import { renderConformance } from '../../src/report/conformance.ts';
import { shippedScenarios } from '../../src/report/shipped-scenarios.ts';
import { inconclusiveCell, leakedCell, sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

interface Report {
	schemaVersion: number;
	cluster?: { enforcers: string[] };
	profiles: {
		name: string;
		result: string;
		required: Record<string, number>;
		notAttempted: string[];
		beyond: Record<string, number>;
		scenarios: { scenario: string; result: string }[];
	}[];
}

const nothing: Plan = { schemaVersion: 1, scenarios: [] };

/** As if these were all that ship. */
const shipped = { 'network-policy': ['one'], 'strict-mtls': [], 'dns-egress': [], chaos: [] };

function profileOf(
	run: RunVerdicts,
	name = 'network-policy',
	plan = nothing,
	all: Parameters<typeof renderConformance>[2] = shipped,
): Report['profiles'][number] {
	const { profiles } = JSON.parse(renderConformance(run, plan, all)) as Report;
	const found = profiles.find((profile) => profile.name === name);
	if (!found) throw new Error(`no profile ${name}`);
	return found;
}

const scenario = (name: string, cells: CellVerdict[], given: Partial<ScenarioVerdict> = {}): ScenarioVerdict =>
	sampleScenario(name, cells, given);

describe('the conformance report', () => {
	it('is conformant where required scenarios pass, whatever is open', () => {
		const run = sampleRun([
			scenario('one', [sampleCell()]),
			scenario('two', [leakedCell()], { status: 'open' }),
			scenario('three', [sampleCell({ verdict: 'skipped' })]),
		]);
		const profile = profileOf(run, 'network-policy', nothing, { ...shipped, 'network-policy': ['one', 'three'] });
		expect(profile.result).to.equal('conformant');
		expect(profile.required).to.include({ passed: 1, failed: 0, skipped: 1 });
		expect(profile.beyond).to.include({ failed: 1 });
	});

	it('is not, where a required one fails or stays inconclusive, the run was cut off, or the cluster is wrong on purpose', () => {
		const good = scenario('one', [sampleCell()]);
		const bugs = sampleRun([good]);
		const both = { ...shipped, 'network-policy': ['one', 'two'] };
		for (const run of [
			sampleRun([scenario('one', [leakedCell()])]),
			sampleRun([good, scenario('two', [leakedCell()])]),
			sampleRun([good, scenario('two', [inconclusiveCell()])]),
			sampleRun([good], { complete: false }),
			sampleRun([good], { cluster: undefined }),
			sampleRun([scenario('two', [sampleCell({ verdict: 'skipped' })])]),
			{ ...bugs, ...(bugs.cluster && { cluster: { ...bugs.cluster, injected: ['ingress-unchecked'] } }) },
		]) {
			expect(profileOf(run, 'network-policy', nothing, both).result).to.equal('not-shown');
		}
		expect(profileOf(sampleRun([good]), 'dns-egress').result).to.equal('not-attempted');
	});

	it('is partial where shipped scenarios are missing, and does not count one’s own', () => {
		const both = { ...shipped, 'network-policy': ['one', 'two'] };
		const good = scenario('one', [sampleCell()]);
		const partial = profileOf(sampleRun([good]), 'network-policy', nothing, both);
		expect(partial).to.include({ result: 'partial' });
		expect(partial.notAttempted).to.deep.equal(['two']);
		const whole = profileOf(sampleRun([good, scenario('two', [sampleCell()])]), 'network-policy', nothing, both);
		expect(whole).to.include({ result: 'conformant' });
		expect(whole.notAttempted).to.deep.equal([]);

		const own = profileOf(sampleRun([scenario('mine', [sampleCell()])]));
		expect(own.result).to.equal('not-attempted');
		expect(own.required).to.include({ passed: 0 });
		expect(own.beyond).to.include({ passed: 1 });
		// Nor does one that has the name of a shipped one, and another status.
		expect(profileOf(sampleRun([scenario('one', [sampleCell()], { status: 'open' })])).result).to.equal(
			'not-attempted',
		);
	});

	it('knows what ships, by the profile that a run puts it into', () => {
		expect(shippedScenarios['network-policy']).to.include('canonical-matrix').and.not.include('loopback');
		expect(shippedScenarios['dns-egress']).to.include('eks-cluster-dns-only');
		expect(shippedScenarios['strict-mtls']).to.include('plaintext-under-strict');
		expect(shippedScenarios.chaos).to.not.have.length(0);
	});

	it('tells what the cluster cannot do from what was left out', () => {
		const skipped = (text: string) => {
			const reasons = [{ code: 'skipped', text }];
			return scenario('one', [sampleCell({ verdict: 'skipped', reasons })], { reasons });
		};
		const results = [
			'skipped: needs istio, ipv6, which embedded does not have. Install Envoy',
			'skipped: needs sctp, which this cluster or its probes do not have',
			'left out: it is expected as predicted, and the policies’ text predicts nothing',
		].map((text) => profileOf(sampleRun([skipped(text)])).scenarios[0]?.result);
		expect(results).to.deep.equal(['unsupported', 'unsupported', 'skipped']);
	});

	it('puts each scenario into the most demanding profile that it asks for', () => {
		const plan = {
			schemaVersion: 1,
			scenarios: [{ name: 'chaotic', requires: ['ipv4', 'fault-agent-gone'] }],
		} as unknown as Plan;
		const run = sampleRun([
			scenario('chaotic', [sampleCell({ kind: 'dns' })]),
			scenario('names', [sampleCell({ kind: 'dns' })]),
			scenario('mesh', [sampleCell(), sampleCell({ kind: 'plaintext', from: 'other' })]),
			scenario('plain', [sampleCell()]),
		]);
		const named = ['chaos', 'dns-egress', 'strict-mtls', 'network-policy'].map((name) =>
			profileOf(run, name, plan).scenarios.map((one) => one.scenario),
		);
		expect(named).to.deep.equal([['chaotic'], ['names'], ['mesh'], ['plain']]);
	});
});

import { expect } from 'chai';
import fc from 'fast-check';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import type { Cell, Workload } from '../../src/model/plan.ts';
import type { Finding } from './batch.ts';
import { pathsOf } from './paths.ts';
import { type PolicyCase, randomCase } from './random-policy.ts';
import { reproducer } from './reproducer.ts';
import { topology } from './topology.ts';

const seeds = Array.from({ length: 10 }, (_, index) => index);
const families = ['ipv4', 'ipv6'] as const;

interface Sample {
	workload: Workload;
	cases: PolicyCase[];
}

const samples: Sample[] = seeds.map((seed) => {
	const [workload] = fc.sample(topology('t'), { seed, numRuns: 1 });
	if (!workload) throw new Error('no topology');
	return { workload, cases: fc.sample(randomCase(workload, families), { seed, numRuns: 40 }) };
});
const text = JSON.stringify(samples.map(({ cases }) => cases));

describe('the generator', () => {
	it('makes the same cases of the same seed', () => {
		const [first] = samples;
		if (!first) throw new Error('no sample');
		expect(fc.sample(randomCase(first.workload, families), { seed: 0, numRuns: 40 })).to.deep.equal(first.cases);
	});

	it('uses every feature of NetworkPolicy', () => {
		const features = [
			...['"In"', '"NotIn"', '"Exists"', '"DoesNotExist"', '"matchLabels"', '"matchLabels":{}', '"podSelector":{}'],
			...['"namespaceSelector"', 'kubernetes.io/metadata.name', '"ipBlock"', '"except"', '0.0.0.0/0', '::/0'],
			...['"endPort"', '"port":"web"', '"TCP"', '"UDP"', '"SCTP"', '"ports":[]', '"from":[]', '"to":[]', '{}'],
			...['"ingress":[]', '"egress":[]', '"ingress":[{}]', '["Ingress","Egress"]', '"before":[{'],
			...['$(pods.p0.ipv4)/32', '$(pods.p0.ipv6)/128', '$(cluster.podCIDRv6)', '$(external.outside.ipv4)'],
		];
		expect(features.filter((feature) => !text.includes(feature))).to.deep.equal([]);
		expect(samples.some(({ cases }) => cases.some((one) => one.policies.length >= 4))).to.equal(true);
	});

	it('makes pods that give one name to different ports, and one number to both protocols', () => {
		const listening = samples.flatMap(({ workload }) => Object.values(workload.pods).map(({ listen }) => listen));
		const web = new Set(
			listening.flat().flatMap(({ name, port, protocol }) => (name === 'web' ? `${port}/${protocol}` : [])),
		);
		expect(web.size).to.be.above(2);
		const both = listening.filter((all) => new Set(all.map(({ port }) => port)).size < all.length);
		expect(both).to.have.length.above(5);
	});

	it('makes only what a scenario file may hold', () => {
		for (const { workload, cases } of samples.slice(0, 4)) {
			const [first] = pathsOf(workload, families);
			for (const found of cases.slice(0, 10)) {
				const { diagnostics } = parseScenarioText(
					reproducer(findingOf(workload, found, first), 'test'),
					'f.yaml',
					() => {
						throw new Error('no file is named');
					},
				);
				// Policies that select nobody are refused there, because they prove nothing; here they have to do nothing.
				const errors = diagnostics.filter(({ severity, code }) => severity === 'error' && code !== 'selects-nothing');
				expect(errors.map(({ message }) => message)).to.deep.equal([]);
			}
		}
	});
});

function findingOf(workload: Workload, found: PolicyCase, cell: Cell | undefined): Finding {
	if (!cell) throw new Error('no path');
	return {
		...{ seed: 1, path: '1', workload, found, contradictions: [], repeats: true },
		differences: [{ cell: { ...cell, prediction: { verdict: 'allowed', because: ['no policy'] } }, observed: 'shut' }],
	};
}

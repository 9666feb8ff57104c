import { expect } from 'chai';
import fc from 'fast-check';
import { draftScenario } from '../../src/generate/draft-scenario.ts';
import type { GenerateInput, PodInput } from '../../src/generate/input.ts';
import { compareMoments, type MomentComparison } from '../../src/mutate/comparison.ts';
import { mutantsOf } from '../../src/mutate/mutants-of.ts';
import { searchPaths, type SearchResult } from '../../src/mutate/search.ts';
import { type Subject, subjectOf } from '../../src/mutate/subject.ts';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { policies } from '../policy/random-policies.ts';
import { searchExhaustively } from './exhaustive-search.ts';

const target = { families: ['ipv4', 'ipv6'] as const };

const label = fc.dictionary(fc.constantFrom('app', 'tier'), fc.constantFrom('a', 'b', 'c'), { maxKeys: 2 });
const port = fc.constantFrom<PodInput['ports'][number]>(
	{ port: 80, protocol: 'tcp', name: 'http' },
	{ port: 8080, protocol: 'tcp', name: 'http' },
	{ port: 53, protocol: 'udp' },
);
const pod: fc.Arbitrary<PodInput> = fc.record({
	namespace: fc.constantFrom('shop', 'ops'),
	labels: label,
	ports: fc.array(port, { maxLength: 1 }),
	hostNetwork: fc.constantFrom(false, false, false, false, false, false, true),
});

/** Pods, some of which the policies name, an endpoint outside, and policies with one of their mutants. */
const subjects = fc
	.tuple(fc.array(pod, { minLength: 4, maxLength: 6 }), pod, policies, fc.nat())
	.filter(([, , set]) => set.length > 0)
	.map(([others, web, set, which]) => {
		const input: GenerateInput = {
			name: 'random',
			namespaces: {
				shop: { labels: { team: 'shop' }, mesh: 'none' },
				ops: { labels: { team: 'ops' }, mesh: 'none' },
			},
			pods: { web, ...Object.fromEntries(others.map((one, index) => [`pod-${index}`, one])) },
			services: {},
			external: { internet: { ports: [{ port: 80, protocol: 'tcp' }] } },
			policies: set.map((object) => ({ name: object.metadata.name, object })),
		};
		const subject = subjectOf(draftScenario(input), target);
		const mutants = mutantsOf(subject.scenario);
		const mutant = mutants[which % mutants.length];
		if (!mutant) throw new Error('each policy has mutants');
		const moment = subject.timeline.moments.length - 1;
		return { subject, moment, comparison: compareMoments(subject, mutant)[moment], mutant: mutant.id };
	});

type Random = { subject: Subject; moment: number; comparison: MomentComparison | undefined };

/** `slowly`: with the evaluator that also says why, and without passing anything over. */
function searched({ subject, moment, comparison }: Random, slowly: boolean): SearchResult | undefined {
	const state = subject.states[moment];
	if (!comparison || !state) return undefined;
	const { pods, external } = subject.plan.workload;
	const request = {
		...{ families: subject.families, listeners: { pods, external }, policies: [...state.policies.values()] },
	};
	if (!slowly) return searchPaths({ ...request, comparison });
	const { world, gone, come } = comparison;
	const before = compilePolicies(request.policies, world);
	const after = compilePolicies([...request.policies.filter((one) => !gone.includes(one)), ...come], world);
	return searchExhaustively({
		...request,
		comparison: {
			...comparison,
			before: (path) => before.predict(path).verdict,
			after: (path) => after.predict(path).verdict,
		},
	});
}

describe('the search for a path that tells a mutant', function () {
	this.timeout(120_000);

	it('finds the same first path as looking at every one does, or none where there is none', () => {
		const kinds = { found: 0, doubtful: 0, masked: 0, nothing: 0 };
		const property = fc.property(subjects, (random) => {
			const [quick, slow] = [searched(random, false), searched(random, true)];
			expect(quick?.found).to.deep.equal(slow?.found);
			if (!slow || slow.found) {
				kinds.found += 1;
				return;
			}
			expect(quick).to.deep.equal(slow);
			kinds[slow.doubtful ? 'doubtful' : slow.masked ? 'masked' : 'nothing'] += 1;
		});
		fc.assert(property, { numRuns: 600 });
		for (const [kind, count] of Object.entries(kinds)) expect(count, kind).to.be.greaterThan(5);
	});
});

import { expect } from 'chai';
import fc from 'fast-check';
import type { KubernetesObject } from '../../src/model/policy.ts';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { connections, egressRule, ingressRule, policies, type PolicySpecText, worlds } from './random-policies.ts';

const many = { numRuns: 1500 };

function specOf(object: KubernetesObject): PolicySpecText {
	return object.spec as PolicySpecText;
}

describe('properties of every set of policies', function () {
	this.timeout(60_000);

	it('are worth testing: every verdict is reached often', () => {
		const seen = { allowed: 0, blocked: 0, open: 0, unknown: 0 };
		const sampled = fc.sample(fc.tuple(policies, worlds, connections), { numRuns: 2000, seed: 1 });
		for (const [set, world, path] of sampled) seen[compilePolicies(set, world).predict(path).verdict] += 1;
		expect(seen.allowed).to.be.greaterThan(400);
		expect(seen.blocked).to.be.greaterThan(200);
		expect(seen.open).to.be.greaterThan(20);
	});

	it('another rule of a policy blocks nothing that was allowed', () => {
		const property = fc.property(
			fc.tuple(policies, worlds, connections, fc.nat(), ingressRule, egressRule),
			([set, world, path, at, ingress, egress]) => {
				fc.pre(set.length > 0);
				const chosen = at % set.length;
				const wider = set.map((object, index) => {
					const spec = specOf(object);
					if (index !== chosen) return object;
					return {
						...object,
						spec: { ...spec, ingress: [...spec.ingress, ingress], egress: [...spec.egress, egress] },
					};
				});
				const before = compilePolicies(set, world).predict(path).verdict;
				const after = compilePolicies(wider, world).predict(path).verdict;
				if (before === 'allowed') expect(after).to.equal('allowed');
				if (after === 'blocked') expect(before).to.equal('blocked');
			},
		);
		fc.assert(property, many);
	});

	it('the order of policies, and of their rules, means nothing', () => {
		const property = fc.property(policies, worlds, connections, (set, world, path) => {
			const reversed = set.toReversed().map((object) => {
				const spec = specOf(object);
				return { ...object, spec: { ...spec, ingress: spec.ingress.toReversed(), egress: spec.egress.toReversed() } };
			});
			expect(compilePolicies(reversed, world).predict(path).verdict).to.equal(
				compilePolicies(set, world).predict(path).verdict,
			);
		});
		fc.assert(property, many);
	});

	it('a policy means the same when its rules stand in policies of their own', () => {
		const property = fc.property(policies, worlds, connections, (set, world, path) => {
			const split = set.flatMap((object) => {
				const spec = specOf(object);
				const alone = (rules: Partial<PolicySpecText>) => ({
					...object,
					spec: { ...spec, ingress: [], egress: [], ...rules },
				});
				return [
					alone({}),
					...spec.ingress.map((rule) => alone({ ingress: [rule] })),
					...spec.egress.map((rule) => alone({ egress: [rule] })),
				];
			});
			expect(compilePolicies(split, world).predict(path).verdict).to.equal(
				compilePolicies(set, world).predict(path).verdict,
			);
		});
		fc.assert(property, many);
	});

	it('a policy of another namespace changes nothing at this end', () => {
		const property = fc.property(policies, worlds, connections, (set, world, path) => {
			fc.pre(path.to.kind === 'pod' && path.from.kind === 'external');
			const namespace = world.pods[path.to.name]?.namespace;
			const near = set.filter(({ metadata }) => metadata.namespace === namespace);
			expect(compilePolicies(near, world).predict(path)).to.deep.equal(compilePolicies(set, world).predict(path));
		});
		fc.assert(property, { numRuns: 300 });
	});

	it('the table says the same as one prediction after the other', () => {
		const property = fc.property(policies, worlds, connections, (set, world, { port, protocol, family }) => {
			if (protocol === 'icmp') return;
			const compiled = compilePolicies(set, world);
			const table = compiled.table(port, protocol, family);
			for (const from of table.pods) {
				for (const to of table.pods) {
					const ends = { from: { kind: 'pod', name: from }, to: { kind: 'pod', name: to } } as const;
					const { verdict } = compiled.predict({ ...ends, port, protocol, family });
					expect(table.verdict(from, to), `${from}→${to}`).to.equal(verdict);
				}
			}
		});
		fc.assert(property, { numRuns: 400 });
	});
});

import { expect } from 'chai';
import fc from 'fast-check';
import { compareEnds } from '../../src/policy/compare-ends.ts';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { applyEdit } from '../../src/mutate/apply-edit.ts';
import type { Edit } from '../../src/mutate/mutant.ts';
import { networkPolicyMutants } from '../../src/mutate/network-policy/policy-mutants.ts';
import { whatDiffers } from '../../src/mutate/what-differs.ts';
import { connections, policies, worlds } from '../policy/random-policies.ts';

const around = {
	namespaces: ['shop', 'ops'],
	labelValues: new Map([
		['app', ['a', 'b', 'c']],
		['tier', ['a', 'b', 'c']],
		['team', ['shop', 'ops']],
	]),
};

/** One policy of a set, and one of its mutants. */
const mutants = fc
	.tuple(policies, fc.nat(), fc.nat())
	.filter(([set]) => set.length > 0)
	.map(([set, which, what]) => {
		const at = which % set.length;
		const object = set[at] ?? set[0];
		if (!object) throw new Error('a set that is not empty has a first policy');
		const edits = networkPolicyMutants(object, around);
		const edit = edits[what % edits.length] as Edit;
		return { set, at, object, edit, mutant: applyEdit(object, edit) };
	});

describe('properties of mutants of random policies', function () {
	this.timeout(60_000);

	it('the verdict alone is that of the prediction', () => {
		const property = fc.property(policies, worlds, connections, (set, world, path) => {
			const compiled = compilePolicies(set, world);
			expect(compiled.verdict(path)).to.equal(compiled.predict(path).verdict);
		});
		fc.assert(property, { numRuns: 1000 });
	});

	it('a mutant is another object, and leaves its original as it was', () => {
		const property = fc.property(mutants, ({ object, edit, mutant }) => {
			const text = JSON.stringify(object);
			expect(JSON.stringify(mutant), JSON.stringify(edit)).not.to.equal(text);
			expect(JSON.stringify(object)).to.equal(text);
		});
		fc.assert(property, { numRuns: 1000 });
	});

	it('paths that are passed over are the same with the policy and with its mutant, whatever other policies there are', () => {
		let passedOver = 0;
		const property = fc.property(mutants, worlds, connections, ({ set, at, object, mutant }, world, path) => {
			const [one, other] = whatDiffers(object, mutant);
			const differs = compareEnds([one], [other], world).mayDiffer(path);
			const before = compilePolicies(set, world).verdict(path);
			const after = compilePolicies(set.with(at, mutant), world).verdict(path);
			if (differs) return;
			passedOver += 1;
			expect(after).to.equal(before);
		});
		fc.assert(property, { numRuns: 4000 });
		expect(passedOver).to.be.greaterThan(500);
	});

	it('what both have is left out, and nothing that tells them apart', () => {
		const property = fc.property(mutants, worlds, connections, ({ object, mutant }, world, path) => {
			const alone = (policy: typeof object) => compilePolicies([policy], world).verdict(path);
			if (alone(object) === alone(mutant)) return;
			const [one, other] = whatDiffers(object, mutant);
			expect(compareEnds([one], [other], world).mayDiffer(path)).to.equal(true);
		});
		fc.assert(property, { numRuns: 4000 });
	});
});

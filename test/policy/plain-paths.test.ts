import { expect } from 'chai';
import fc from 'fast-check';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { connections, policies, worlds } from './random-policies.ts';

describe('paths of which only rules decide', () => {
	it('that mean the same have the same verdict on every port that both destinations name alike', () => {
		let alike = 0;
		const property = fc.property(policies, worlds, connections, (set, world, { port, protocol, family }) => {
			const compiled = compilePolicies(set, world);
			const pods = Object.keys(world.pods).map((name) => ({ kind: 'pod' as const, name }));
			const verdicts = new Map<string, string>();
			for (const from of pods) {
				for (const to of pods) {
					const meaning = compiled.meaningBetween({ from, to });
					if (meaning === undefined) continue;
					const key = `${meaning} ${JSON.stringify(world.pods[to.name]?.namedPorts)}`;
					const { verdict } = compiled.predict({ from, to, port, protocol, family });
					expect(verdict, `${from.name} ${to.name}`).to.equal(verdicts.get(key) ?? verdict);
					if (verdicts.has(key)) alike += 1;
					verdicts.set(key, verdict);
				}
			}
		});
		fc.assert(property, { numRuns: 400 });
		expect(alike).to.be.greaterThan(1000);
	});

	it('are none where more than rules decides: a node, a Service, a pod that reaches itself', () => {
		fc.assert(
			fc.property(policies, worlds, connections, (set, world, path) => {
				const { from, to } = path;
				const isSpecial = ({ kind, name }: { kind: string; name: string }) =>
					kind === 'node' || kind === 'service' || world.pods[name]?.hostNetwork;
				const isLoop = from.kind === 'pod' && from.name === to.name;
				if (!isSpecial(from) && !isSpecial(to) && !isLoop) return;
				expect(compilePolicies(set, world).meaningBetween(path)).to.equal(undefined);
			}),
		);
	});
});

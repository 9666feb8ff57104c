import { expect } from 'chai';
import { shardOf } from '../../src/cli/shard.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import type { Plan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const text = (name: string) => `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: ${name}}
spec:
  namespaces: {shop: {}}
  pods:
    a: {namespace: shop}
    b: {namespace: shop, listen: [80/tcp]}
  attempts: [{from: a, to: "b:80", expect: allowed}]
`;
const names = ['one', 'two', 'three', 'four', 'five'];
const { scenarios } = parseScenarioText(names.map(text).join('---'), 's.yaml', () => {
	throw new Error('there is no policy file');
});
const target = { name: 'x', capabilities: new Set(['ipv4'] as const), families: ['ipv4'] as const };
const whole: Plan = planScenarios(scenarios, target).plan;
const everything = { tag: [], grep: [], exclude: [] };
const shard = (wanted: string, env = {}, selection = everything) =>
	shardOf(whole, scenarios, { ...selection, shard: wanted }, env);

describe('--shard', () => {
	it('gives each scenario to one part, in the order of the plan, with what the whole was', () => {
		const parts = ['1/2', '2/2'].map((one) => shard(one));
		expect(parts.flatMap((part) => part.scenarios.map(({ name }) => name))).to.have.members(names);
		for (const part of parts) {
			const own = part.scenarios.map(({ name }) => name);
			expect(own).to.deep.equal(names.filter((name) => own.includes(name)));
			expect(part.shard?.scenarios).to.deep.equal(names);
		}
		expect(parts[0]?.shard?.whole).to.equal(parts[1]?.shard?.whole);
	});

	it('job/N is the part of this pod of an Indexed Job', () => {
		expect(shard('job/3', { JOB_COMPLETION_INDEX: '0' })).to.deep.equal(shard('1/3'));
		expect(shard('job/3', { JOB_COMPLETION_INDEX: '2' })).to.deep.equal(shard('3/3'));
	});

	const wrong: [string, Record<string, string>, RegExp][] = [
		['0/2', {}, /not one of N parts/],
		['3/2', {}, /not one of N parts/],
		['2', {}, /not one of N parts/],
		['1/6', {}, /only 5 scenarios/],
		['job/2', {}, /JOB_COMPLETION_INDEX is not set/],
		['job/2', { JOB_COMPLETION_INDEX: '2' }, /not one of N parts/],
	];
	for (const [wanted, env, says] of wrong) {
		it(`refuses ${wanted} ${JSON.stringify(env)}`, () => {
			expect(() => shard(wanted, env)).to.throw(GatecrashError, says);
		});
	}
});

import { expect } from 'chai';
import type { Scenario } from '../../src/model/scenario.ts';
import { policiesForFamilies } from '../../src/plan/for-families.ts';

const position = { file: 's.yaml', line: 1, column: 1 };

function fitted(kind: { apiVersion: string; kind: string }, ...rules: unknown[]) {
	const object = { ...kind, metadata: { name: 'p' }, spec: { podSelector: {}, ingress: rules } };
	const scenario = { policies: [{ name: 'p', object, position }] } as unknown as Scenario;
	const [policy] = policiesForFamilies(scenario, ['ipv4']);
	if (!policy) throw new Error('no policy');
	return { before: object, ...policy, ingress: (policy.object.spec as { ingress: unknown[] }).ingress };
}

const networkPolicy = { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' };
const four = { ipBlock: { cidr: '$(pods.a.ipv4)/32' } };
const six = { ipBlock: { cidr: '$(pods.a.ipv6)/128' } };

describe('policies for the families of a cluster', () => {
	it('leave out peers whose addresses nobody there has, and say so', () => {
		const { ingress, leftOut } = fitted(networkPolicy, { from: [four, six], ports: [{ port: 80 }] });
		expect(ingress).to.deep.equal([{ from: [four], ports: [{ port: 80 }] }]);
		expect(leftOut).to.deep.equal(['ingress[0].from[1] {"ipBlock":{"cidr":"$(pods.a.ipv6)/128"}}']);
	});

	it('leave out a range whose exception has no address', () => {
		const all = { ipBlock: { cidr: '::/0', except: ['$(pods.a.ipv6)/128'] } };
		expect(fitted(networkPolicy, { from: [all, four] }).ingress).to.deep.equal([{ from: [four] }]);
	});

	it('keep the last peer, because a list without peers means everybody', () => {
		const { object, before, leftOut } = fitted(networkPolicy, { from: [six] }, { from: [six, six] });
		expect(object).to.equal(before);
		expect(leftOut).to.deep.equal([]);
	});

	it('keep ranges that are written out, rules without peers, and other kinds of policies', () => {
		const literal = { ipBlock: { cidr: '2001:db8::/64' } };
		const { object, before } = fitted(networkPolicy, { from: [literal, four] }, { ports: [{ port: 80 }] }, {});
		expect(object).to.equal(before);
		const calico = fitted({ apiVersion: 'projectcalico.org/v3', kind: 'NetworkPolicy' }, { from: [four, six] });
		expect(calico.object).to.equal(calico.before);
	});
});

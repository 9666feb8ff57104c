import { expect } from 'chai';
import { storedCalicoPolicy } from '../../src/cluster/kubernetes/calico-policy.ts';

const policy = (name: string, spec: Record<string, unknown>) => ({
	apiVersion: 'projectcalico.org/v3',
	kind: 'GlobalNetworkPolicy',
	metadata: { name },
	spec,
});

describe('Calico policy as it is stored', () => {
	it('has the tier in front of its name, once', () => {
		expect(storedCalicoPolicy(policy('deny', {})).metadata.name).to.equal('default.deny');
		expect(storedCalicoPolicy(policy('default.deny', {})).metadata.name).to.equal('default.deny');
		expect(storedCalicoPolicy(policy('deny', { tier: 'platform' })).metadata.name).to.equal('platform.deny');
		expect(storedCalicoPolicy(policy('deny', {})).apiVersion).to.equal('crd.projectcalico.org/v1');
	});

	it('has the types that calicoctl would fill in', () => {
		const types = (spec: Record<string, unknown>) =>
			(storedCalicoPolicy(policy('p', spec)).spec as { types: string[] }).types;
		expect(types({})).to.deep.equal(['Ingress']);
		expect(types({ ingress: [{ action: 'Allow' }] })).to.deep.equal(['Ingress']);
		expect(types({ egress: [{ action: 'Allow' }] })).to.deep.equal(['Egress']);
		expect(types({ ingress: [{}], egress: [{}] })).to.deep.equal(['Ingress', 'Egress']);
		expect(types({ egress: [{}], types: ['Ingress', 'Egress'] })).to.deep.equal(['Ingress', 'Egress']);
	});
});

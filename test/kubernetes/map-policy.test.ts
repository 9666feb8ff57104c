import { expect } from 'chai';
import { mapPolicy } from '../../src/cluster/kubernetes/map-policy.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';

const names = new Map([
	['shop', 'gc-abc-shop'],
	['ops', 'gc-abc-ops'],
	['theirs', 'theirs'],
]);

function policy(spec: unknown, namespace = 'shop'): KubernetesObject {
	return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name: 'shop', namespace }, spec };
}

describe('policy with mapped namespaces', () => {
	it('is in the mapped namespace, and keeps its own name', () => {
		const mapped = mapPolicy(policy({}), names);
		expect(mapped.policy.metadata).to.deep.equal({ name: 'shop', namespace: 'gc-abc-shop' });
		expect(mapped).not.to.have.property('problem');
	});

	it('means the mapped namespaces by their name label, in both forms of a selector', () => {
		const from = (name: string) => [
			{ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name, team: 'ops' } } },
			{
				namespaceSelector: {
					matchExpressions: [{ key: 'kubernetes.io/metadata.name', operator: 'NotIn', values: [name, 'other'] }],
				},
			},
		];
		const { policy: mapped, problem } = mapPolicy(policy({ ingress: [{ from: from('ops') }] }), names);
		expect(mapped.spec).to.deep.equal({ ingress: [{ from: from('gc-abc-ops') }] });
		expect(problem).to.equal(undefined);
	});

	it('keeps labels and ports that are only the same word', () => {
		const spec = {
			podSelector: { matchLabels: { app: 'shop' }, matchExpressions: [{ key: 'a', operator: 'In', values: ['ops'] }] },
			ingress: [{ ports: [{ port: 'shop' }] }],
		};
		const mapped = mapPolicy(policy(spec), names);
		expect(mapped.policy.spec).to.deep.equal(spec);
		expect(mapped).not.to.have.property('problem');
	});

	it('is refused where a mapped name stands where it can’t be replaced safely', () => {
		const principal = { rules: [{ from: [{ source: { principals: ['cluster.local/ns/shop/sa/web'] } }] }] };
		expect(mapPolicy(policy(principal), names).problem).to.match(/"shop" in spec\.rules\.0\.from/);
		const text = { selector: "projectcalico.org/namespace == 'ops'" };
		expect(mapPolicy(policy(text), names).problem).to.match(/"ops" in spec\.selector/);
		expect(mapPolicy(policy({ selector: "app == 'ops'" }), names)).not.to.have.property('problem');
		expect(mapPolicy(policy({ host: 'workshop.example' }), names)).not.to.have.property('problem');
	});

	it('touches nothing in a namespace that keeps its name', () => {
		const spec = { source: 'theirs' };
		const mapped = mapPolicy(policy(spec, 'theirs'), names);
		expect(mapped).to.deep.equal({ policy: policy(spec, 'theirs') });
	});
});

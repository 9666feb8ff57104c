import { expect } from 'chai';
import { mutantsOf } from '../../src/mutate/mutants-of.ts';
import { networkPolicy, scenarioOf, scenarioText } from './support.ts';

/** Changes by id, of a policy with this spec in a world of two namespaces. */
function changes(spec: string, only: string): Record<string, string> {
	const scenario = scenarioOf(
		scenarioText({
			namespaces: '{shop: {labels: {team: shop}}, ops: {labels: {team: ops}}}',
			pods: '{web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}, api: {namespace: shop, labels: {app: api}}, front: {namespace: shop, labels: {app: web, tier: front, a: x}}}',
			policies: { p: networkPolicy(spec) },
			attempts: ['{from: api, to: "web:80", expect: observe}'],
		}),
	);
	const mutants = mutantsOf(scenario).filter(({ operator }) => only.split(' ').includes(operator));
	return Object.fromEntries(mutants.map(({ id, change }) => [id.slice(2), change]));
}

describe('mutants of NetworkPolicies', () => {
	const table: { what: string; spec: string; only: string; expected: Record<string, string> }[] = [
		{
			what: 'the policy as a whole',
			spec: '{podSelector: {}}',
			only: 'drop-policy wrong-namespace',
			expected: {
				'drop-policy': 'the policy is not there',
				'wrong-namespace/metadata.namespace': 'metadata.namespace: shop → ops',
			},
		},
		{
			what: 'selectors',
			spec: '{podSelector: {matchLabels: {app: web, tier: front}, matchExpressions: [{key: a, operator: In, values: [x, y]}]}}',
			only: 'empty-selector drop-label change-label drop-expression negate-expression drop-value',
			expected: {
				'empty-selector/podSelector':
					'spec.podSelector: {matchLabels: {app: web, tier: front}, matchExpressions: [{key: a, ope… → {}',
				'drop-label/podSelector.matchLabels.app': 'without spec.podSelector.matchLabels.app (web)',
				'change-label/podSelector.matchLabels.app': 'spec.podSelector.matchLabels.app: web → api',
				'drop-label/podSelector.matchLabels.tier': 'without spec.podSelector.matchLabels.tier (front)',
				'drop-expression/podSelector.matchExpressions[0]':
					'without spec.podSelector.matchExpressions[0] ({key: a, operator: In, values: [x, y]})',
				'negate-expression/podSelector.matchExpressions[0].operator':
					'spec.podSelector.matchExpressions[0].operator: In → NotIn',
				'drop-value/podSelector.matchExpressions[0].values[0]':
					'without spec.podSelector.matchExpressions[0].values[0] (x)',
				'drop-value/podSelector.matchExpressions[0].values[1]':
					'without spec.podSelector.matchExpressions[0].values[1] (y)',
			},
		},
		{
			what: 'a selector of one label',
			spec: '{podSelector: {matchLabels: {tier: front}}}',
			only: 'empty-selector drop-label change-label',
			expected: { 'empty-selector/podSelector': 'spec.podSelector: {matchLabels: {tier: front}} → {}' },
		},
		{
			what: 'types that are named',
			spec: '{podSelector: {}, policyTypes: [Ingress, Egress], egress: [{}]}',
			only: 'forget-type forget-types add-type swap-type swap-directions',
			expected: {
				'forget-type/policyTypes.Ingress': 'spec.policyTypes: [Ingress, Egress] → [Egress]',
				'forget-type/policyTypes.Egress': 'spec.policyTypes: [Ingress, Egress] → [Ingress]',
			},
		},
		{
			what: 'one type',
			spec: '{podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}',
			only: 'forget-type forget-types add-type swap-type swap-directions',
			expected: {
				'add-type/policyTypes': 'spec.policyTypes: [Egress] → [Ingress, Egress]',
				'swap-type/policyTypes': 'spec.policyTypes: [Egress] → [Ingress]',
				'swap-directions/egress':
					'spec: {podSelector: {}, policyTypes: [Egress], egress: [{to: [{podSelector: … → {podSelector: {}, policyTypes: [Ingress], ingress: [{from: [{podSelect…',
				'forget-types/policyTypes': 'without spec.policyTypes ([Egress])',
			},
		},
		{
			what: 'types that are inferred',
			spec: '{podSelector: {}, ingress: [{}]}',
			only: 'forget-type forget-types add-type swap-type',
			expected: {
				'add-type/policyTypes': 'spec.policyTypes: nothing → [Ingress, Egress]',
				'swap-type/policyTypes': 'spec.policyTypes: nothing → [Egress]',
			},
		},
		{
			what: 'rules: one, several, none, an empty one',
			spec: '{podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{ports: [{port: 1}]}, {ports: [{port: 2}]}], egress: []}',
			only: 'drop-rule open-direction close-direction',
			expected: {
				'open-direction/ingress': 'spec.ingress: [{ports: [{port: 1}]}, {ports: [{port: 2}]}] → [{}]',
				'close-direction/ingress': 'spec.ingress: [{ports: [{port: 1}]}, {ports: [{port: 2}]}] → []',
				'drop-rule/ingress[0]': 'without spec.ingress[0] ({ports: [{port: 1}]})',
				'drop-rule/ingress[1]': 'without spec.ingress[1] ({ports: [{port: 2}]})',
				'open-direction/egress': 'spec.egress: [] → [{}]',
			},
		},
		{
			what: 'a missing list of rules, as an empty one',
			spec: '{podSelector: {}}',
			only: 'drop-rule open-direction close-direction',
			expected: { 'open-direction/ingress': 'spec.ingress: nothing → [{}]' },
		},
		{
			what: 'a peer of two selectors',
			spec: '{podSelector: {}, ingress: [{from: [{podSelector: {matchLabels: {tier: a}}, namespaceSelector: {}}]}]}',
			only: 'any-peer drop-peer and-to-or or-to-and forget-pod-selector forget-namespace-selector any-namespace',
			expected: {
				'any-peer/ingress[0].from':
					'without spec.ingress[0].from ([{podSelector: {matchLabels: {tier: a}}, namespaceSelector: {}}])',
				'forget-pod-selector/ingress[0].from[0].podSelector':
					'without spec.ingress[0].from[0].podSelector ({matchLabels: {tier: a}})',
				'forget-namespace-selector/ingress[0].from[0].namespaceSelector':
					'without spec.ingress[0].from[0].namespaceSelector ({})',
				'and-to-or/ingress[0].from[0]':
					'spec.ingress[0].from: [{podSelector: {matchLabels: {tier: a}}, namespaceSelector: {}}] → [{namespaceSelector: {}}, {podSelector: {matchLabels: {tier: a}}}]',
			},
		},
		{
			what: 'two peers of one selector each',
			spec: '{podSelector: {}, egress: [{to: [{podSelector: {}}, {namespaceSelector: {}}]}]}',
			only: 'any-peer drop-peer and-to-or or-to-and any-namespace',
			expected: {
				'any-peer/egress[0].to': 'without spec.egress[0].to ([{podSelector: {}}, {namespaceSelector: {}}])',
				'drop-peer/egress[0].to[0]': 'without spec.egress[0].to[0] ({podSelector: {}})',
				'any-namespace/egress[0].to[0].namespaceSelector': 'spec.egress[0].to[0].namespaceSelector: nothing → {}',
				'or-to-and/egress[0].to[0]':
					'spec.egress[0].to: [{podSelector: {}}, {namespaceSelector: {}}] → [{podSelector: {}, namespaceSelector: {}}]',
				'drop-peer/egress[0].to[1]': 'without spec.egress[0].to[1] ({namespaceSelector: {}})',
			},
		},
		{
			what: 'a port',
			spec: '{podSelector: {}, ingress: [{ports: [{port: 80}]}]}',
			only: 'any-port drop-port any-port-number next-port previous-port widen-range flip-protocol',
			expected: {
				'any-port/ingress[0].ports': 'without spec.ingress[0].ports ([{port: 80}])',
				'flip-protocol/ingress[0].ports[0].protocol': 'spec.ingress[0].ports[0].protocol: nothing → UDP',
				'any-port-number/ingress[0].ports[0].port': 'spec.ingress[0].ports[0]: {port: 80} → {protocol: TCP}',
				'next-port/ingress[0].ports[0].port': 'spec.ingress[0].ports[0].port: 80 → 81',
				'previous-port/ingress[0].ports[0].port': 'spec.ingress[0].ports[0].port: 80 → 79',
				'widen-range/ingress[0].ports[0].endPort': 'spec.ingress[0].ports[0].endPort: nothing → 81',
			},
		},
		{
			what: 'a range of ports, and the last port that there is',
			spec: '{podSelector: {}, ingress: [{ports: [{protocol: UDP, port: 80, endPort: 82}, {port: 65535}]}]}',
			only: 'drop-port widen-range narrow-range drop-end-port next-port flip-protocol',
			expected: {
				'drop-port/ingress[0].ports[0]': 'without spec.ingress[0].ports[0] ({protocol: UDP, port: 80, endPort: 82})',
				'flip-protocol/ingress[0].ports[0].protocol': 'spec.ingress[0].ports[0].protocol: UDP → TCP',
				'widen-range/ingress[0].ports[0].port': 'spec.ingress[0].ports[0].port: 80 → 79',
				'widen-range/ingress[0].ports[0].endPort': 'spec.ingress[0].ports[0].endPort: 82 → 83',
				'narrow-range/ingress[0].ports[0].port': 'spec.ingress[0].ports[0].port: 80 → 81',
				'narrow-range/ingress[0].ports[0].endPort': 'spec.ingress[0].ports[0].endPort: 82 → 81',
				'drop-end-port/ingress[0].ports[0].endPort': 'without spec.ingress[0].ports[0].endPort (82)',
				'drop-port/ingress[0].ports[1]': 'without spec.ingress[0].ports[1] ({port: 65535})',
				'flip-protocol/ingress[0].ports[1].protocol': 'spec.ingress[0].ports[1].protocol: nothing → UDP',
			},
		},
		{
			what: 'a named port',
			spec: '{podSelector: {}, ingress: [{ports: [{port: http}]}]}',
			only: 'any-port-number next-port previous-port widen-range',
			expected: {
				'any-port-number/ingress[0].ports[0].port': 'spec.ingress[0].ports[0]: {port: http} → {protocol: TCP}',
			},
		},
		{
			what: 'a range of addresses with an exception',
			spec: '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.1.0.0/16, except: [10.1.128.0/24, 10.1.0.0/24]}}]}]}',
			only: 'drop-except everywhere widen-block narrow-block',
			expected: {
				'drop-except/ingress[0].from[0].ipBlock.except[0]':
					'without spec.ingress[0].from[0].ipBlock.except[0] (10.1.128.0/24)',
				'drop-except/ingress[0].from[0].ipBlock.except[1]':
					'without spec.ingress[0].from[0].ipBlock.except[1] (10.1.0.0/24)',
				'everywhere/ingress[0].from[0].ipBlock.cidr': 'spec.ingress[0].from[0].ipBlock.cidr: 10.1.0.0/16 → 0.0.0.0/0',
				'widen-block/ingress[0].from[0].ipBlock.cidr':
					'spec.ingress[0].from[0].ipBlock.cidr: 10.1.0.0/16 → 10.0.0.0/15',
				'narrow-block/ingress[0].from[0].ipBlock.cidr':
					'spec.ingress[0].from[0].ipBlock: {cidr: 10.1.0.0/16, except: [10.1.128.0/24, 10.1.0.0/24]} → {cidr: 10.1.0.0/17, except: [10.1.0.0/24]}',
			},
		},
		{
			what: 'ranges of IPv6 and of references',
			spec: '{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: "2001:db8::/33"}}, {ipBlock: {cidr: "$(pods.web.ipv6)/128"}}]}]}',
			only: 'everywhere widen-block narrow-block',
			expected: {
				'everywhere/ingress[0].from[0].ipBlock.cidr': 'spec.ingress[0].from[0].ipBlock.cidr: 2001:db8::/33 → ::/0',
				'widen-block/ingress[0].from[0].ipBlock.cidr':
					'spec.ingress[0].from[0].ipBlock.cidr: 2001:db8::/33 → 2001:db8::/32',
				'narrow-block/ingress[0].from[0].ipBlock.cidr':
					'spec.ingress[0].from[0].ipBlock: {cidr: 2001:db8::/33} → {cidr: 2001:db8::/34}',
				'everywhere/ingress[0].from[1].ipBlock.cidr':
					'spec.ingress[0].from[1].ipBlock.cidr: $(pods.web.ipv6)/128 → ::/0',
			},
		},
	];
	for (const { what, spec, only, expected } of table) {
		it(what, () => expect(changes(spec, only)).to.deep.equal(expected));
	}

	it('swap directions with their peers', () => {
		const scenario = scenarioOf(
			scenarioText({
				pods: '{web: {namespace: shop, listen: [80/tcp]}, api: {namespace: shop}}',
				policies: {
					p: networkPolicy('{podSelector: {}, ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]}'),
				},
				attempts: ['{from: api, to: "web:80", expect: observe}'],
			}),
		);
		const swapped = mutantsOf(scenario).find(({ operator }) => operator === 'swap-directions');
		expect(swapped?.object?.spec).to.deep.equal({
			podSelector: {},
			policyTypes: ['Egress'],
			egress: [{ to: [{ podSelector: {} }], ports: [{ port: 80 }] }],
		});
	});
});

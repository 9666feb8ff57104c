import { expect } from 'chai';
import { explainPath } from '../../src/plan/explain-path.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const text = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  namespaces: {shop: {}}
  pods:
    a: {namespace: shop, labels: {app: a}}
    b: {namespace: shop, labels: {app: b}, listen: [80/tcp, 53/udp]}
  policies:
    deny: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}, ingress: [{ports: [{port: 80}]}]}}}
  attempts: [{from: a, to: "b:80", expect: allowed}]
`;

describe('explaining a path', () => {
	it('gives each port and family, with the place of the policies', () => {
		const [scenario] = parseScenarioText(text, 's.yaml', () => {
			throw new Error('no policy files here');
		}).scenarios;
		const to = { kind: 'pod', name: 'b', port: undefined, protocol: undefined } as const;
		const paths = explainPath(scenario!, { kind: 'pod', name: 'a' }, to, { families: ['ipv4', 'ipv6'] });
		expect(
			paths.map(({ port, protocol, family, explanation }) => [port, protocol, family, explanation.prediction.verdict]),
		).to.deep.equal([
			[80, 'tcp', 'ipv4', 'allowed'],
			[80, 'tcp', 'ipv6', 'allowed'],
			[53, 'udp', 'ipv4', 'blocked'],
			[53, 'udp', 'ipv6', 'blocked'],
		]);
		expect(paths[0]?.positions).to.have.nested.property('shop/deny.file', 's.yaml');
		expect(paths[2]?.explanation.ways[0]?.ingress.rejecting).to.deep.equal([
			{ rule: 'shop/deny ingress[0]', lacks: 'port' },
		]);
	});
});

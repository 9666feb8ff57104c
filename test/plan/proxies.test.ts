import { expect } from 'chai';
import type { Capability } from '../../src/model/capability.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const everything: Capability[] = ['network-policy', 'ipv4', 'envoy', 'mesh-certificates'];

function planned(body: string, capabilities = everything) {
	const text = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  namespaces: {shop: {}, edge: {}}
  pods:
    caller: {namespace: edge, labels: {app: caller}}
    gateway:
      namespace: edge
      labels: {app: gateway}
      proxy: {listeners: [{port: 443, to: "svc/app:443", downstreamTls: {}}, {port: 25, to: "app:25"}]}
    verifier:
      namespace: edge
      proxy: {listeners: [{port: 1, to: "svc/app:443", upstreamTls: {subjectAltNames: [app.shop]}}]}
    app:
      namespace: shop
      labels: {app: app}
      listen: [{port: 8080, speaks: http}, {port: 25, first: server}]
      proxy: {certificate: {names: [app.shop]}, listeners: [{port: 8443, to: 8080, downstreamTls: {}}]}
  services:
    app: {namespace: shop, selector: {app: app}, ports: [{port: 443, targetPort: 8443}]}
${body}`;
	const { scenarios, diagnostics } = parseScenarioText(text, 's.yaml', () => {
		throw new Error('no policy files here');
	});
	expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
	const target = { name: 'test', capabilities: new Set(capabilities), families: ['ipv4'] as const };
	const [plan] = planScenarios(scenarios, target).plan.scenarios;
	if (!plan) throw new Error('no plan');
	return plan;
}

describe('proxies in a plan', () => {
	it('lead to where a pod itself listens, and speak what is spoken there', () => {
		const { cells, requires } = planned(`
  attempts:
    - {kind: tls, from: caller, to: ["app:8443", "svc/app:443", "gateway:443"], expect: allowed}
    - {kind: plaintext, from: caller, to: ["gateway:25", "app:8080"], expect: allowed}
`);
		expect(requires).to.include('envoy');
		expect(cells.map(({ port, speaks, first, lands }) => ({ port, speaks, first, lands }))).to.deep.equal([
			{ port: 8443, speaks: 'http', first: undefined, lands: { kind: 'pod', name: 'app', port: 8080 } },
			{ port: 443, speaks: 'http', first: undefined, lands: { kind: 'service', name: 'app', port: 8080 } },
			{ port: 443, speaks: 'http', first: undefined, lands: { kind: 'service', name: 'app', port: 8080 } },
			{ port: 25, speaks: 'tcp', first: 'server', lands: { kind: 'pod', name: 'app', port: 25 } },
			{ port: 8080, speaks: 'http', first: undefined, lands: undefined },
		]);
	});

	it('get certificates in steps of their own, each a change with a name', () => {
		const { steps, cells } = planned(`
  phases:
    - rotate: {pod: app, certificate: {is: expired}}
    - attempt: {kind: tls, from: caller, to: "app:8443", expect: allowed}
`);
		expect(steps[0]).to.deep.equal({ do: 'rotate', pod: 'app', certificate: { names: ['app.shop'], is: 'expired' } });
		expect(cells[0]?.phase).to.equal('after-rotate-app-expired');
	});

	it('are predicted by the certificate that they show at that moment', () => {
		const { cells } = planned(`
  phases:
    - attempt: {kind: plaintext, from: caller, to: "verifier:1", expect: allowed}
    - rotate: {pod: app, certificate: {is: expired}}
    - attempt: {kind: plaintext, from: caller, to: "verifier:1", expect: blocked}
`);
		expect(cells.map(({ prediction }) => prediction.verdict)).to.deep.equal(['allowed', 'blocked']);
	});

	it('are nothing for a cluster without Envoy', () => {
		const attempts = '  attempts: [{kind: tls, from: caller, to: "app:8443", expect: allowed}]';
		const { skip, steps } = planned(attempts, ['network-policy', 'ipv4']);
		expect(skip).to.equal('needs envoy, which test does not have');
		expect(steps).to.deep.equal([]);
	});
});

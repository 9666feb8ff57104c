import { expect } from 'chai';
import type { Capability } from '../../src/model/capability.ts';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const everything: Capability[] = ['network-policy', 'ipv4', 'istio', 'mesh-certificates'];

function planned(attempts: string, capabilities = everything): ScenarioPlan {
	const text = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  namespaces: {shop: {}, mesh: {mesh: ${capabilities.includes('istio') ? 'sidecar' : 'none'}}}
  pods:
    naked: {namespace: shop}
    client: {namespace: mesh}
    server: {namespace: mesh, labels: {app: server}, listen: [80, 53/udp, {port: 8080, speaks: http}]}
  policies:
    deny:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: deny, namespace: mesh}
        spec: {podSelector: {}, policyTypes: [Ingress]}
  attempts:
${attempts}`;
	const { scenarios, diagnostics } = parseScenarioText(text, 's.yaml', () => {
		throw new Error('no policy files here');
	});
	expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
	const target = { name: 'test', capabilities: new Set(capabilities), families: ['ipv4'] as const };
	const { plan, diagnostics: mistakes } = planScenarios(scenarios, target);
	expect(mistakes).to.deep.equal([]);
	const [first] = plan.scenarios;
	if (!first) throw new Error('no plan');
	return first;
}

describe('credentials of cells', () => {
	it('tls: the certificate, by default a valid one, and ALPN; `istio` means what a sidecar offers', () => {
		const { cells } = planned(`
    - {kind: tls, from: naked, to: server:8080, expect: allowed}
    - {kind: tls, from: naked, to: server:8080, certificate: expired, alpn: istio, expect: blocked}
    - {kind: tls, from: naked, to: server:80, certificate: none, alpn: [istio, h2], expect: blocked}
`);
		expect(cells.map(({ tls }) => tls)).to.deep.equal([
			{ certificate: 'valid', alpn: [] },
			{ certificate: 'expired', alpn: ['istio-http/1.1', 'istio'] },
			{ certificate: 'none', alpn: ['istio-peer-exchange', 'istio', 'h2'] },
		]);
		expect(cells.map(({ skip }) => skip)).to.deep.equal([undefined, undefined, undefined]);
	});

	it('mtls: the identity that the server must see', () => {
		const { cells } = planned(`
    - {kind: mtls, from: client, to: server:8080, identity: "spiffe://cluster.local/ns/mesh/sa/default", expect: allowed}
    - {kind: mtls, from: client, to: server:80, expect: allowed}
    - {kind: plaintext, from: naked, to: server:80, expect: blocked}
`);
		expect(cells.map(({ identity }) => identity)).to.deep.equal([
			...['spiffe://cluster.local/ns/mesh/sa/default', undefined, undefined],
		]);
		expect(cells.map(({ skip }) => skip)).to.deep.equal([undefined, undefined, undefined]);
	});

	it('each certificate has an id and a path of its own, the other kinds share theirs', () => {
		const { cells } = planned(`
    - {kind: tls, from: naked, to: server:8080, expect: allowed}
    - {kind: tls, from: naked, to: server:8080, certificate: wrong-ca, expect: blocked}
    - {name: no-alpn, kind: tls, from: naked, to: server:8080, alpn: istio, expect: blocked}
    - {kind: plaintext, from: naked, to: server:8080, expect: blocked}
    - {from: naked, to: server:8080, expect: observe}
`);
		expect(cells.map(({ id }) => id)).to.deep.equal([
			's/tls/naked→server:8080/tcp/ipv4/valid',
			's/tls/naked→server:8080/tcp/ipv4/wrong-ca',
			's/no-alpn/naked→server:8080/tcp/ipv4/valid',
			's/plaintext/naked→server:8080/tcp/ipv4',
			's/connect/naked→server:8080/tcp/ipv4',
		]);
		expect(cells.map(({ path }) => path)).to.deep.equal([
			'naked→server:8080/tcp/ipv4 as valid',
			'naked→server:8080/tcp/ipv4 as wrong-ca',
			'naked→server:8080/tcp/ipv4 as valid istio-http/1.1 istio',
			'naked→server:8080/tcp/ipv4',
			'naked→server:8080/tcp/ipv4',
		]);
	});

	it('all that a target listens on is what it listens on over TCP', () => {
		const { cells } = planned('    - {kind: plaintext, from: naked, to: server, expect: blocked}\n');
		expect(cells.map(({ port, protocol }) => `${port}/${protocol}`)).to.deep.equal(['80/tcp', '8080/tcp']);
	});

	it('what is never open is not tried before the policies and after them', () => {
		const { steps } = planned(`
    - {kind: plaintext, from: naked, to: server:8080, expect: blocked}
    - {kind: tls, from: naked, to: server:8080, expect: blocked}
    - {kind: tls, from: naked, to: server:8080, certificate: other-identity, expect: blocked}
    - {kind: tls, from: naked, to: server:8080, certificate: expired, expect: blocked}
    - {kind: tls, from: naked, to: server:8080, certificate: none, expect: blocked}
`);
		const counts = steps.flatMap((step) => (step.do === 'attempt' ? `${step.purpose} ${step.cells.length}` : []));
		expect(counts).to.deep.equal(['baseline 3', 'declared 5', 'reopen 3']);
	});

	it('a certificate needs an authority; without one, and without a certificate, TLS can be tried anywhere', () => {
		const attempts = `
    - {kind: tls, from: naked, to: server:80, expect: blocked}
    - {kind: tls, from: naked, to: server:80, certificate: none, expect: blocked}
`;
		const skips = (capabilities: Capability[]) => planned(attempts, capabilities).cells.map(({ skip }) => skip);
		expect(skips(['network-policy', 'ipv4'])).to.deep.equal([
			'needs mesh-certificates, which this cluster does not have',
			undefined,
		]);
		expect(skips(['network-policy', 'ipv4', 'mesh-certificates'])).to.deep.equal([undefined, undefined]);
	});
});

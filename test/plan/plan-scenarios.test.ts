import { expect } from 'chai';
import type { Capability } from '../../src/model/capability.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import { type PlanTarget, planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const target: PlanTarget = {
	name: 'embedded',
	capabilities: new Set<Capability>(['network-policy', 'ipv4', 'ipv6', 'host-network', 'external', 'node-port']),
	families: ['ipv4', 'ipv6'],
};

const head = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  ipFamilies: [ipv4]
  namespaces: {shop: {}}
  pods:
    a: {namespace: shop, labels: {app: a}, listen: [80/tcp]}
    b: {namespace: shop, labels: {app: b}, listen: [80/tcp, {port: 8080, name: web, speaks: http}, 80/udp]}
    c: {namespace: shop, labels: {app: c}}
  services:
    b: {namespace: shop, selector: {app: b}, ports: [{port: 81, targetPort: web}]}
  policies:
    deny:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: deny, namespace: shop}
        spec: {podSelector: {}, policyTypes: [Ingress]}
`;

function scenario(rest: string, change = (text: string) => text): Scenario {
	const { scenarios, diagnostics } = parseScenarioText(change(head) + rest, 's.yaml', () => {
		throw new Error('no policy files here');
	});
	expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
	const [first] = scenarios;
	if (!first) throw new Error('no scenario');
	return first;
}

function planned(rest: string, change?: (text: string) => string) {
	const { plan, diagnostics } = planScenarios([scenario(rest, change)], target);
	const [first] = plan.scenarios;
	if (!first) throw new Error('no plan');
	return { plan: first, diagnostics, ids: first.cells.map((cell) => cell.id) };
}

describe('plan', () => {
	it('brackets declared attempts by a baseline and a reopening when there are no phases', () => {
		const { plan } = planned(`
  attempts:
    - {from: a, to: b:80, expect: blocked}
    - {from: c, to: b:80, expect: allowed}
`);
		expect(plan.steps.map((step) => (step.do === 'attempt' ? step.purpose : step.do))).to.deep.equal([
			'baseline',
			'apply',
			'settle',
			'declared',
			'delete',
			'reopen',
		]);
		const reopened = plan.steps.at(-1);
		expect(reopened).to.deep.include({ cells: ['s/connect/a→b:80/tcp/ipv4'] });
	});

	it('gives ids of names only, and one cell per port, protocol and family', () => {
		const { ids } = planned(
			`
  attempts:
    - {from: a, to: b, expect: blocked}
    - {name: by-name, from: a, to: svc/b:81, expect: blocked}
`,
			(text) => text.replace('ipFamilies: [ipv4]', 'ipFamilies: [ipv4, ipv6]'),
		);
		expect(ids).to.deep.equal([
			's/connect/a→b:80/tcp/ipv4',
			's/connect/a→b:80/tcp/ipv6',
			's/connect/a→b:8080/tcp/ipv4',
			's/connect/a→b:8080/tcp/ipv6',
			's/connect/a→b:80/udp/ipv4',
			's/connect/a→b:80/udp/ipv6',
			's/by-name/a→svc/b:81/tcp/ipv4',
			's/by-name/a→svc/b:81/tcp/ipv6',
		]);
	});

	it('dials a Service at its own port and speaks what its backends speak', () => {
		const { plan } = planned('\n  attempts: [{from: a, to: svc/b, expect: blocked}]\n');
		expect(plan.cells[0]).to.include({ port: 81, protocol: 'tcp', speaks: 'http' });
	});

	it('leaves cells that an attempt names to it, and observes loopback, in a matrix', () => {
		const { plan } = planned(`
  attempts:
    - {from: a, to: b:80, expect: allowed}
    - {matrix: {pods: all, ports: [80/tcp], loopback: true}, expect: blocked}
`);
		const byPath = Object.fromEntries(
			plan.cells.map((cell) => [cell.path.replace(':80/tcp/ipv4', ''), cell.expectation]),
		);
		expect(byPath).to.deep.include({ 'a→b': 'allowed', 'b→a': 'blocked', 'a→a': 'observe', 'c→b': 'blocked' });
	});

	it('tells the same path in two phases apart by what changed before, never by an index', () => {
		const { ids, plan } = planned(`
  phases:
    - attempt: [{from: c, to: b:80, expect: allowed}]
    - apply: [deny]
    - settle: {}
    - attempt: [{from: c, to: b:80, expect: blocked}]
    - label: {pod: c, set: {app: x}}
    - attempt: [{from: c, to: b:80, expect: blocked}]
    - name: at-last
      delete: [deny]
    - attempt: [{from: c, to: b:80, expect: allowed}]
`);
		expect(ids).to.deep.equal([
			's/connect/c→b:80/tcp/ipv4',
			's/connect/c→b:80/tcp/ipv4/after-apply-deny',
			's/connect/c→b:80/tcp/ipv4/after-label-c',
			's/connect/c→b:80/tcp/ipv4/at-last',
		]);
		expect(plan.steps[2]).to.deep.include({ do: 'settle', cells: [ids[1]] });
	});

	it('refuses two attempts with one id and points at both', () => {
		const { diagnostics } = planned(`
  attempts:
    - {from: a, to: b:80, expect: blocked}
    - {from: [a, c], to: b:80, expect: allowed}
`);
		expect(diagnostics).to.have.length(1);
		expect(diagnostics[0]).to.include({ code: 'duplicate-case', file: 's.yaml', severity: 'error' });
		expect(diagnostics[0]?.message).to.contain('s/connect/a→b:80/tcp/ipv4');
	});

	it('skips a scenario whose needs the cluster does not meet, by name, and keeps its cells visible', () => {
		const { plan } = planned('\n  attempts: [{from: a, to: b:80, expect: blocked}]\n', (text) =>
			text.replace('ipFamilies: [ipv4]', 'ipFamilies: [ipv4]\n  requires: [cross-node]'),
		);
		expect(plan.skip).to.equal('needs cross-node, which embedded does not have');
		expect(plan.cells).to.have.length(1);
		expect(plan.steps).to.deep.equal([]);
	});

	it('says beside what is missing how to get it, once', () => {
		const read = scenario('\n  attempts: [{from: a, to: b:80, expect: blocked}]\n', (text) =>
			text.replace('ipFamilies: [ipv4]', 'ipFamilies: [ipv4]\n  requires: [istio, envoy, cross-node]'),
		);
		const remedies = { istio: 'Bring Envoy', envoy: 'Bring Envoy', sctp: 'Load it' };
		expect(planScenarios([read], { ...target, remedies }).plan.scenarios[0]?.skip).to.equal(
			'needs cross-node, istio, envoy, which embedded does not have. Bring Envoy',
		);
	});

	it('skips a scenario whose policies name addresses of a family that the cluster does not have', () => {
		const allow = 'ingress: [{from: [{ipBlock: {cidr: "$(pods.c.ipv6)/128"}}]}]';
		const read = scenario('\n  attempts: [{from: a, to: b:80, expect: blocked}]\n', (text) =>
			text.replace('spec: {podSelector: {}, policyTypes: [Ingress]}', `spec: {podSelector: {}, ${allow}}`),
		);
		const onlyIpv4 = new Set([...target.capabilities].filter((capability) => capability !== 'ipv6'));
		const skipOn = (capabilities: PlanTarget['capabilities']) =>
			planScenarios([read], { ...target, capabilities }).plan.scenarios[0]?.skip;
		expect(skipOn(onlyIpv4)).to.equal('needs ipv6, which embedded does not have');
		expect(skipOn(target.capabilities)).to.equal(undefined);
	});

	it('skips single cells that cannot be attempted here, with the reason', () => {
		const { plan } = planned(`
  attempts:
    - {from: a, to: apiserver, expect: blocked}
    - {from: a, to: b:80, expect: blocked}
`);
		expect(plan.cells[0]?.skip).to.match(/apiserver/);
		expect(plan.cells[1]?.skip).to.equal(undefined);
		expect(plan.steps.flatMap((step) => ('cells' in step ? step.cells : []))).not.to.include(plan.cells[0]?.id);
	});

	it('waits for the greeting of every listener that speaks first, however it is reached', () => {
		const { plan } = planned(
			`
  attempts:
    - {from: a, to: [b:web, svc/b:81, b:80], expect: blocked}
`,
			(text) => text.replace('{port: 8080, name: web, speaks: http}', '{port: 8080, name: web, first: server}'),
		);
		expect(plan.cells.map(({ to, port, first }) => [to.kind, port, first])).to.deep.equal([
			['pod', 8080, 'server'],
			['service', 81, 'server'],
			['pod', 80, undefined],
		]);
	});

	it('attempts the paths of faults before and after them too: a scenario of chaos alone is not empty', () => {
		const { plan } = planned(`
  chaos:
    - fault: restart-enforcer
      target: {node: a}
      attempts: {from: [a, c], to: b:80, rate: 20/s, before: 1s, after: 2s}
`);
		expect(plan.cells.map(({ id }) => id)).to.deep.equal([
			's/chaos-restart-enforcer/a→b:80/tcp/ipv4',
			's/chaos-restart-enforcer/c→b:80/tcp/ipv4',
		]);
		expect(plan.requires).to.include('fault-restart-enforcer');
	});

	it('leaves predicted cells without a prediction out of the steps', () => {
		const { plan } = planned('\n  attempts: [{from: b, to: b:80, expect: predicted}]\n');
		expect(plan.cells).to.have.length(1);
		expect(plan.cells[0]?.prediction.verdict).to.equal('open');
		expect(plan.steps).to.deep.equal([]);
	});

	it('gives the same plan twice', () => {
		const text = '\n  attempts: [{from: [a, c], to: b, expect: blocked}]\n';
		expect(JSON.stringify(planned(text).plan)).to.equal(JSON.stringify(planned(text).plan));
	});
});

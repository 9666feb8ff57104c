import { expect } from 'chai';
import type { Capability } from '../../src/model/capability.ts';
import type { Cell } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const head = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  ipFamilies: [ipv4]
  namespaces: {shop: {}, ops: {labels: {team: ops}}}
  pods:
    a: {namespace: shop, labels: {app: a}}
    b: {namespace: shop, labels: {app: b}, listen: [{port: 80, name: web}]}
    far: {namespace: ops, labels: {app: far}}
    late: {namespace: shop, labels: {app: late}}
  services:
    b: {namespace: shop, selector: {app: b}, ports: [{port: 81, targetPort: web}]}
  policies:
    deny: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}}}}
    open: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}, ingress: [{}]}}}
    ops: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: q, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: ops}}}]}]}}}
    range: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: r, namespace: shop}, spec: {podSelector: {matchLabels: {app: b}}, ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16}}]}]}}}
`;

function cellsOf(rest: string, known?: { nodes?: number; ranges?: { podCIDRv4: string } }): Cell[] {
	const { scenarios, diagnostics } = parseScenarioText(head + rest, 's.yaml', () => {
		throw new Error('no policy files here');
	});
	expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
	const { plan } = planScenarios(scenarios, {
		...{ name: 'test', capabilities: new Set<Capability>(['network-policy', 'ipv4']), families: ['ipv4'], known },
	});
	return plan.scenarios[0]?.cells ?? [];
}

function verdictsOf(rest: string): string[] {
	return cellsOf(rest).map(({ prediction }) => prediction.verdict);
}

const attempt = (from: string) => `    - attempt: [{from: ${from}, to: "b:80", expect: observe}]\n`;

describe('predictions of a plan', () => {
	it('follow apply, replacement and delete', () => {
		const steps = `
  phases:
${attempt('a')}    - apply: deny
${attempt('a')}    - apply: open
${attempt('a')}    - delete: deny
${attempt('a')}`;
		// Both are one object: the second replaces the first, and deleting either deletes it.
		expect(verdictsOf(steps)).to.deep.equal(['allowed', 'blocked', 'allowed', 'allowed']);
	});

	it('follow labels of pods and namespaces', () => {
		const steps = `
  phases:
    - apply: [deny, ops]
${attempt('[a, far]')}    - label: {namespace: ops, remove: [team]}
${attempt('[a, far]')}    - label: {namespace: shop, set: {team: ops}}
${attempt('[a, far]')}    - label: {pod: b, set: {app: free}}
${attempt('[a, far]')}`;
		expect(verdictsOf(steps)).to.deep.equal([
			...['blocked', 'allowed'],
			...['blocked', 'blocked'],
			...['allowed', 'blocked'],
			...['allowed', 'allowed'],
		]);
	});

	it('follow pods that come, go, and come again as they were declared', () => {
		const to = (name: string, from: string) =>
			`    - name: ${name}\n      attempt: [{from: ${from}, to: svc/b, expect: observe}]\n`;
		const steps = `
  phases:
    - apply: deny
    - create: late
${to('one', 'late')}    - label: {pod: b, set: {app: free}}
${to('two', 'late')}    - remove: b
    - create: b
${to('three', 'late')}`;
		expect(verdictsOf(steps)).to.deep.equal(['blocked', 'unknown', 'blocked']);
	});

	it('hold ranges against what is known of the cluster, and are unknown where nothing is', () => {
		const steps = `
  phases:
    - apply: range
${attempt('a')}`;
		const verdictWith = (known: Parameters<typeof cellsOf>[1]) => cellsOf(steps, known)[0]?.prediction.verdict;
		expect(verdictWith(undefined)).to.equal('unknown');
		expect(verdictWith({ ranges: { podCIDRv4: '10.244.0.0/16' } })).to.equal('allowed');
		expect(verdictWith({ ranges: { podCIDRv4: '10.0.0.0/16' } })).to.equal('blocked');
	});

	it('of node attempts rest on there being one node', () => {
		const steps = `
  phases:
    - apply: deny
${attempt('node/a')}`;
		expect(cellsOf(steps, { nodes: 2 })[0]?.prediction.verdict).to.equal('unknown');
		expect(cellsOf(steps, { nodes: 1 })[0]?.prediction.verdict).to.equal('allowed');
	});

	it('of held connections are open once a policy came that would forbid them', () => {
		const on = (name: string) => `    - name: ${name}\n      attempt: [{on: h, expect: observe}]\n`;
		const steps = `
  phases:
    - hold: {name: h, from: a, to: "b:80"}
${on('one')}    - apply: open
${on('two')}    - apply: deny
${on('three')}    - delete: deny
${on('four')}    - remove: a
${on('five')}`;
		const cells = cellsOf(steps);
		expect(cells.map(({ prediction }) => prediction.verdict)).to.deep.equal([
			...['allowed', 'allowed', 'open', 'open', 'unknown'],
		]);
		expect(cells[2]?.prediction.because[1]).to.include('b is selected by shop/p');
	});

	it('of plaintext attempts are those of what arrives, where no pod has a sidecar', () => {
		const steps = (policy: string) => `
  phases:
    - apply: ${policy}
    - attempt: [{kind: plaintext, from: a, to: "b:80", expect: blocked}]
`;
		expect(verdictsOf(steps('open'))).to.deep.equal(['allowed']);
		expect(verdictsOf(steps('deny'))).to.deep.equal(['blocked']);
	});

	it('follow a mesh: modes that change, are edited, and whose age counts', () => {
		const peer = (name: string, mode: string) =>
			`{object: {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: ${name}, namespace: shop}, spec: {mtls: {mode: ${mode}}}}}`;
		const mesh = head
			.replace('shop: {}', 'shop: {mesh: sidecar}')
			.concat(`    strict: ${peer('m', 'STRICT')}\n    edited: ${peer('m', 'PERMISSIVE')}\n`)
			.concat(`    younger: ${peer('a-younger', 'PERMISSIVE')}\n`);
		const plain = '    - attempt: [{kind: plaintext, from: far, to: "b:80", expect: observe}]\n';
		const text = `${mesh}
  phases:
${plain}    - apply: strict
${plain}    - apply: younger
${plain}    - apply: edited
${plain}    - apply: strict
      name: strict-again
${plain}    - delete: strict
${plain}    - attempt: [{kind: mtls, from: a, to: svc/b, expect: observe}]
`;
		const { scenarios, diagnostics } = parseScenarioText(text, 's.yaml', () => {
			throw new Error('no policy files here');
		});
		expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
		const { plan } = planScenarios(scenarios, {
			...{ name: 'test', capabilities: new Set<Capability>(['network-policy', 'istio', 'ipv4']), families: ['ipv4'] },
		});
		const verdicts = plan.scenarios[0]?.cells.map(({ prediction }) => prediction.verdict);
		expect(verdicts).to.deep.equal(['allowed', 'blocked', 'blocked', 'allowed', 'blocked', 'allowed', 'allowed']);
	});
});

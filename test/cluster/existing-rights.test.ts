import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { neededRights, type Right } from '../../src/cluster/existing/rights.ts';
import { readSubject, renderRoles } from '../../src/cluster/existing/roles.ts';
import { whyRefused } from '../../src/cluster/existing/why-refused.ts';
import { capabilityNames } from '../../src/model/capability.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import type { Scenario } from '../../src/model/scenario.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

function scenario(spec: string): Scenario {
	const head = 'apiVersion: gatecrash.dev/v1alpha1\nkind: Scenario\nmetadata: {name: one}\nspec:\n';
	const { scenarios, diagnostics } = parseScenarioText(head + spec, 'one.yaml', () => {
		throw new Error('no policy files here');
	});
	const [first] = scenarios;
	if (!first) throw new Error(JSON.stringify(diagnostics));
	return first;
}

function rightsOf(spec: string, wireCapture = false): string[] {
	const target = { name: 'existing', capabilities: new Set(capabilityNames), families: ['ipv4'] as const };
	const { plan } = planScenarios([scenario(spec)], target);
	return neededRights(plan, { wireCapture }).map(describeRight);
}

function describeRight({ namespace, group, resource, verbs }: Right): string {
	return `${namespace ?? '*'} ${group === '' ? resource : `${resource}.${group}`}: ${verbs.join(' ')}`;
}

const own = `
  namespaces: {shop: {}}
  pods:
    client: {namespace: shop}
    server: {namespace: shop, listen: [80/tcp]}
`;
const attempts = '  attempts: [{from: client, to: server:80, expect: allowed}]\n';
const probes = [
	'* configmaps: create patch',
	'* namespaces: create get delete',
	'* nodes: list',
	'* pods: create patch list watch delete',
	'* pods/attach: create get',
	'* serviceaccounts: create patch',
];

describe('rights on an existing cluster', () => {
	it('are those of probes and namespaces where there is nothing else', () => {
		expect(rightsOf(own + attempts)).to.deep.equal(probes);
	});

	it('grow with Services, policies and labels of namespaces, by what each takes', () => {
		const spec = `${own}
  services: {web: {namespace: shop, selector: {app: x}, ports: [{port: 80}]}}
  policies:
    deny:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: deny, namespace: shop}
        spec: {podSelector: {}}
  phases:
    - apply: [deny]
    - settle: {}
    - label: {namespace: shop, set: {a: b}}
    - attempt: [{from: client, to: server:80, expect: blocked}]
`.replace('server: {namespace: shop,', 'server: {namespace: shop, labels: {app: x},');
		expect(rightsOf(spec)).to.have.members([
			...probes.map((right) => (right.includes(' namespaces:') ? `${right} patch` : right)),
			'* services: create patch',
			'* endpointslices.discovery.k8s.io: list watch',
			'* networkpolicies.networking.k8s.io: create patch delete',
		]);
	});

	it('are limited to the namespace where all of it is in one that is there already', () => {
		const spec = own.replace('shop: {}', 'shop: {existing: true}') + attempts;
		expect(rightsOf(spec)).to.deep.equal([
			'* nodes: list',
			'shop configmaps: create patch delete',
			'shop namespaces: get',
			'shop pods: create patch list watch delete',
			'shop pods/attach: create get',
			'shop services: list',
		]);
	});

	it('grow with --wire-capture by what pods in a namespace of ours take, and only where the wire is asked', () => {
		const spec = own.replace('shop: {}', 'shop: {existing: true, mesh: sidecar}');
		const asked = `${spec}  attempts: [{kind: mtls, from: client, to: server:80, expect: allowed}]\n`;
		const more = (text: string) =>
			rightsOf(text, true).filter((right) => right.startsWith('*') && !rightsOf(text).includes(right));
		expect(more(asked)).to.deep.equal(probes.filter((right) => !right.includes(' nodes:')));
		expect(more(spec + attempts)).to.deep.equal([]);
	});

	it('are none for a scenario that is skipped', () => {
		const one = scenario(own + attempts);
		const target = {
			name: 'x',
			capabilities: new Set(capabilityNames),
			families: ['ipv4'] as const,
			refuses: () => 'no',
		};
		expect(neededRights(planScenarios([one], target).plan, { wireCapture: false }).map(describeRight)).to.deep.equal([
			'* nodes: list',
		]);
	});

	it('are rendered as roles and bindings that kubectl can apply', () => {
		const rights: Right[] = [
			{ group: '', resource: 'nodes', verbs: ['list'], namespace: undefined },
			{ group: '', resource: 'pods', verbs: ['create'], namespace: 'shop' },
		];
		const text = renderRoles({ name: 'tester', subject: readSubject('serviceaccount/ci/runner'), rights, facts: [] });
		const objects = parseAllDocuments(text).map((document) => document.toJS() as Record<string, unknown>);
		expect(objects.map(({ kind }) => kind)).to.deep.equal(['ClusterRole', 'ClusterRoleBinding', 'Role', 'RoleBinding']);
		expect(objects[2]).to.deep.include({
			metadata: { name: 'tester', namespace: 'shop' },
			rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }],
		});
		expect(objects[3]?.['subjects']).to.deep.equal([{ kind: 'ServiceAccount', name: 'runner', namespace: 'ci' }]);
	});

	it('know subjects as they are written', () => {
		expect(readSubject('user/ann@example.com')).to.deep.include({ kind: 'User', name: 'ann@example.com' });
		expect(readSubject('group/system:masters')).to.deep.include({ kind: 'Group', name: 'system:masters' });
		for (const wrong of ['', 'ann', 'user/', 'serviceaccount/x', 'robot/x']) {
			expect(() => readSubject(wrong), wrong).to.throw(GatecrashError, 'is no subject');
		}
	});
});

describe('scenarios that an existing cluster refuses', () => {
	const policy = (object: string) => `  policies: {one: {object: ${object}}}\n`;
	const applied = '  phases: [{apply: [one]}, {attempt: [{from: client, to: server:80, expect: observe}]}]\n';

	it('change objects of everybody, unless that is permitted', () => {
		const object =
			'{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: all}, spec: {types: [Ingress]}}';
		const one = scenario(own + policy(object) + applied);
		expect(whyRefused(one, false)).to.match(/acts on the whole cluster: --allow-cluster-scoped/);
		expect(whyRefused(one, true)).to.equal(undefined);
	});

	it('put a Service into a namespace of others', () => {
		const spec = `${own.replace('shop: {}', 'shop: {existing: true}').replace('server: {', 'server: {labels: {a: b}, ')}
  services: {web: {namespace: shop, selector: {a: b}, ports: [{port: 80}]}}
${attempts}`;
		expect(whyRefused(scenario(spec), true)).to.match(/its Service web would be made in a namespace marked existing/);
	});

	it('hold the name of a namespace where it can’t be replaced safely', () => {
		const object =
			'{apiVersion: projectcalico.org/v3, kind: NetworkPolicy, metadata: {name: one, namespace: shop}, spec: {ingress: [{action: Allow, source: {namespaceSelector: "projectcalico.org/name == \'shop\'"}}]}}';
		expect(whyRefused(scenario(own + policy(object) + applied), true)).to.match(/namespace name "shop"/);
	});

	it('are not the ordinary ones', () => {
		expect(whyRefused(scenario(own + attempts), false)).to.equal(undefined);
	});
});

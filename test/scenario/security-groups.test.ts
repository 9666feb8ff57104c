import { expect } from 'chai';
import { capabilityNames } from '../../src/model/capability.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const phases = 'phases: [{apply: groups}, {create: app}, {attempt: [{from: client, to: "app:80", expect: blocked}]}]';

/** A scenario with one SecurityGroupPolicy; any part can be replaced. */
function text(given: { groups?: string; spec?: string; steps?: string; accounts?: string } = {}): string {
	return `apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: groups}
spec:
  requires: [pod-security-group-strict-mode]
  namespaces: {shop: {}}
  ${given.accounts ?? ''}
  securityGroups: ${given.groups ?? '{app: {id: sg-05b1d815d1a2b3c4d, ingress: [{protocol: tcp, fromPort: 80, securityGroups: [nodes]}]}, nodes: {}}'}
  pods:
    client: {namespace: shop}
    app: {namespace: shop, labels: {app: one}, serviceAccount: cashier, listen: [80/tcp]}
  policies:
    groups:
      object:
        apiVersion: vpcresources.k8s.aws/v1beta1
        kind: SecurityGroupPolicy
        metadata: {name: groups, namespace: shop}
        spec: ${given.spec ?? '{podSelector: {matchLabels: {app: one}}, securityGroups: {groupIds: ["$(securityGroups.app.id)"]}}'}
  ${given.steps ?? phases}
`;
}

function problems(given: Parameters<typeof text>[0]): string[] {
	const { diagnostics } = parseScenarioText(text(given), 'groups.yaml', () => ({ problem: '', code: '', hint: '' }));
	return diagnostics.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

const spec = (selector: string, ids = '["$(securityGroups.app.id)"]') =>
	`{${selector}securityGroups: {groupIds: ${ids}}}`;
const group = (rule: string) => `{app: {ingress: [${rule}]}}`;

describe('security groups in a scenario', () => {
	it('are accepted as AWS takes them', () => {
		expect(problems({})).to.deep.equal([]);
		expect(problems({ spec: spec('podSelector: {}, ', '[sg-05b1d815]'), groups: '{}' })).to.deep.equal([]);
		const account = 'serviceAccounts: {cashier: {labels: {team: pay}}}';
		const byAccount = spec('serviceAccountSelector: {matchLabels: {team: pay}}, ');
		expect(problems({ spec: byAccount, accounts: account })).to.deep.equal([]);
		expect(problems({ spec: byAccount }).join()).to.include(
			'18:40 selects-nothing it selects no pod in the namespace shop',
		);
	});

	const refused: [what: string, given: Parameters<typeof text>[0], message: RegExp][] = [
		['no selector at all', { spec: spec('') }, /bad-policy it has neither podSelector nor serviceAccountSelector/],
		[
			'six groups',
			{ spec: spec('podSelector: {}, ', `[${Array(6).fill('sg-05b1d815').join()}]`) },
			/18:60 bad-value a list is too large/,
		],
		['no group', { spec: spec('podSelector: {}, ', '[]') }, /18:60 bad-value an empty list is too/],
		['what is no id', { spec: spec('podSelector: {}, ', '[web]') }, /the id of a security group/],
		['a group that is not declared', { groups: '{}' }, /unknown-name there is no security group named app/],
		['an unknown key', { spec: '{podSelector: {}, securityGroup: {groupIds: [sg-05b1d815]}}' }, /securityGroup/],
		[
			'pods that are there before it',
			{ steps: 'attempts: [{from: client, to: "app:80", expect: blocked}]' },
			/selects-nothing app is not made after it: it applies to newly scheduled pods only/,
		],
		[
			'pods that come after it has gone',
			{
				steps:
					'phases: [{apply: groups}, {delete: groups}, {create: app}, {attempt: [{from: client, to: "app:80", expect: blocked}]}]',
			},
			/is not made after it/,
		],
		[
			'a rule that names nobody',
			{ groups: group('{protocol: tcp, fromPort: 80}') },
			/bad-policy a rule that names nobody/,
		],
		[
			'ports of all protocols',
			{ groups: group('{protocol: all, fromPort: 80, securityGroups: [nodes]}') },
			/all protocols have no ports/,
		],
		[
			'a range that ends before it begins',
			{ groups: group('{protocol: tcp, fromPort: 80, toPort: 79, cidrs: [10.0.0.0/8]}') },
			/toPort 79 is below fromPort 80/,
		],
		[
			'an address for a range',
			{ groups: group('{protocol: tcp, cidrs: [10.0.0.1]}') },
			/bad-cidr 10.0.0.1 is an address/,
		],
		[
			'a rule for an unknown group',
			{ groups: group('{protocol: tcp, securityGroups: [wbe]}') },
			/no security group named wbe/,
		],
		[
			'two names of one group',
			{ groups: '{app: {id: sg-05b1d815}, too: {id: sg-05b1d815}}' },
			/conflict too and app are the same group/,
		],
	];
	for (const [what, given, message] of refused) {
		it(`are refused with a position: ${what}`, () => {
			const found = problems(given).join('\n');
			expect(found).to.match(message);
			expect(found).to.match(/^\d+:\d+ /);
		});
	}
});

describe('a plan with security groups', () => {
	const plan = (given: Parameters<typeof text>[0], capabilities = capabilityNames) => {
		const { scenarios } = parseScenarioText(text(given), 'groups.yaml', () => ({ problem: '', code: '', hint: '' }));
		const target = { name: 'somewhere', capabilities: new Set(capabilities), families: ['ipv4'] as const };
		return planScenarios(scenarios, target).plan.scenarios[0];
	};

	it('has the ids in the place of references, and predicts by the groups that a pod got when it was made', () => {
		const planned = plan({});
		expect(planned?.skip).to.equal(undefined);
		expect(JSON.stringify(planned?.policies)).to.include('"groupIds":["sg-05b1d815d1a2b3c4d"]');
		expect(planned?.cells[0]?.prediction.verdict).to.equal('allowed');
		const shut = plan({ groups: '{app: {id: sg-05b1d815}, nodes: {}}' });
		expect(shut?.cells[0]?.prediction).to.deep.equal({
			verdict: 'blocked',
			because: ['security groups: no ingress rule of app (app) lets 80/tcp through from client'],
		});
	});

	it('is skipped where a group has no id, or is not there on purpose', () => {
		expect(plan({ groups: '{app: {}}' })?.skip).to.match(
			/have no id: .* write their ids as spec.securityGroups.app.id$/,
		);
		expect(plan({ groups: '{app: {exists: false, id: sg-05b1d815}}' })?.skip).to.match(
			/^there is no security group app, so that its pods never start/,
		);
	});

	it('is skipped without the capability, with the word for what EKS would have', () => {
		expect(plan({}, ['network-policy'])?.skip).to.equal(
			'needs security-groups-for-pods, pod-security-group-strict-mode, which somewhere does not have. EKS has security-groups-for-pods with ENABLE_POD_ENI=true, on instance types with trunking. EKS has pod-security-group-strict-mode unless POD_SECURITY_GROUP_ENFORCING_MODE is standard',
		);
	});
});

describe('a pod with security groups', () => {
	it('keeps them when the policy goes and its labels change, and gets none from a policy that comes later', () => {
		const steps = `phases: [{apply: groups}, {create: app}, {delete: groups}, {label: {pod: app, set: {app: two}}},
    {name: kept, attempt: [{from: client, to: "app:80", expect: blocked}]}, {remove: app}, {create: app},
    {name: anew, attempt: [{from: client, to: "app:80", expect: allowed}]}, {apply: groups},
    {name: later, attempt: [{from: client, to: "app:80", expect: allowed}]}]`;
		const { scenarios, diagnostics } = parseScenarioText(
			text({ steps, groups: '{app: {id: sg-05b1d815}, nodes: {}}' }),
			'groups.yaml',
			() => ({ problem: '', code: '', hint: '' }),
		);
		expect(diagnostics).to.deep.equal([]);
		const target = { name: 'somewhere', capabilities: new Set(capabilityNames), families: ['ipv4'] as const };
		const cells = planScenarios(scenarios, target).plan.scenarios[0]?.cells ?? [];
		expect(cells.map(({ phase, prediction }) => [phase, prediction.verdict])).to.deep.equal([
			['kept', 'blocked'],
			['anew', 'allowed'],
			['later', 'allowed'],
		]);
	});
});

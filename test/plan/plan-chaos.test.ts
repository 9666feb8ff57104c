import { expect } from 'chai';
import type { ScenarioPlan } from '../../src/model/plan.ts';
import { planScenarios } from '../../src/plan/plan-scenarios.ts';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

function planned(chaos: string, rest = '', ofStranger = '', ofAttempts = ''): ScenarioPlan {
	const text = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: s}
spec:
  ipFamilies: [ipv4]
  namespaces: {shop: {labels: {team: one}}}
  pods:
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}
    friend: {namespace: shop, labels: {app: friend}}
    stranger: {${ofStranger}namespace: shop, labels: {app: stranger, tier: back}}
    heir: {namespace: shop, labels: {app: stranger}}
  policies:
    only-friends:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friends, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: web}}
          ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
${rest}  chaos:
    - {${chaos}, for: 300ms, attempts: {${ofAttempts}from: [friend, stranger, heir], to: "web:80", rate: 100/s, before: 100ms, after: 200ms}}
`;
	const { scenarios, diagnostics } = parseScenarioText(text, 's.yaml', () => {
		throw new Error('no policy files here');
	});
	expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
	const capabilities = new Set([
		'network-policy',
		'ipv4',
		'cross-node',
		'fault-restart-enforcer',
		'fault-restart-node',
	] as const);
	const { plan } = planScenarios(scenarios, { name: 'embedded', capabilities, families: ['ipv4'] });
	const [first] = plan.scenarios;
	if (!first) throw new Error('no plan');
	return first;
}

const statesOf = ({ cells }: ScenarioPlan, client: string) =>
	cells.find(({ from }) => from.name === client)?.chaos?.expects;
const turnsOf = ({ steps }: ScenarioPlan) => steps.flatMap((step) => (step.do === 'chaos' ? step.chaos.turns : []));

describe('plan: chaos', () => {
	it('stands between the policies and their removal, with a baseline and a reopening of its paths', () => {
		const { steps } = planned('fault: restart-enforcer');
		expect(steps.map((step) => (step.do === 'attempt' ? step.purpose : step.do))).to.deep.equal([
			'baseline',
			'apply',
			'settle',
			'chaos',
			'delete',
			'reopen',
		]);
	});

	it('predicts each path at each moment of a round', () => {
		const restart = planned('fault: restart-enforcer');
		expect(statesOf(restart, 'stranger')).to.deep.equal(['blocked', 'blocked', 'blocked']);
		expect(statesOf(restart, 'friend')).to.deep.equal(['allowed', 'allowed', 'allowed']);
		const flip = planned('fault: flip-policy, target: {policy: only-friends}');
		expect(statesOf(flip, 'stranger')).to.deep.equal(['blocked', 'allowed', 'blocked']);
		const relabel = planned('fault: relabel-pod, target: {pod: stranger}, set: {app: friend}');
		expect(statesOf(relabel, 'stranger')).to.deep.equal(['blocked', 'allowed', 'blocked']);
		const remove = planned('fault: delete-pod, target: {pod: web}');
		expect(statesOf(remove, 'friend')).to.deep.equal(['allowed', 'absent', 'allowed']);
	});

	it('undoes in the last turn what the first one does', () => {
		expect(
			turnsOf(planned('fault: relabel-pod, target: {pod: stranger}, set: {app: friend, colour: red}'))[1],
		).to.deep.equal({
			changes: [{ do: 'label', pod: 'stranger', namespace: undefined, set: { app: 'stranger' }, remove: ['colour'] }],
			stays: 200,
		});
		expect(
			turnsOf(planned('fault: relabel-namespace, target: {namespace: shop}, set: {team: two}')).at(-1)?.changes,
		).to.deep.equal([{ do: 'label', pod: undefined, namespace: 'shop', set: { team: 'one' }, remove: [] }]);
		const churn = turnsOf(planned('fault: policy-churn, target: {policy: only-friends}'));
		expect(churn.map(({ changes }) => changes[0]?.do)).to.deep.equal(['delete', 'apply']);
	});

	it('has a successor exist only while the other pod is away, at its address', () => {
		const plan = planned('fault: pod-churn, target: {pod: friend, successor: heir}');
		expect(plan.workload.initialPods).to.deep.equal(['web', 'friend', 'stranger']);
		expect(statesOf(plan, 'heir')).to.deep.equal(['absent', 'blocked', 'absent']);
		expect(statesOf(plan, 'friend')).to.deep.equal(['allowed', 'absent', 'allowed']);
		expect(turnsOf(plan)[0]?.changes[1]).to.deep.equal({ do: 'create', pods: ['heir'], addressOf: 'friend' });
		const [baseline] = plan.steps;
		expect(baseline?.do === 'attempt' && baseline.cells.some((id) => id.includes('heir'))).to.equal(false);
	});

	it('has a pod come before its policy, and forbids its paths only from the policy on', () => {
		const plan = planned('fault: pod-before-policy, target: {pod: web, policy: only-friends}');
		expect(statesOf(plan, 'stranger')).to.deep.equal(['blocked', 'absent', 'allowed', 'blocked']);
		expect(turnsOf(plan).map(({ changes }) => changes.map((change) => change.do))).to.deep.equal([
			['remove', 'delete'],
			['create'],
			['apply'],
		]);
	});

	it('has the pods of a node go before it does, and made again after it, servers first', () => {
		const plan = planned('fault: restart-node', '', 'node: b, ');
		const [off, on] = turnsOf(plan);
		const [removed, injected] = off?.changes ?? [];
		expect(removed).to.deep.equal({ do: 'remove', pods: ['web', 'friend', 'stranger', 'heir'] });
		expect(injected?.do).to.equal('inject');
		expect(on?.changes).to.deep.equal([
			{ do: 'heal', fault: 'restart-node', name: 'restart-node' },
			{ do: 'create', pods: ['web'] },
			{ do: 'create', pods: ['friend', 'stranger', 'heir'] },
		]);
		expect(statesOf(plan, 'stranger')).to.deep.equal(['blocked', 'absent', 'blocked']);
		const elsewhere = planned('fault: restart-node, target: {node: a}', '', 'node: b, ');
		expect(turnsOf(elsewhere)[0]?.changes[0]).to.deep.equal({ do: 'remove', pods: ['web', 'friend', 'heir'] });
	});

	it('follows the phases before', () => {
		const plan = planned(
			'fault: restart-enforcer',
			'  phases:\n    - attempt: [{from: friend, to: "web:80", expect: allowed}]\n',
		);
		expect(statesOf(plan, 'stranger')).to.deep.equal(['allowed', 'allowed', 'allowed']);
		expect(plan.steps.map((step) => step.do)).to.deep.equal(['attempt', 'chaos']);
	});

	it('leaves open what becomes of a kept connection that was allowed before', () => {
		const flip = 'fault: flip-policy, target: {policy: only-friends}';
		const keeping = planned(flip, '', '', 'hold: true, ');
		expect(statesOf(planned(flip), 'stranger')).to.deep.equal(['blocked', 'allowed', 'blocked']);
		expect(statesOf(keeping, 'stranger')).to.deep.equal(['open', 'allowed', 'open']);
		expect(statesOf(planned('fault: restart-enforcer', '', '', 'hold: true, '), 'stranger')).to.deep.equal([
			'blocked',
			'blocked',
			'blocked',
		]);
	});
});

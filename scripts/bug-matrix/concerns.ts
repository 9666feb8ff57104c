import type { Concern } from '../../src/cluster/netns/bugs/bug.ts';
import { Engine } from '../../src/cluster/netns/engine.ts';
import type { NetworkPolicy, PolicyRule } from '../../src/cluster/netns/network-policy.ts';
import type { Direction } from '../../src/cluster/netns/policy-view.ts';
import type { ScenarioPlan, Step } from '../../src/model/plan.ts';
import type { Recording } from './recording.ts';

interface Subject {
	plan: ScenarioPlan;
	recording: Recording;
	policies: NetworkPolicy[];
	rules: PolicyRule[];
}

const honest = new Engine();

/** Whether a scenario has in it what a bug is about. Independent of the bugs' code, so that each can find the other's mistakes. */
const concerns: Record<Concern, (subject: Subject) => boolean> = {
	'isolated ingress': ({ policies }) => policies.some((policy) => honest.isolates(policy, 'ingress')),
	'isolated egress': ({ policies }) => policies.some((policy) => honest.isolates(policy, 'egress')),
	'isolated in both directions': ({ policies }) =>
		(['ingress', 'egress'] as Direction[]).every((way) => policies.some((policy) => honest.isolates(policy, way))),
	ipBlock: ({ rules }) => blocksOf(rules).length > 0,
	except: ({ rules }) => blocksOf(rules).some(({ except }) => except?.length),
	ports: ({ rules }) => rules.some(({ ports }) => ports?.length),
	'several ports': ({ rules }) => rules.some(({ ports }) => (ports ?? []).length > 1),
	endPort: ({ rules }) => rules.some(({ ports }) => ports?.some(({ endPort }) => endPort)),
	'named ports': ({ rules }) => rules.some(({ ports }) => ports?.some(({ port }) => typeof port === 'string')),
	UDP: ({ plan }) => plan.cells.some(({ protocol }) => protocol === 'udp'),
	SCTP: ({ rules }) => rules.some(({ ports }) => ports?.some(({ protocol }) => protocol === 'SCTP')),
	IPv6: ({ plan }) => plan.cells.some(({ family }) => family === 'ipv6'),
	'label expressions': ({ policies }) => JSON.stringify(policies).includes('"matchExpressions"'),
	labels: ({ policies }) => JSON.stringify(policies).includes('"matchLabels"'),
	'namespace selectors': ({ policies }) => JSON.stringify(policies).includes('"namespaceSelector"'),
	peers: ({ rules }) => rules.some(({ peers }) => peers?.length),
	'several rules': ({ policies }) =>
		policies.some(({ ingress = [], egress = [] }) => Math.max(ingress.length, egress.length) > 1),
	'several policies': ({ recording }) => recording.views.some(({ policies }) => policies.length > 1),
	policies: ({ policies }) => policies.length > 0,
	'changes of policies': ({ plan }) =>
		changesOf(plan).some((step) => step.do === 'delete') ||
		changesOf(plan).filter((step) => step.do === 'apply').length > 1,
	'changes of labels': ({ plan }) => changesOf(plan).some((step) => step.do === 'label'),
	'changes of pods': ({ plan }) => changesOf(plan).some((step) => step.do === 'create' || step.do === 'remove'),
	Services: ({ plan }) => Object.keys(plan.workload.services).length > 0,
	'node ports': ({ plan }) => Object.values(plan.workload.services).some(({ type }) => type !== 'ClusterIP'),
	'traffic of the node': ({ plan }) =>
		plan.workload.attemptingNodes.length > 0 || Object.values(plan.workload.pods).some((pod) => pod.hostNetwork),
	'a pod that reaches itself': ({ plan }) =>
		plan.cells.some(({ to, from }) => to.kind === 'service' || to.name === from.name),
	'the outside world': ({ plan }) => Object.keys(plan.workload.external).length > 0,
	'held connections': ({ plan }) =>
		plan.steps.some((step) => step.do === 'hold') || plan.cells.some(({ chaos }) => chaos?.kept),
	DNS: ({ plan }) => plan.cells.some(({ kind }) => kind === 'dns'),
	proxies: ({ plan }) => Object.values(plan.workload.pods).some(({ proxy }) => proxy !== undefined),
	faults: ({ plan }) => plan.steps.some((step) => step.do === 'chaos' || step.do === 'inject'),
	'mutual TLS': ({ plan }) => plan.policies.some(({ object }) => object.kind === 'PeerAuthentication'),
};

export function isConcerned(concern: Concern, plan: ScenarioPlan, recording: Recording): boolean {
	const policies = recording.views.flatMap((view) => view.policies);
	const rules = policies.flatMap(({ ingress = [], egress = [] }) => [...ingress, ...egress]);
	return concerns[concern]({ plan, recording, policies, rules });
}

/** Those around faults too. */
function changesOf({ steps }: ScenarioPlan): Step[] {
	return steps.flatMap((step) => (step.do === 'chaos' ? step.chaos.turns.flatMap(({ changes }) => changes) : [step]));
}

function blocksOf(rules: PolicyRule[]) {
	return rules.flatMap(({ peers }) => (peers ?? []).flatMap(({ ipBlock }) => ipBlock ?? []));
}

import { engineWith, findBug } from '../../../src/cluster/netns/bugs/inject.ts';
import { Engine } from '../../../src/cluster/netns/engine.ts';
import { type NetworkPolicy, readNetworkPolicy } from '../../../src/cluster/netns/network-policy.ts';
import { policyRuleset } from '../../../src/cluster/netns/policy-ruleset.ts';
import type { PolicyPod, PolicyView } from '../../../src/cluster/netns/policy-view.ts';
import { tableText } from '../../../src/cluster/netns/ruleset.ts';
import { policy } from '../test-cluster.ts';

function pod(number: number, namespace: string, labels: Record<string, string>, http?: number): PolicyPod {
	return {
		name: `pod-${number}`,
		namespace,
		labels,
		addresses: { ipv4: `10.244.0.${number}`, ipv6: `fd00:10:244::${number}` },
		device: `p${number}`,
		ports: http === undefined ? [] : [{ name: 'http', port: http, protocol: 'tcp' }],
	};
}

/** Three pods of one namespace and one of another: what most bugs need to show. */
export const pods = [
	pod(1, 'shop', { app: 'web', tier: 'front', stage: '' }, 8080),
	pod(2, 'shop', { app: 'db', tier: 'back', version: '7' }, 9090),
	pod(3, 'shop', { app: 'Web' }),
	pod(4, 'elsewhere', { app: 'web', tier: 'back' }, 8080),
];

export const webPod = { matchLabels: { app: 'web' } };

export const read = (spec: object, name = 'policy', namespace = 'shop'): NetworkPolicy =>
	readNetworkPolicy(policy({ name, namespace, spec }));

export const view = (...policies: NetworkPolicy[]): PolicyView => ({
	pods,
	namespaces: { shop: { team: 'one' }, elsewhere: { team: 'two' } },
	policies,
});

/** Whether the rules of an engine with this bug are others than the honest ones, at the last of some moments. */
export function differs(bug: string, moments: PolicyView[]): boolean {
	const [wrong, honest] = [engineWith([findBug(bug)]), new Engine()];
	const [text, expected] = [wrong, honest].map((engine) => moments.map((moment) => textOf(moment, engine)).at(-1));
	return text !== expected;
}

function textOf(moment: PolicyView, engine: Engine): string {
	const { blocks, hooks } = policyRuleset(structuredClone(moment), engine);
	return tableText('test', [...blocks, ...hooks]);
}

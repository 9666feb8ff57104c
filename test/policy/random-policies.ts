import fc from 'fast-check';
import type { KubernetesObject } from '../../src/model/policy.ts';
import type { Connection, PodFacts, World } from '../../src/policy/world.ts';
import { smallWorld } from './small-world.ts';

/** A small alphabet, so that selectors match now and then. */
const value = fc.constantFrom('a', 'b', 'c');
const key = fc.constantFrom('app', 'tier', 'missing');
const namespace = fc.constantFrom('shop', 'ops');

const requirement = fc.oneof(
	fc.record({
		key,
		operator: fc.constantFrom('In', 'NotIn'),
		values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
	}),
	fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
);

const selector = fc.oneof(
	{ weight: 2, arbitrary: fc.constant({}) },
	{ weight: 3, arbitrary: fc.record({ matchLabels: fc.dictionary(key, value, { maxKeys: 2 }) }) },
	{ weight: 2, arbitrary: fc.record({ matchExpressions: fc.array(requirement, { maxLength: 2 }) }) },
);

const namespaceSelector = fc.oneof(
	fc.constant({}),
	fc.record({ matchLabels: fc.record({ team: namespace }) }),
	fc.record({ matchLabels: fc.record({ 'kubernetes.io/metadata.name': namespace }) }),
);

const ipBlock = fc.oneof(
	fc.constant({ cidr: '0.0.0.0/0' }),
	fc.constant({ cidr: '::/0', except: ['fd00:10:244::4/127'] }),
	fc.constant({ cidr: '10.244.0.0/16', except: ['10.244.1.2/31'] }),
	fc.constant({ cidr: '192.0.2.11/32' }),
	fc.constant({ cidr: '$(pods.web.ipv4)/32' }),
	fc.constant({ cidr: '$(cluster.podCIDRv6)' }),
);

const peer = fc.oneof(
	fc.record({ podSelector: selector }),
	fc.record({ namespaceSelector }),
	fc.record({ podSelector: selector, namespaceSelector }),
	fc.record({ ipBlock }),
);

const protocol = fc.constantFrom('TCP', 'UDP', 'SCTP');
const port = fc.oneof(
	fc.record({ protocol }),
	fc.record({ port: fc.constantFrom<number | string>(80, 8080, 53, 'http', 'dns') }),
	fc.record({ protocol, port: fc.constantFrom<number | string>(80, 53, 'http', 'dns') }),
	fc.record({ port: fc.constant(50), endPort: fc.constantFrom(53, 80) }),
);

export interface RuleSpec {
	from?: unknown[];
	to?: unknown[];
	ports?: unknown[];
}

function rule(peers: 'from' | 'to'): fc.Arbitrary<RuleSpec> {
	return fc.record(
		{ [peers]: fc.array(peer, { maxLength: 2 }), ports: fc.array(port, { maxLength: 2 }) },
		{ requiredKeys: [] },
	);
}

export const ingressRule = rule('from');
export const egressRule = rule('to');

/** Both kinds of rules, and policyTypes that name what they have. */
export interface PolicySpecText {
	podSelector: unknown;
	policyTypes: string[];
	ingress: RuleSpec[];
	egress: RuleSpec[];
}

const types = fc.constantFrom(['Ingress'], ['Egress'], ['Ingress', 'Egress']);

export const policies: fc.Arbitrary<KubernetesObject[]> = fc
	.array(
		fc.record({
			namespace,
			policyTypes: types,
			podSelector: selector,
			ingress: fc.array(ingressRule, { maxLength: 2 }),
			egress: fc.array(egressRule, { maxLength: 2 }),
		}),
		{ maxLength: 5 },
	)
	.map((specs) =>
		specs.map(({ namespace: where, ...spec }, index) => ({
			...{ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' },
			...{ metadata: { name: `p${index}`, namespace: where }, spec },
		})),
	);

const labels = fc.dictionary(fc.constantFrom('app', 'tier'), value, { maxKeys: 2 });

/** The small world with other labels. */
export const worlds: fc.Arbitrary<World> = fc.array(labels, { minLength: 7, maxLength: 7 }).map((all) => {
	const world = smallWorld();
	const pods = Object.entries(world.pods).map(([name, pod], index): [string, PodFacts] => [
		name,
		{ ...pod, labels: all[index] ?? {} },
	]);
	return { ...world, pods: Object.fromEntries(pods) };
});

const podName = fc.constantFrom(...Object.keys(smallWorld().pods));
const end = fc.oneof(
	{ weight: 5, arbitrary: fc.record({ kind: fc.constant('pod' as const), name: podName }) },
	fc.record({ kind: fc.constant('node' as const), name: fc.constantFrom('a', 'b') }),
	fc.constant({ kind: 'external' as const, name: 'internet' }),
);

export const connections: fc.Arbitrary<Connection> = fc.record({
	from: end,
	to: fc.oneof({ weight: 5, arbitrary: end }, fc.constant({ kind: 'service' as const, name: 'fronts' })),
	port: fc.constantFrom(80, 8080, 53),
	protocol: fc.constantFrom('tcp' as const, 'udp' as const),
	family: fc.constantFrom('ipv4' as const, 'ipv6' as const),
});

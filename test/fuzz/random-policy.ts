import fc from 'fast-check';
import type { IpFamily } from '../../src/model/address.ts';
import type { Workload } from '../../src/model/plan.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import { randomBlock } from './random-block.ts';
import { randomPorts } from './random-ports.ts';
import { randomSelector } from './random-selector.ts';

const mostPolicies = 5;

/** Policies with addresses still symbolic. `before`: what was in force until then, and is taken away or edited. */
export interface PolicyCase {
	before: KubernetesObject[];
	policies: KubernetesObject[];
}

/** Policy sets that the API server would accept, over the labels, ports and addresses of a topology. */
export function randomCase(workload: Workload, families: readonly IpFamily[]): fc.Arbitrary<PolicyCase> {
	const set = fc.array(randomPolicy(workload, families), { maxLength: mostPolicies, size: 'max' }).map((all) =>
		all.map((policy, index) => {
			// Counted by namespace, so that names recur in other namespaces.
			const earlier = all.slice(0, index).filter(({ metadata }) => metadata.namespace === policy.metadata.namespace);
			return named(policy, `policy-${earlier.length}`);
		}),
	);
	return fc.record({ before: fc.option(set, { freq: 2, nil: [] as KubernetesObject[] }), policies: set });
}

function randomPolicy(workload: Workload, families: readonly IpFamily[]): fc.Arbitrary<KubernetesObject> {
	const pods = Object.values(workload.pods);
	const rules = { from: randomRules(workload, families, 'from'), to: randomRules(workload, families, 'to') };
	return fc
		.record({
			namespace: fc.constantFrom(...pods.map(({ namespace }) => namespace)),
			podSelector: randomSelector(
				pods.map(({ labels }) => labels),
				12,
			),
			types: fc.constantFrom<string[] | undefined>(undefined, ['Ingress'], ['Egress'], ['Ingress', 'Egress']),
			ingress: rules.from,
			egress: rules.to,
		})
		.map(({ namespace, podSelector, types, ingress, egress }) => {
			// Rules of a direction that policyTypes leaves out are a mistake that scenario files may not hold.
			const kept = (type: string) => types === undefined || types.includes(type);
			const spec = {
				podSelector,
				...(types && { policyTypes: types }),
				...(ingress && kept('Ingress') && { ingress }),
				...(egress && kept('Egress') && { egress }),
			};
			return {
				apiVersion: 'networking.k8s.io/v1',
				kind: 'NetworkPolicy',
				metadata: { name: 'policy', namespace },
				spec,
			};
		});
}

/** Missing, empty, or some rules; each with peers and ports, one of them, or neither. */
function randomRules(workload: Workload, families: readonly IpFamily[], peers: 'from' | 'to') {
	const seldomMissing = { freq: 5, nil: undefined };
	const rule = fc
		.record({
			[peers]: fc.option(someOf(randomPeer(workload, families), 2), seldomMissing),
			ports: fc.option(someOf(randomPorts(workload), 2), seldomMissing),
		})
		.map((both) => Object.fromEntries(Object.entries(both).filter(([, list]) => list !== undefined)));
	const list = fc.array(rule, { minLength: 1, maxLength: 2, size: 'max' });
	return fc.oneof(
		{ withCrossShrink: true },
		{ arbitrary: fc.constant(undefined), weight: 1 },
		{ arbitrary: fc.constant([]), weight: 1 },
		{ arbitrary: list, weight: 7 },
	);
}

/** An empty list means the same as a missing one: everybody, every port. */
function someOf<T>(one: fc.Arbitrary<T>, most: number): fc.Arbitrary<T[]> {
	return fc.oneof(
		{ arbitrary: fc.array(one, { minLength: 1, maxLength: most, size: 'max' }), weight: 9 },
		{ arbitrary: fc.constant<T[]>([]), weight: 1 },
	);
}

function randomPeer(workload: Workload, families: readonly IpFamily[]): fc.Arbitrary<object> {
	const podSelector = randomSelector(Object.values(workload.pods).map(({ labels }) => labels));
	const namespaceSelector = randomSelector(
		Object.entries(workload.namespaces).map(([name, { labels }]) => ({
			...labels,
			'kubernetes.io/metadata.name': name,
		})),
	);
	return fc.oneof(
		{ withCrossShrink: true },
		{ arbitrary: fc.record({ podSelector }), weight: 4 },
		{ arbitrary: fc.record({ namespaceSelector }), weight: 3 },
		{ arbitrary: fc.record({ podSelector, namespaceSelector }), weight: 3 },
		{ arbitrary: fc.record({ ipBlock: randomBlock(workload, families) }), weight: 4 },
	);
}

function named(policy: KubernetesObject, name: string): KubernetesObject {
	return { ...policy, metadata: { ...policy.metadata, name } };
}

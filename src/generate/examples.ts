import type { KubernetesObject } from '../model/policy.ts';
import { mayActOn, peersOf } from '../mutate/policy-parts.ts';
import type { World } from '../policy/world.ts';

/** Of pods that are there already, so many are looked at for each thing that a policy says. */
const examples = 3;

/** Declared pods that a policy selects or its peers mean, and some that they don't. */
export function examplesFor(object: KubernetesObject, world: World): string[] {
	const pods = Object.entries(world.pods);
	const few = (wanted: (name: string) => boolean): string[] =>
		pods.flatMap(([name]) => (wanted(name) ? [name] : [])).slice(0, examples);
	const podOf = (name: string) => world.pods[name];
	const selected = few((name) => {
		const pod = podOf(name);
		return pod !== undefined && mayActOn(object, pod);
	});
	const peers = peersOf(object)
		.slice(0, 8)
		.flatMap(({ podSelector, namespaceSelector }) => {
			const policy = { ...object, spec: { podSelector: podSelector ?? {} } };
			if (!podSelector && !namespaceSelector) return [];
			return few((name) => {
				const pod = podOf(name);
				const anywhere = { ...policy, metadata: { ...object.metadata, namespace: pod?.namespace ?? '' } };
				return pod !== undefined && mayActOn(namespaceSelector ? anywhere : policy, pod);
			});
		});
	return [...selected, ...peers, ...few(() => true)];
}

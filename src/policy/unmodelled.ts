import { type KubernetesObject, policyKindOf } from '../model/policy.ts';
import type { PodFacts, World } from './world.ts';

/**
 * Why nothing can be said about a pod: a policy of a kind that isn't modelled acts on it, or its namespace holds
 * policies that we haven't read. Such a policy may come before NetworkPolicy and allow what that forbids, or the other way.
 */
export function whyUnpredictable(pod: PodFacts, others: readonly KubernetesObject[], world: World): string | undefined {
	const acting = others.find((object) => actsOn(object, pod));
	if (acting) {
		const { kind, metadata } = acting;
		const name = metadata.namespace === undefined ? metadata.name : `${metadata.namespace}/${metadata.name}`;
		return `${kind} ${name} may act on it, and policies of this kind are not evaluated`;
	}
	if (world.namespaces[pod.namespace]?.foreign) {
		return `its namespace ${pod.namespace} was there before, with policies that were not read`;
	}
	return undefined;
}

function actsOn(object: KubernetesObject, pod: PodFacts): boolean {
	if (policyKindOf(object)?.scope !== 'namespace') return true;
	return (object.metadata.namespace ?? 'default') === pod.namespace;
}

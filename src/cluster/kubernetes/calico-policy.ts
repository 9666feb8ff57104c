import type { KubernetesObject } from '../../model/policy.ts';

/**
 * A `projectcalico.org/v3` policy as calicoctl stores it where the API server does not serve v3 (Calico's manifests
 * without its API server): another group, the tier in front of the name, `types` filled in. Felix reads the stored
 * form only, and would take a policy without `types` for one of both directions.
 * https://docs.tigera.io/calico/latest/reference/resources/networkpolicy
 */
export function storedCalicoPolicy(policy: KubernetesObject): KubernetesObject {
	const spec = { ...(policy.spec as CalicoSpec | undefined) };
	const tier = spec.tier ?? 'default';
	const { name } = policy.metadata;
	const types = spec.types ?? typesOf(spec);
	return {
		...policy,
		apiVersion: 'crd.projectcalico.org/v1',
		metadata: { ...policy.metadata, name: name.startsWith(`${tier}.`) ? name : `${tier}.${name}` },
		spec: { ...spec, types },
	};
}

interface CalicoSpec {
	tier?: string;
	types?: string[];
	ingress?: unknown[];
	egress?: unknown[];
}

/** No rules at all mean ingress. */
function typesOf({ ingress = [], egress = [] }: CalicoSpec): string[] {
	if (egress.length === 0) return ['Ingress'];
	return ingress.length === 0 ? ['Egress'] : ['Ingress', 'Egress'];
}

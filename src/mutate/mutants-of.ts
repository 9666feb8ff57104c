import type { SourcePosition } from '../model/diagnostic.ts';
import { type KubernetesObject, meshRootNamespace, policyKindOf } from '../model/policy.ts';
import type { PolicySpec, Scenario } from '../model/scenario.ts';
import { applyEdit } from './apply-edit.ts';
import { describeEdit, fieldText } from './describe-edit.ts';
import { authorizationPolicyMutants } from './mesh/authorization-policy-mutants.ts';
import { destinationRuleMutants } from './mesh/destination-rule-mutants.ts';
import { peerAuthenticationMutants } from './mesh/peer-authentication-mutants.ts';
import { sidecarMutants } from './mesh/sidecar-mutants.ts';
import { type Edit, type FieldPath, type Mutant, setting, type Surroundings } from './mutant.ts';
import { networkPolicyMutants } from './network-policy/policy-mutants.ts';

/** Where a field of a policy's text stands; undefined: nobody knows. */
export type LocateField = (object: KubernetesObject, field: FieldPath) => SourcePosition | undefined;

/** Whether the evaluator says what a policy of this kind means, so that it can be told from its mutants. */
export function isModelled(object: KubernetesObject): boolean {
	const kind = policyKindOf(object);
	return kind?.needs === 'network-policy' || kind?.needs === 'istio';
}

/** Every mutant of every policy that is modelled, in the order of the file. Ids are unique. */
export function mutantsOf(scenario: Scenario, locate: LocateField = () => undefined): Mutant[] {
	const around = surroundingsOf(scenario);
	return scenario.policies.filter(({ object }) => isModelled(object)).flatMap((spec) => ofPolicy(spec, around, locate));
}

function ofPolicy({ name, object, position }: PolicySpec, around: Surroundings, locate: LocateField): Mutant[] {
	const mutant = ({ operator, field }: Omit<Edit, 'steps'>, change: string, made: Mutant['object']): Mutant => ({
		id: [name, operator, ...(field.length > 0 ? [idField(field)] : [])].join('/'),
		...{ operator, policy: name, field, change, object: made },
		position: locate(object, field) ?? position,
	});
	const found = new Map<string, Mutant>([
		['', mutant({ operator: 'drop-policy', field: [] }, 'the policy is not there', undefined)],
	]);
	for (const edit of [...placeMutants(object, around), ...fieldMutants(object, around)]) {
		// Two operators may do the same: the first names it.
		const text = JSON.stringify(edit.steps);
		if (!found.has(text)) found.set(text, mutant(edit, describeEdit(object, edit), applyEdit(object, edit)));
	}
	return [...found.values()];
}

function fieldMutants(object: KubernetesObject, around: Surroundings): Edit[] {
	switch (object.kind) {
		case 'NetworkPolicy':
			return networkPolicyMutants(object, around);
		case 'PeerAuthentication':
			return peerAuthenticationMutants(object, around);
		case 'AuthorizationPolicy':
			return authorizationPolicyMutants(object, around);
		case 'DestinationRule':
			return destinationRuleMutants(object, around);
		case 'Sidecar':
			return sidecarMutants(object);
		default:
			return [];
	}
}

/** One other namespace stands for all. */
function placeMutants({ metadata }: KubernetesObject, { namespaces }: Surroundings): Edit[] {
	const other = namespaces.find((name) => name !== metadata.namespace && name !== meshRootNamespace);
	return other === undefined ? [] : [setting('wrong-namespace', ['metadata', 'namespace'], other)];
}

/** As short as it can be: all but one stand below `spec`. */
function idField(field: FieldPath): string {
	return fieldText(field[0] === 'spec' && field.length > 1 ? field.slice(1) : field);
}

function surroundingsOf({ namespaces, pods }: Scenario): Surroundings {
	const labelValues = new Map<string, string[]>();
	const add = (labels: Record<string, string>): void => {
		for (const [key, value] of Object.entries(labels)) {
			const values = labelValues.get(key) ?? [];
			if (!values.includes(value)) labelValues.set(key, [...values, value]);
		}
	};
	for (const { labels } of Object.values(pods)) add(labels);
	for (const [name, { labels }] of Object.entries(namespaces)) {
		add({ ...labels, 'kubernetes.io/metadata.name': name });
	}
	return { namespaces: Object.keys(namespaces), labelValues };
}

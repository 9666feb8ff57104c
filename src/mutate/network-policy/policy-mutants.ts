import type { KubernetesObject } from '../../model/policy.ts';
import { type Edit, removing, setting, type Surroundings } from '../mutant.ts';
import { selectorMutants } from '../selector-mutants.ts';
import { type RuleText, ruleMutants } from './rule-mutants.ts';

type PolicyType = 'Ingress' | 'Egress';

interface SpecText {
	podSelector?: unknown;
	policyTypes?: PolicyType[] | null;
	ingress?: RuleText[] | null;
	egress?: RuleText[] | null;
}

/** Of a NetworkPolicy v1. */
export function networkPolicyMutants(object: KubernetesObject, around: Surroundings): Edit[] {
	const spec = (object.spec ?? {}) as SpecText;
	const types = effectiveTypes(spec);
	return [
		...selectorMutants(spec.podSelector, ['spec', 'podSelector'], around),
		...typeMutants(spec, types),
		...(types.includes('Ingress') ? ruleMutants(spec.ingress ?? [], 'ingress', around) : []),
		...(types.includes('Egress') ? ruleMutants(spec.egress ?? [], 'egress', around) : []),
	];
}

/** API reference, NetworkPolicySpec.policyTypes: without any, Ingress is there always, and Egress where there are egress rules. */
function effectiveTypes({ policyTypes, egress }: SpecText): PolicyType[] {
	if (policyTypes && policyTypes.length > 0) return policyTypes;
	return (egress ?? []).length > 0 ? ['Ingress', 'Egress'] : ['Ingress'];
}

function typeMutants(spec: SpecText, types: readonly PolicyType[]): Edit[] {
	const field = ['spec', 'policyTypes'];
	const edits: Edit[] = [];
	const [only] = types;
	if (types.length > 1) {
		for (const type of types) {
			const rest = types.filter((one) => one !== type);
			edits.push({ operator: 'forget-type', field: [...field, type], steps: [{ set: field, value: rest }] });
		}
	} else if (only) {
		const other = only === 'Ingress' ? 'Egress' : 'Ingress';
		edits.push(setting('add-type', field, ['Ingress', 'Egress']));
		edits.push(setting('swap-type', field, [other]));
		edits.push(swapDirections(spec, only, other));
	}
	const inferred = effectiveTypes({ ...spec, policyTypes: null });
	const same = inferred.length === types.length && inferred.every((type) => types.includes(type));
	if (spec.policyTypes && !same) edits.push(removing('forget-types', field));
	return edits;
}

function swapDirections(spec: SpecText, from: PolicyType, to: PolicyType): Edit {
	const [key, other] = from === 'Ingress' ? (['ingress', 'egress'] as const) : (['egress', 'ingress'] as const);
	const rules = (spec[key] ?? []).map((rule) => {
		const { from: sources, to: targets, ...rest } = rule;
		const peers = key === 'ingress' ? sources : targets;
		return { ...rest, ...(peers && { [key === 'ingress' ? 'to' : 'from']: peers }) };
	});
	const { [key]: _, ...without } = spec;
	const swapped = { ...without, policyTypes: [to], [other]: rules };
	return { operator: 'swap-directions', field: ['spec', key], steps: [{ set: ['spec'], value: swapped }] };
}

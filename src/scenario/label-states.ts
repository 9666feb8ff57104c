import type { LabelSelector } from './network-policy-schema.ts';
import type { ScenarioInput } from './schema.ts';

type Labels = Readonly<Record<string, string>>;

/** Every set of labels that pods and namespaces have at some time, at the start or after a `label` phase. */
export interface LabelStates {
	pods: ReadonlyMap<string, readonly Labels[]>;
	namespaces: ReadonlyMap<string, readonly Labels[]>;
}

export function labelStates(spec: ScenarioInput['spec']): LabelStates {
	const pods = new Map<string, Labels[]>(Object.entries(spec.pods).map(([name, { labels = {} }]) => [name, [labels]]));
	const namespaces = new Map<string, Labels[]>(
		Object.entries(spec.namespaces).map(([name, { labels = {} }]) => [
			name,
			[{ ...labels, 'kubernetes.io/metadata.name': name }],
		]),
	);
	for (const { label } of spec.phases ?? []) {
		if (!label) continue;
		const states = label.pod !== undefined ? pods.get(label.pod) : namespaces.get(label.namespace ?? '');
		const last = states?.at(-1);
		if (!states || !last) continue;
		const kept = Object.entries(last).filter(([key]) => !(label.remove ?? []).includes(key));
		states.push({ ...Object.fromEntries(kept), ...label.set });
	}
	return { pods, namespaces };
}

/** https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors */
export function selects(selector: LabelSelector, labels: Labels): boolean {
	const has = (key: string): boolean => Object.hasOwn(labels, key);
	const exact = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => has(key) && labels[key] === value);
	return (
		exact &&
		(selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
			const isIn = has(key) && values.includes(labels[key] ?? '');
			if (operator === 'In') return isIn;
			if (operator === 'NotIn') return !isIn;
			return operator === 'Exists' ? has(key) : !has(key);
		})
	);
}

/** Pods of the namespaces for which `inNamespace` says so that the selector matches at some time. */
export function selectedPods(
	spec: ScenarioInput['spec'],
	states: LabelStates,
	selector: LabelSelector,
	inNamespace: (name: string) => boolean,
): string[] {
	return Object.entries(spec.pods).flatMap(([name, { namespace }]) =>
		inNamespace(namespace) && (states.pods.get(name) ?? []).some((labels) => selects(selector, labels)) ? [name] : [],
	);
}

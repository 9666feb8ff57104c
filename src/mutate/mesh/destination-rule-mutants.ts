import type { KubernetesObject } from '../../model/policy.ts';
import { type Edit, type FieldPath, removing, type Surroundings } from '../mutant.ts';
import { selectorMutants } from '../selector-mutants.ts';
import { modeMutants } from './mode-mutants.ts';

/** Without MUTUAL, whose certificates come from files. */
const modes = ['DISABLE', 'SIMPLE', 'ISTIO_MUTUAL'] as const;

interface SpecText {
	trafficPolicy?: {
		tls?: { mode?: string };
		portLevelSettings?: { port?: { number?: number }; tls?: { mode?: string } }[];
	};
	workloadSelector?: unknown;
	exportTo?: string[];
}

/** Of a DestinationRule, as far as TLS goes. */
export function destinationRuleMutants(object: KubernetesObject, around: Surroundings): Edit[] {
	const { trafficPolicy, workloadSelector, exportTo } = (object.spec ?? {}) as SpecText;
	const at = ['spec', 'trafficPolicy'];
	const edits: Edit[] = [];
	if (trafficPolicy) edits.push(removing('drop-traffic-policy', at));
	edits.push(...tlsMutants(trafficPolicy?.tls, [...at, 'tls']));
	for (const [index, { port, tls }] of (trafficPolicy?.portLevelSettings ?? []).entries()) {
		const field = [...at, 'portLevelSettings', index];
		const number = port?.number ?? 0;
		edits.push(removing('drop-port-exception', field));
		edits.push({
			operator: 'move-port-exception',
			field,
			steps: [{ set: [...field, 'port', 'number'], value: number < 65_535 ? number + 1 : number - 1 }],
		});
		edits.push(...tlsMutants(tls, [...field, 'tls']));
	}
	if (workloadSelector) edits.push(removing('drop-selector', ['spec', 'workloadSelector']));
	edits.push(...selectorMutants(workloadSelector, ['spec', 'workloadSelector'], around, false));
	if (exportTo && !exportTo.includes('*')) edits.push(removing('export-everywhere', ['spec', 'exportTo']));
	return edits;
}

function tlsMutants(tls: { mode?: string } | undefined, at: FieldPath): Edit[] {
	return tls ? modeMutants(tls.mode ?? 'DISABLE', modes, [...at, 'mode']) : [];
}

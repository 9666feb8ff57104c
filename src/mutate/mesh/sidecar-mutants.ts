import type { KubernetesObject } from '../../model/policy.ts';
import { type Edit, removing, setting } from '../mutant.ts';

interface SpecText {
	workloadSelector?: unknown;
	egress?: { hosts?: string[] }[];
	outboundTrafficPolicy?: { mode?: string };
}

/** Of a Sidecar: which Services its workloads know. */
export function sidecarMutants(object: KubernetesObject): Edit[] {
	const { workloadSelector, egress = [], outboundTrafficPolicy } = (object.spec ?? {}) as SpecText;
	const edits: Edit[] = [];
	if (workloadSelector) edits.push(removing('drop-selector', ['spec', 'workloadSelector']));
	for (const [index, { hosts = [] }] of egress.entries()) {
		const at = ['spec', 'egress', index, 'hosts'];
		if (!hosts.includes('*/*')) edits.push(setting('any-host', at, ['*/*']));
		if (hosts.length > 1) edits.push(...hosts.map((_, place) => removing('drop-host', [...at, place])));
	}
	const mode = outboundTrafficPolicy?.mode === 'REGISTRY_ONLY' ? 'ALLOW_ANY' : 'REGISTRY_ONLY';
	edits.push(setting('change-outbound', ['spec', 'outboundTrafficPolicy', 'mode'], mode));
	return edits;
}

import type { KubernetesObject } from '../../model/policy.ts';
import { type Edit, removing, type Surroundings } from '../mutant.ts';
import { selectorMutants } from '../selector-mutants.ts';
import { modeMutants } from './mode-mutants.ts';

const modes = ['STRICT', 'PERMISSIVE', 'DISABLE'] as const;

interface SpecText {
	selector?: { matchLabels?: Record<string, string> };
	mtls?: { mode?: string } | null;
	portLevelMtls?: Record<string, { mode?: string } | null>;
}

/** Of a PeerAuthentication. */
export function peerAuthenticationMutants(object: KubernetesObject, around: Surroundings): Edit[] {
	const { selector, mtls, portLevelMtls = {} } = (object.spec ?? {}) as SpecText;
	const edits: Edit[] = [];
	if (selector) edits.push(removing('drop-selector', ['spec', 'selector']));
	edits.push(...selectorMutants(selector, ['spec', 'selector'], around, false));
	edits.push(...modeMutants(mtls?.mode, modes, ['spec', 'mtls', 'mode']));
	for (const [port, entry] of Object.entries(portLevelMtls)) {
		const field = ['spec', 'portLevelMtls', port];
		const neighbour = String(Number(port) + (port === '65535' ? -1 : 1));
		edits.push(removing('drop-port-exception', field));
		if (portLevelMtls[neighbour] === undefined) {
			edits.push({
				operator: 'move-port-exception',
				field,
				steps: [{ remove: field }, { set: ['spec', 'portLevelMtls', neighbour], value: entry }],
			});
		}
		edits.push(...modeMutants(entry?.mode, modes, [...field, 'mode']));
	}
	return edits;
}

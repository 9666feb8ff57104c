import { type Edit, removing, setting, type Surroundings } from '../mutant.ts';
import { type PeerText, peerMutants } from './peer-mutants.ts';
import { portMutants } from './port-mutants.ts';

export interface RuleText {
	from?: PeerText[] | null;
	to?: PeerText[] | null;
	ports?: { protocol?: string; port?: number | string; endPort?: number }[] | null;
}

/** Of the rules of one direction in which the policy isolates. */
export function ruleMutants(rules: readonly RuleText[], direction: 'ingress' | 'egress', around: Surroundings): Edit[] {
	const at = ['spec', direction];
	const edits: Edit[] = [];
	if (!rules.some(isEmpty)) edits.push(setting('open-direction', at, [{}]));
	// One rule dropped leaves none.
	if (rules.length > 1) edits.push(setting('close-direction', at, []));
	for (const [index, rule] of rules.entries()) {
		const field = [...at, index];
		edits.push(removing('drop-rule', field));
		const key = direction === 'ingress' ? 'from' : 'to';
		edits.push(...peerMutants(rule[key] ?? [], [...field, key], around));
		const ports = rule.ports ?? [];
		if (ports.length > 0) edits.push(removing('any-port', [...field, 'ports']));
		for (const [place, port] of ports.entries()) {
			const portAt = [...field, 'ports', place];
			if (ports.length > 1) edits.push(removing('drop-port', portAt));
			edits.push(...portMutants(port, portAt));
		}
	}
	return edits;
}

function isEmpty({ from, to, ports }: RuleText): boolean {
	return [from, to, ports].every((list) => (list ?? []).length === 0);
}

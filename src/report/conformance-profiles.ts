import type { Cell, Plan } from '../model/plan.ts';

/** What each profile asks of an engine; its version is that of the report's schema. */
export const profiles = {
	'network-policy': 'NetworkPolicy v1: every path that policies forbid is closed, every other one open',
	'strict-mtls': 'mutual TLS in strict mode: no plaintext, no wrong certificate, no forged identity',
	'dns-egress': 'DNS egress: only the resolvers and names that policies allow are reached',
	chaos: 'the same while faults are injected and healed: no window in which a forbidden path is open',
} as const;

export type Profile = keyof typeof profiles;

/** The profile that a scenario belongs to: the most demanding one that its content asks for. */
export function profileOf(
	{ name, cells }: { name: string; cells: readonly (Pick<Cell, 'kind'> & { chaos?: unknown })[] },
	plan: Plan,
): Profile {
	const planned = plan.scenarios.find((scenario) => scenario.name === name);
	// What is skipped has no steps.
	const isFaulty = planned?.requires.some((capability) => capability.startsWith('fault-'));
	const isChaos = (cell: { chaos?: unknown }) => cell.chaos !== undefined;
	if (isFaulty || planned?.cells.some(isChaos) || cells.some(isChaos)) return 'chaos';
	const kinds = new Set(cells.map(({ kind }) => kind));
	if (kinds.has('dns')) return 'dns-egress';
	if (kinds.has('plaintext') || kinds.has('mtls') || kinds.has('tls')) return 'strict-mtls';
	return 'network-policy';
}

import type { AttemptSpec, ChaosSpec } from '../model/scenario.ts';

/** What is attempted around a fault, as attempts; each query is one of its own for each resolver. */
export function chaosAttempts({ name, kind, from, to, options, position }: ChaosSpec): AttemptSpec[] {
	const targets = kind === 'dns' ? to.map((one) => [one]) : [to];
	return targets.map((some) => ({
		...{ name: `chaos-${name}`, kind, from, to: some, expect: 'predicted', position, options },
		...{ matrix: undefined, on: undefined, reason: undefined, by: undefined, speaks: undefined },
	}));
}

import type { SourcePosition } from '../model/diagnostic.ts';
import type { ChaosSpec } from '../model/scenario.ts';
import { parseDuration, parseRate } from './duration.ts';
import type { ChaosInput } from './schema.ts';
import { listOf, parseSource, parseTarget, parseVia } from './short-forms.ts';

const defaultFor = 1000;

/** `pods`: what `all` stands for. Durations become milliseconds, the rate the milliseconds between two tries. */
export function buildChaos(input: ChaosInput, pods: readonly string[], position: SourcePosition): ChaosSpec {
	const { name, fault, target, attempts, expect, repeat, set } = input;
	const { kind = 'connect', over, query } = attempts;
	const from = listOf(attempts.from).flatMap((source) => (source === 'all' ? pods : [source]));
	return {
		...{ name: name ?? fault, fault, target: withoutUndefined(target ?? {}), set: set ?? {} },
		for: milliseconds(input.for) ?? defaultFor,
		from: from.map(parseSource),
		...{
			kind,
			kept: attempts.hold ?? false,
			options: kind === 'dns' ? { over: over === undefined ? ['udp'] : listOf(over), query } : {},
		},
		to: kind === 'dns' ? listOf(attempts.via).map(parseVia) : listOf(attempts.to).map(parseTarget),
		every: parseRate(attempts.rate),
		before: parseDuration(attempts.before),
		after: parseDuration(attempts.after),
		rounds: repeat ?? 1,
		expect: {
			leaks: expect?.leaks ?? 'none',
			closes: milliseconds(expect?.closes?.within),
			opens: milliseconds(expect?.opens?.within),
			exposure: milliseconds(expect?.exposure?.max),
			outage: milliseconds(expect?.outage?.max),
			unseen: milliseconds(expect?.unseen?.max),
		},
		position,
	};
}

function milliseconds(text: string | undefined): number | undefined {
	return text === undefined ? undefined : parseDuration(text);
}

function withoutUndefined(target: NonNullable<ChaosInput['target']>): ChaosSpec['target'] {
	return Object.fromEntries(Object.entries(target).filter(([, value]) => value !== undefined));
}

import type { AttemptSpec, MatrixSpec, SourceRef, TargetRef } from '../model/scenario.ts';
import type { SourcePosition } from '../model/diagnostic.ts';
import type { AttemptInput } from './schema.ts';
import { listOf, parsePort, parseSource, parseTarget, parseVia } from './short-forms.ts';

/**
 * `from: all` becomes every pod of `pods`, but not the target itself: what a pod sends to itself is no stranger's
 * attempt. (With several targets the plan leaves such pairs out.)
 */
export function buildAttempt(input: AttemptInput, pods: readonly string[], position: SourcePosition): AttemptSpec {
	const to = input.via === undefined ? listOf(input.to).map(parseTarget) : [parseVia(input.via)];
	return {
		name: input.name,
		kind: input.kind ?? 'connect',
		from: buildSources(listOf(input.from), to, pods),
		to,
		matrix: input.matrix && buildMatrix(input.matrix),
		on: input.on,
		expect: input.expect,
		reason: input.reason,
		by: input.by === undefined ? undefined : listOf(input.by),
		speaks: input.speaks,
		options: optionsOf(input),
		position,
	};
}

function buildSources(sources: readonly string[], to: readonly TargetRef[], pods: readonly string[]): SourceRef[] {
	const named = sources.filter((source) => source !== 'all').map(parseSource);
	if (named.length === sources.length) return named;
	const target = to.length === 1 && to[0]?.kind === 'pod' ? to[0].name : undefined;
	const isNamed = (pod: string): boolean => named.some(({ kind, name }) => kind === 'pod' && name === pod);
	const others = pods.filter((pod) => pod !== target && !isNamed(pod));
	return [...named, ...others.map((name): SourceRef => ({ kind: 'pod', name }))];
}

function buildMatrix(input: NonNullable<AttemptInput['matrix']>): MatrixSpec {
	return {
		pods: input.pods,
		ports: input.ports === 'all' ? 'all' : input.ports.map((port) => parsePort(String(port))),
		loopback: input.loopback ?? false,
		...(input.sample !== undefined && { sample: { pairs: input.sample, seed: input.seed ?? 0 } }),
	};
}

/** What only one kind of attempt has. */
function optionsOf(input: AttemptInput): Record<string, unknown> {
	const { identity, forgedIdentity, certificate, alpn, presents, over, query, kind } = input;
	const options = {
		identity,
		forgedIdentity,
		certificate,
		alpn: alpn && listOf(alpn),
		presents,
		over: over ? listOf(over) : kind === 'dns' ? ['udp'] : undefined,
		query,
	};
	return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

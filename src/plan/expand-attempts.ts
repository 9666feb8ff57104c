import type { IpFamily, Protocol } from '../model/address.ts';
import type { Capability } from '../model/capability.ts';
import type { DnsTransport } from '../model/dns.ts';
import type { Cell, EndpointRef, HeldConnection } from '../model/plan.ts';
import type { AttemptSpec, MatrixSpec, Scenario, SourceRef, TargetRef } from '../model/scenario.ts';
import { endpointName } from './endpoint-name.ts';
import type { ClusterState } from './cluster-state.ts';
import { asCredentials, credentialsOf } from './credentials.ts';
import { asQuestion, queriesOf } from './dns-queries.ts';
import { dialledTargets } from './dialled-targets.ts';
import { expandSample } from './expand-sample.ts';
import { type DialledPort, resolvePorts } from './resolve-ports.ts';
import { whyQuerySkipped } from './why-query-skipped.ts';
import { whySkipped } from './why-skipped.ts';

/** What the cells of one list of attempts have in common. */
export interface ExpansionContext {
	scenario: Scenario;
	families: readonly IpFamily[];
	capabilities: ReadonlySet<Capability>;
	tries: number;
	/** Undefined without explicit phases, and before anything has changed. */
	phase: string | undefined;
	/** Pods that exist when these attempts are made: what `all` stands for. */
	pods: readonly string[];
	/** Their labels then; default: as declared. */
	podLabels?: ClusterState['podLabels'];
	/** Held connections by name. */
	holds: ReadonlyMap<string, readonly HeldConnection[]>;
}

/** Spells out a list of attempts, cell by cell, in the order of the file, matrices last: they fill what nobody named. */
export function expandAttempts(attempts: readonly AttemptSpec[], context: ExpansionContext): Cell[] {
	const explicit = attempts.flatMap((attempt) => (attempt.matrix ? [] : expandAttempt(attempt, context)));
	const named = new Set(explicit.map((cell) => `${cell.kind} ${cell.path}`));
	const filled = attempts.flatMap((attempt) => {
		const { matrix } = attempt;
		if (!matrix) return [];
		const cellsOf = (from: string, to: string) => pairCells(attempt, matrix, from, to, context);
		const isNamed = (cell: Cell) => named.has(`${cell.kind} ${cell.path}`);
		const pods = matrix.pods === 'all' ? context.pods : matrix.pods;
		if (!matrix.sample)
			return allPairs(pods, matrix).flatMap(([from, to]) => cellsOf(from, to).filter((cell) => !isNamed(cell)));
		const { scenario } = context;
		return expandSample({ pods, scenario, matrix, sample: matrix.sample, cellsOf, isNamed, explicit });
	});
	return [...explicit, ...filled];
}

function expandAttempt(attempt: AttemptSpec, context: ExpansionContext): Cell[] {
	if (attempt.on !== undefined)
		return (context.holds.get(attempt.on) ?? []).map((hold) => heldCell(attempt, hold, context));
	if (attempt.kind === 'dns') return expandQueries(attempt, context);
	const targets = attempt.to;
	const single = attempt.from.length === 1 && targets.length === 1;
	const cells: Cell[] = [];
	for (const from of attempt.from) {
		for (const to of targets) {
			// In a list a pod does not mean itself; only `from: a, to: a` asks for loopback.
			if (!single && isSelf(from, to)) continue;
			for (const target of dialledTargets(to, context.scenario, context)) {
				const { to: end, dialled } = target;
				// What wraps and unwraps TLS carries nothing else.
				if (attempt.kind !== 'connect' && dialled.protocol !== 'tcp') continue;
				for (const family of context.families) cells.push(makeCell(attempt, from, end, dialled, family, context));
			}
		}
	}
	return cells;
}

/** A query for each source, transport and family. */
function expandQueries(attempt: AttemptSpec, context: ExpansionContext): Cell[] {
	const [to] = attempt.to;
	if (!to) return [];
	return attempt.from.flatMap((from) =>
		queriesOf({ ...attempt, from: [from] }, context.scenario).flatMap(({ dialled, query }) =>
			familiesOf(to, context).map((family): Cell => {
				const cell = makeCell(attempt, from, to, dialled, family, context);
				const path = pathOf(cell.from, to, dialled.port, `dns-${query.over}`, family);
				const id = caseId(context.scenario.name, attempt, path, context.phase);
				const skip = cell.skip ?? whyQuerySkipped(attempt, to, query, context.capabilities, context.scenario);
				return { ...cell, id, path: path + asQuestion(query), query, skip };
			}),
		),
	);
}

/** The cache on a node has an IPv4 address only. */
function familiesOf({ kind, name }: TargetRef, { families }: ExpansionContext): readonly IpFamily[] {
	return kind === 'clusterDns' && name === 'node-local' ? families.filter((family) => family === 'ipv4') : families;
}

function allPairs(pods: readonly string[], { loopback }: MatrixSpec): [string, string][] {
	return pods.flatMap((from) =>
		pods.flatMap((to): [string, string][] => (from === to && !loopback ? [] : [[from, to]])),
	);
}

/** Every cell of a matrix between two pods. */
function pairCells(
	attempt: AttemptSpec,
	matrix: MatrixSpec,
	from: string,
	to: string,
	context: ExpansionContext,
): Cell[] {
	const cells: Cell[] = [];
	for (const target of matrixTargets(matrix, to)) {
		for (const dialled of resolvePorts(target, context.scenario)) {
			for (const family of context.families) {
				const cell = makeCell(attempt, { kind: 'pod', name: from }, target, dialled, family, context);
				// Loopback is left open by the specification, so a matrix takes no stance on it.
				cells.push(from === to ? { ...cell, expectation: 'observe' } : cell);
			}
		}
	}
	return cells;
}

function matrixTargets(matrix: MatrixSpec, name: string): TargetRef[] {
	if (matrix.ports === 'all') return [{ kind: 'pod', name, port: undefined, protocol: undefined }];
	return matrix.ports.map(({ port, protocol }) => ({ kind: 'pod', name, port, protocol }));
}

function makeCell(
	attempt: AttemptSpec,
	source: SourceRef,
	to: TargetRef,
	dialled: DialledPort,
	family: IpFamily,
	context: ExpansionContext,
): Cell {
	const from: EndpointRef = { kind: source.kind, name: source.name };
	const speaks = attempt.speaks === 'http' && dialled.protocol === 'tcp' ? 'http' : dialled.speaks;
	const credentials = credentialsOf(attempt, speaks);
	const path = pathOf(from, to, dialled.port, dialled.protocol, family);
	const certificate = credentials.tls === undefined ? '' : `/${credentials.tls.certificate}`;
	const forged = credentials.forgedIdentity === undefined ? '' : '/forged';
	return {
		id: caseId(context.scenario.name, attempt, path + certificate + forged, context.phase),
		path: path + asCredentials(credentials),
		kind: attempt.kind,
		from,
		to,
		port: dialled.port,
		protocol: dialled.protocol,
		family,
		speaks,
		...(dialled.first && speaks === 'tcp' && { first: dialled.first }),
		...(dialled.lands && { lands: dialled.lands }),
		...credentials,
		...judgedAs(attempt, context),
		on: undefined,
		skip: whySkipped(attempt, to, dialled.protocol, context.capabilities, context.scenario),
	};
}

function heldCell(attempt: AttemptSpec, hold: HeldConnection, context: ExpansionContext): Cell {
	const path = `${pathOf(hold.from, hold.to, hold.port, hold.protocol, hold.family)} on ${hold.name}`;
	return {
		id: caseId(context.scenario.name, attempt, path.replace(' on ', '/on-'), context.phase),
		path,
		kind: attempt.kind,
		from: hold.from,
		to: hold.to,
		port: hold.port,
		protocol: hold.protocol,
		family: hold.family,
		speaks: hold.speaks,
		...(hold.first && { first: hold.first }),
		...(hold.lands && { lands: hold.lands }),
		...judgedAs(attempt, context),
		on: hold.name,
		skip: whySkipped(attempt, hold.to, hold.protocol, context.capabilities, context.scenario),
	};
}

function judgedAs(attempt: AttemptSpec, context: ExpansionContext) {
	return {
		expectation: attempt.expect,
		reason: attempt.reason,
		by: attempt.by,
		prediction: { verdict: 'unknown' as const, because: [] },
		phase: context.phase,
		tries: context.tries,
		position: attempt.position,
	};
}

/** `from→to:port/protocol/family`: what two attempts on the same path have in common, whatever the phase. */
export function pathOf(
	from: EndpointRef,
	to: TargetRef,
	port: number,
	protocol: Protocol | `dns-${DnsTransport}`,
	family: IpFamily,
): string {
	// Joined, and not a template: V8 keeps the pieces of a template, which take three times the memory of the text.
	return [endpointName(from), '→', endpointName(to), ':', port, '/', protocol, '/', family].join('');
}

/**
 * Stable over runs and over edits elsewhere in the file: no index, only names. Waivers and baselines hang on it.
 */
function caseId(scenario: string, attempt: AttemptSpec, path: string, phase: string | undefined): string {
	return [scenario, attempt.name ?? attempt.kind, path, ...(phase === undefined ? [] : [phase])].join('/');
}

function isSelf(from: SourceRef, to: TargetRef): boolean {
	return from.kind === to.kind && from.name === to.name;
}

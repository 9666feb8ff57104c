import type { Cell } from '../model/plan.ts';
import type { MatrixSpec, Scenario } from '../model/scenario.ts';
import { podClasses } from './pod-classes.ts';
import { shuffledPairs } from './sample-pairs.ts';

export interface SampleRequest {
	pods: readonly string[];
	scenario: Scenario;
	matrix: MatrixSpec;
	sample: NonNullable<MatrixSpec['sample']>;
	/** All of a pair, in the order of the file. */
	cellsOf: (from: string, to: string) => Cell[];
	/** Another attempt has it already. */
	isNamed: (cell: Cell) => boolean;
	/** Cells of the other attempts. */
	explicit: readonly Cell[];
}

/**
 * A matrix by classes of pods that no policy tells apart (`podClasses`): of each class to each class, itself included, so many
 * pairs. Each cell says for how many paths it stands; together they stand for every path of the whole matrix that no
 * other attempt names.
 */
export function expandSample(request: SampleRequest): Cell[] {
	const { pods, scenario, matrix } = request;
	const classOf = podClasses(scenario, pods);
	const classes = [...new Set(classOf.values())].map((one) => pods.filter((pod) => classOf.get(pod) === one));
	const named = countNamed(request, classOf);
	const cells = classes.flatMap((from) => classes.flatMap((to) => sampleOf(from, to, request, classOf, named)));
	return matrix.loopback ? [...cells, ...classes.flatMap((one) => loopbackOf(one, request))] : cells;
}

function sampleOf(
	from: readonly string[],
	to: readonly string[],
	request: SampleRequest,
	classOf: ReadonlyMap<string, string>,
	named: ReadonlyMap<string, number>,
): Cell[] {
	const { sample, scenario, cellsOf, isNamed } = request;
	const seed = `${sample.seed} ${scenario.name} ${from[0]} ${to[0]}`;
	const taken: Cell[] = [];
	let size = 0;
	let pairs = 0;
	for (const [client, server] of shuffledPairs(from, to, seed)) {
		const all = cellsOf(client, server);
		size = all.length;
		const left = all.filter((cell) => !isNamed(cell));
		if (left.length === 0 && size > 0) continue;
		taken.push(...left);
		pairs += 1;
		if (pairs === sample.pairs || size === 0) break;
	}
	const own = from[0] === to[0] ? from.length : 0;
	const key = `${classOf.get(from[0] ?? '')}\n${classOf.get(to[0] ?? '')}`;
	return standingFor(taken, (from.length * to.length - own) * size - (named.get(key) ?? 0));
}

/** Of pods to themselves. */
function loopbackOf(pods: readonly string[], { sample, cellsOf, isNamed }: SampleRequest): Cell[] {
	const all = pods.map((pod) => () => cellsOf(pod, pod).filter((cell) => !isNamed(cell)));
	const taken = all.slice(0, sample.pairs).flatMap((cells) => cells());
	const rest = all.slice(sample.pairs).reduce((sum, cells) => sum + cells().length, 0);
	return standingFor(taken, taken.length + rest);
}

/** As evenly as whole numbers allow. */
function standingFor(cells: readonly Cell[], paths: number): Cell[] {
	const each = Math.floor(paths / Math.max(cells.length, 1));
	const more = paths - each * cells.length;
	return cells.map((cell, index) => ({ ...cell, standsFor: each + (index < more ? 1 : 0) }));
}

/** How many cells of the matrix other attempts have, by the classes of both ends. */
function countNamed(request: SampleRequest, classOf: ReadonlyMap<string, string>): Map<string, number> {
	const counts = new Map<string, number>();
	const ports = new Map<string, Set<string>>();
	const portsOf = (pod: string): Set<string> => {
		const known = ports.get(pod) ?? new Set(request.cellsOf(pod, pod).map(portOf));
		ports.set(pod, known);
		return known;
	};
	for (const cell of new Map(request.explicit.map((one) => [`${one.kind} ${one.path}`, one])).values()) {
		const [from, to] = [classOf.get(cell.from.name), classOf.get(cell.to.name)];
		const isPair = cell.from.kind === 'pod' && cell.to.kind === 'pod' && cell.from.name !== cell.to.name;
		if (!isPair || from === undefined || to === undefined || cell.on !== undefined) continue;
		if (cell.kind !== 'connect' || !portsOf(cell.to.name).has(portOf(cell))) continue;
		counts.set(`${from}\n${to}`, (counts.get(`${from}\n${to}`) ?? 0) + 1);
	}
	return counts;
}

function portOf({ port, protocol, family }: Cell): string {
	return `${port}/${protocol}/${family}`;
}

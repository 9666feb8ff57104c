import type { IpFamily } from '../model/address.ts';
import type { CellVerdict } from '../model/verdict.ts';
import { describeKind } from './describe-cell.ts';
import { type CellSymbol, symbolOf, worse } from './cell-symbol.ts';

/** A matrix from × to for one phase and one or more ports that look exactly the same. */
export interface Grid {
	phase: string | undefined;
	/** `80/tcp`; several ports when their matrices are equal; none when the columns name them. */
	ports: string[];
	families: IpFamily[];
	rows: string[];
	columns: string[];
	/** One symbol where all families agree, else one per family; undefined where nothing was attempted. */
	at(row: string, column: string): CellSymbol[] | undefined;
	/** Letters of the widest square. */
	width: number;
}

/** All targets of a phase with their ports fit beside each other up to this many characters. */
const roomForTargets = 84;
/** More names than this are easier to find in alphabetical order than in the order of the file. */
const fewNames = 8;

/** Splits a scenario's cells into grids, in the order of the plan: one per phase where few targets have few ports, else one per port. */
export function gridsOf(cells: CellVerdict[]): Grid[] {
	const order = nameOrder(cells);
	return [...groupBy(cells, (cell) => cell.phase ?? '').values()].flatMap((ofPhase) => {
		const targets = unique(ofPhase.map(targetWithPort));
		const byPort = [...groupBy(ofPhase, portName).values()];
		if (byPort.length > 1 && widthOf(targets) <= roomForTargets) return makeGrid([], ofPhase, targetWithPort, order);
		return mergeAlike(byPort.flatMap((group) => makeGrid(group.slice(0, 1).map(portName), group, targetName, order)));
	});
}

/** Names of sources and targets as rows and columns follow each other. */
export function nameOrder(cells: CellVerdict[]): string[] {
	const order = unique([...cells.map((cell) => cell.from), ...cells.map(targetName)]);
	return order.length > fewNames ? order.sort() : order;
}

/** `orders:8080` as a name and a port, for a head of two lines; without a port, the name alone. */
export function splitTarget(column: string): { name: string; port: string } {
	const colon = column.lastIndexOf(':');
	return colon === -1 ? { name: column, port: '' } : { name: column.slice(0, colon), port: column.slice(colon) };
}

function widthOf(targets: string[]): number {
	return targets.map(splitTarget).reduce((sum, { name, port }) => sum + Math.max(name.length, port.length) + 2, 0);
}

/** Ports whose matrices are equal share one. */
function mergeAlike(grids: Grid[]): Grid[] {
	const merged = new Map<string, Grid>();
	for (const grid of grids) {
		const squares = grid.rows.map((row) => [row, grid.columns.map((column) => letters(grid.at(row, column)))]);
		const fingerprint = JSON.stringify([grid.families, grid.columns, squares]);
		const alike = merged.get(fingerprint);
		if (alike) alike.ports.push(...grid.ports);
		else merged.set(fingerprint, grid);
	}
	return [...merged.values()];
}

export function letters(square: CellSymbol[] | undefined): string {
	return square?.map((symbol) => symbol.letter).join('') ?? '';
}

/** `to` without the port, which the grid's title already says. */
export function targetName(cell: CellVerdict): string {
	const suffix = `:${cell.port}`;
	return cell.to.endsWith(suffix) ? cell.to.slice(0, -suffix.length) : cell.to;
}

/** `orders:8080`, `orders:53/udp`, as scenario files write it. */
export function targetWithPort(cell: CellVerdict): string {
	const protocol = cell.protocol === 'tcp' ? '' : `/${cell.protocol}`;
	return `${targetName(cell)}:${cell.port}${protocol}${kindSuffix(cell)}`;
}

/** `80/tcp`, with the kind of attempt unless it only connects. */
export function portName(cell: CellVerdict): string {
	return `${cell.port}/${cell.protocol}${kindSuffix(cell)}`;
}

function makeGrid(
	ports: string[],
	group: CellVerdict[],
	columnOf: (cell: CellVerdict) => string,
	order: string[],
): Grid {
	const squares = new Map<string, Map<IpFamily, CellVerdict>>();
	for (const cell of group) {
		const key = `${cell.from}\n${columnOf(cell)}`;
		const square = squares.get(key) ?? new Map<IpFamily, CellVerdict>();
		const before = square.get(cell.family);
		square.set(cell.family, before ? worse(before, cell) : cell);
		squares.set(key, square);
	}
	const at = (row: string, column: string): CellSymbol[] | undefined => {
		const square = squares.get(`${row}\n${column}`);
		return (
			square &&
			mergeEqual([...square].sort(([one], [other]) => one.localeCompare(other)).map(([, cell]) => symbolOf(cell)))
		);
	};
	const inOrder = (names: string[]): string[] =>
		names.sort((one, other) => order.indexOf(splitTarget(one).name) - order.indexOf(splitTarget(other).name));
	const rows = inOrder(unique(group.map((cell) => cell.from)));
	const columns = inOrder(unique(group.map(columnOf)));
	const widths = rows.flatMap((row) => columns.map((column) => at(row, column)?.length ?? 0));
	return {
		phase: group[0]?.phase,
		ports,
		families: unique(group.map((cell) => cell.family)).sort(),
		rows,
		columns,
		at,
		width: Math.max(1, ...widths),
	};
}

function kindSuffix(cell: CellVerdict): string {
	const kind = describeKind(cell);
	return kind === '' ? '' : ` ${kind}`;
}

function mergeEqual(symbols: CellSymbol[]): CellSymbol[] {
	return symbols.every((symbol) => symbol === symbols[0]) ? symbols.slice(0, 1) : symbols;
}

export function unique<Value>(values: Value[]): Value[] {
	return [...new Set(values)];
}

/** In the order in which keys first appear. */
export function groupBy<Value>(values: Value[], keyOf: (value: Value) => string): Map<string, Value[]> {
	const groups = new Map<string, Value[]>();
	for (const value of values) {
		const group = groups.get(keyOf(value));
		if (group) group.push(value);
		else groups.set(keyOf(value), [value]);
	}
	return groups;
}

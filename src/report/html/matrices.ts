import type { IpFamily } from '../../model/address.ts';
import type { CellVerdict } from '../../model/verdict.ts';
import { groupBy, nameOrder, portName, splitTarget, targetName, targetWithPort, unique } from '../grid.ts';
import type { PlacedCell } from './square.ts';

/** From × to for one phase and family, and for one port unless the columns name theirs. */
export interface Matrix {
	phase: string | undefined;
	family: IpFamily;
	/** `80/tcp`; undefined where the columns name their ports. */
	port: string | undefined;
	rows: string[];
	columns: string[];
	/** The cells on a square, nearly always one or none; several attempts may have the same path. */
	at(row: string, column: string): PlacedCell[];
}

/** Up to so many targets with their ports stand beside each other in one matrix; else there is one for each port. */
const fewTargets = 12;

/** A scenario's matrices in the order of the plan. `start`: the place of its first cell among those of the run. */
export function matricesOf(cells: CellVerdict[], start: number): Matrix[] {
	const order = nameOrder(cells);
	const placed = cells.map((cell, index): PlacedCell => ({ cell, place: start + index }));
	const phases = groupBy(placed, ({ cell }) => cell.phase ?? '');
	return [...phases.values()].flatMap((ofPhase) => {
		const ports = groupBy(ofPhase, ({ cell }) => portName(cell));
		const targets = unique(ofPhase.map(({ cell }) => targetWithPort(cell)));
		if (ports.size > 1 && targets.length <= fewTargets) return perFamily(ofPhase, undefined, targetWithPort, order);
		return [...ports].flatMap(([port, ofPort]) => perFamily(ofPort, port, targetName, order));
	});
}

function perFamily(
	cells: PlacedCell[],
	port: string | undefined,
	columnOf: (cell: CellVerdict) => string,
	order: string[],
): Matrix[] {
	return [...groupBy(cells, ({ cell }) => cell.family)]
		.sort(([one], [other]) => (one < other ? -1 : 1))
		.map(([, ofFamily]) => makeMatrix(ofFamily, port, columnOf, order));
}

function makeMatrix(
	cells: PlacedCell[],
	port: string | undefined,
	columnOf: (cell: CellVerdict) => string,
	order: string[],
): Matrix {
	const squares = groupBy(cells, ({ cell }) => JSON.stringify([cell.from, columnOf(cell)]));
	const ranks = new Map(order.map((name, rank) => [name, rank]));
	const rank = (name: string): number => ranks.get(name) ?? ranks.get(splitTarget(name).name) ?? ranks.size;
	const inOrder = (names: string[]): string[] => unique(names).sort((one, other) => rank(one) - rank(other));
	return {
		phase: cells[0]?.cell.phase,
		family: cells[0]?.cell.family ?? 'ipv4',
		port,
		rows: inOrder(cells.map(({ cell }) => cell.from)),
		columns: inOrder(cells.map(({ cell }) => columnOf(cell))),
		at: (row, column) => squares.get(JSON.stringify([row, column])) ?? [],
	};
}

import type { CellSymbol } from './cell-symbol.ts';
import { type Grid, letters, splitTarget } from './grid.ts';
import { paint } from './paint.ts';

/** A grid, or a stretch of its columns, made ready to stand beside others: every line is `width` characters wide. */
export interface Block {
	grid: Grid;
	titles: string[];
	/** Lines above the squares, each with a text per column. */
	heads: string[][];
	columns: string[];
	columnWidths: number[];
	/** Between columns. */
	separator: string;
	width: number;
}

/** With the names of the targets over the columns, their ports below where the columns are targets with ports. */
export function namedBlock(grid: Grid): Block {
	const targets = grid.columns.map(splitTarget);
	const names = targets.map(({ name }, index) => (index > 0 && targets[index - 1]?.name === name ? '' : name));
	const ports = targets.map(({ port }) => port);
	const heads = ports.every((port) => port === '') ? [names] : [names, ports];
	const columnWidths = grid.columns.map((_column, index) =>
		Math.max(grid.width, ...heads.map((head) => head[index]?.length ?? 0)),
	);
	return block({ grid, titles: titlesOf(grid), heads, columns: grid.columns, columnWidths, separator: '  ' });
}

/** With short keys over the columns; several blocks when they don't fit into one. */
export function keyedBlocks(grid: Grid, keys: Map<string, string>, room: number): Block[] {
	const heads = grid.columns.map((column) => keys.get(column) ?? '');
	const columnWidth = Math.max(grid.width, ...heads.map((key) => key.length));
	const perBlock = Math.max(1, Math.floor((room + 1) / (columnWidth + 1)));
	const starts = grid.columns.map((_column, index) => index).filter((index) => index % perBlock === 0);
	return starts.map((start) => {
		const columns = grid.columns.slice(start, start + perBlock);
		const titles = titlesOf(grid).map((title) => clip(start === 0 ? title : `${title}, continued`, room));
		const columnWidths = columns.map(() => columnWidth);
		return block({
			grid,
			titles,
			heads: [heads.slice(start, start + perBlock)],
			columns,
			columnWidths,
			separator: ' ',
		});
	});
}

/** The line of one text per column. */
export function headLine({ columnWidths, separator, width }: Block, head: string[]): string {
	return columnWidths
		.map((columnWidth, index) => (head[index] ?? '').padEnd(columnWidth))
		.join(separator)
		.padEnd(width);
}

/** The squares of one row, in the middle of their columns. */
export function rowLine(
	{ grid, columns, columnWidths, separator, width }: Block,
	row: string,
	colour: boolean,
): string {
	let length = 0;
	const squares = columns.map((column, index) => {
		const square = grid.at(row, column);
		const columnWidth = columnWidths[index] ?? 0;
		const before = Math.floor((columnWidth - letters(square).length) / 2);
		length += columnWidth + (index === 0 ? 0 : separator.length);
		return `${' '.repeat(before)}${drawSquare(square, colour)}${' '.repeat(columnWidth - before - letters(square).length)}`;
	});
	return squares.join(separator) + ' '.repeat(width - length);
}

function drawSquare(square: CellSymbol[] | undefined, colour: boolean): string {
	return square?.map((symbol) => paint(colour, ...symbol.styles)(symbol.letter)).join('') ?? '';
}

function block(parts: Omit<Block, 'width'>): Block {
	const { titles, columnWidths, separator } = parts;
	const squares = columnWidths.reduce((sum, width) => sum + width + separator.length, -separator.length);
	return { ...parts, width: Math.max(squares, ...titles.map((title) => title.length)) };
}

function titlesOf(grid: Grid): string[] {
	const families = grid.families.join(' + ');
	const what = grid.ports.length === 0 ? families : `${grid.ports.join(' ')} (${families})`;
	return grid.phase === undefined ? [what] : [grid.phase, what];
}

function clip(text: string, width: number): string {
	return text.length <= width ? text : `${text.slice(0, width - 1)}…`;
}

import { type Grid, letters } from './grid.ts';
import { type Block, headLine, keyedBlocks, namedBlock, rowLine } from './matrix-block.ts';
import { paint } from './paint.ts';

export interface MatrixOptions {
	colour: boolean;
	/** Characters per line. */
	width: number;
	/** More rows than this: only those with something to look at. */
	rows: number;
}

const gap = 4;
const corner = 'from \\ to';

/** What stands left of the squares. */
interface Labels {
	of: (row: string) => string;
	width: number;
}

/**
 * Draws a scenario's grids, as many side by side as fit. Where the names of the targets fit over the columns they stand
 * there; else a short key, which the rows explain.
 */
export function renderMatrices(grids: Grid[], options: MatrixOptions): string[] {
	const rows = [...new Set(grids.flatMap((grid) => grid.rows))];
	const shown = interestingRows(rows, grids, options.rows);
	const names = { of: (row: string) => row, width: Math.max(corner.length, ...rows.map((row) => row.length)) };
	const named = grids.map(namedBlock);
	const bands = pack(named, options.width - names.width - 2);
	const fits = named.every((block) => block.width <= options.width - names.width - 2);
	// Many bands of names take more of a screen than one band of keys.
	if (fits && (bands.length <= 2 || grids.some((grid) => grid.phase !== undefined))) {
		return [...bands.flatMap((band) => renderBand(band, shown, names, options)), ...hidden(rows, shown)];
	}
	return renderKeyed(grids, rows, shown, options);
}

function renderKeyed(grids: Grid[], rows: string[], shown: string[], options: MatrixOptions): string[] {
	const targets = [...new Set(grids.flatMap((grid) => grid.columns))].filter((target) => !rows.includes(target));
	const keys = new Map([...rows, ...targets].map((name, index) => [name, keyOf(index)]));
	const longest = Math.max(...[...keys.values()].map((key) => key.length));
	const label = (row: string): string => `${(keys.get(row) ?? '').padStart(longest)} ${row}`;
	const labels = { of: label, width: Math.max(corner.length, ...rows.map((row) => label(row).length)) };
	const room = options.width - labels.width - 2;
	const bands = pack(
		grids.flatMap((grid) => keyedBlocks(grid, keys, room)),
		room,
	);
	return [
		...bands.flatMap((band) => renderBand(band, shown, labels, options)),
		...hidden(rows, shown),
		...wrap(
			targets.map((target) => `${keys.get(target)} ${target}`),
			options.width,
		),
	];
}

/** a, b, ... z, A, ... Z, then numbers. */
function keyOf(index: number): string {
	const alphabet = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
	return alphabet[index] ?? String(index + 1);
}

function pack(blocks: Block[], room: number): Block[][] {
	const bands: Block[][] = [];
	for (const block of blocks) {
		const band = bands.at(-1);
		if (band && [...band, block].reduce((sum, one) => sum + one.width + gap, -gap) <= room) band.push(block);
		else bands.push([block]);
	}
	return bands;
}

function renderBand(band: Block[], rows: string[], labels: Labels, options: MatrixOptions): string[] {
	const dim = paint(options.colour, 'dim');
	const bold = paint(options.colour, 'bold');
	const indent = ' '.repeat(labels.width + 2);
	const across = (draw: (block: Block) => string): string => band.map(draw).join(' '.repeat(gap)).trimEnd();
	const titles = upTo(band.map((block) => block.titles.length));
	const heads = upTo(band.map((block) => block.heads.length));
	const present = rows.filter((row) => band.some((block) => block.grid.rows.includes(row)));
	const title = (block: Block, index: number): string => {
		const text = block.titles[index] ?? '';
		return bold(text) + ' '.repeat(block.width - text.length);
	};
	return [
		...titles.map((index) => indent + across((block) => title(block, index))),
		...heads.map((index) => {
			const left = index === heads.length - 1 ? dim(corner.padEnd(labels.width)) : ' '.repeat(labels.width);
			return `${left}  ${across((block) => headLine(block, block.heads[index] ?? []))}`;
		}),
		dim('─'.repeat(labels.width + 2 + band.reduce((sum, block) => sum + block.width + gap, -gap))),
		...present.map((row) => {
			const squares = across((block) => rowLine(block, row, options.colour));
			return `${labels.of(row).padEnd(labels.width)}  ${squares}`;
		}),
		'',
	];
}

function upTo(counts: number[]): number[] {
	return Array.from({ length: Math.max(...counts) }, (_, index) => index);
}

function interestingRows(rows: string[], grids: Grid[], limit: number): string[] {
	if (rows.length <= limit) return rows;
	return rows.filter((row) =>
		grids.some((grid) => grid.columns.some((column) => /[LB?]/.test(letters(grid.at(row, column))))),
	);
}

function hidden(rows: string[], shown: string[]): string[] {
	const count = rows.length - shown.length;
	return count === 0 ? [] : [`… and ${count} rows without a finding (-v shows them)`, ''];
}

/** Words into lines. */
export function wrap(words: string[], width: number, separator = '   '): string[] {
	const lines: string[] = [];
	for (const word of words) {
		const last = lines.at(-1);
		if (last !== undefined && last.length + separator.length + word.length <= width)
			lines[lines.length - 1] = last + separator + word;
		else lines.push(word);
	}
	return lines;
}

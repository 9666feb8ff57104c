import type { Verdict } from '../model/verdict.ts';
import { plural } from './counts.ts';
import { type Style, paint } from './paint.ts';

interface Change {
	id: string;
	before: Verdict | undefined;
	after: Verdict | undefined;
}

const kinds: Record<string, { means: string; styles: Style[] }> = {
	new: { means: 'fails now', styles: ['bold', 'red'] },
	fixed: { means: 'failed, and passes now', styles: ['green'] },
	changed: { means: 'another verdict', styles: ['yellow'] },
	added: { means: 'was not there before', styles: ['cyan'] },
	gone: { means: 'is not there any more', styles: ['gray'] },
};

/** What differs between two runs, for people: a block for each kind of change, empty ones left out. */
export function renderDifference(
	{ old, new: fresh, changes }: { old: string; new: string; changes: Record<string, Change[]> },
	{ colour }: { colour: boolean },
): string {
	const blocks = Object.entries(changes).filter(([, list]) => list.length > 0);
	const lines = blocks.flatMap(([kind, list]) => {
		const { means, styles } = kinds[kind] ?? { means: '', styles: [] };
		const head = `${paint(colour, ...styles)(kind)}  ${plural(list.length, 'cell')}: ${means}`;
		return [head, ...list.map(describeChange), ''];
	});
	return `${[`${old} → ${fresh}`, '', ...(lines.length === 0 ? ['no verdict differs', ''] : lines)].join('\n')}`;
}

function describeChange({ id, before, after }: Change): string {
	return `    ${(before ?? '–').padEnd(12)} → ${(after ?? '–').padEnd(12)}  ${id}`;
}

import type { CellVerdict } from '../../../model/verdict.ts';
import { diagnoses } from '../../diagnoses.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePath,
	describePosition,
	describePredicted,
} from '../../describe-cell.ts';
import { describeWaiver } from '../../gate-view.ts';
import { describeWireOf } from '../../wire.ts';
import { type Side, sidesOf } from '../sides.ts';
import { make } from './elements.ts';

const proofs: Record<CellVerdict['proof'], string> = {
	bracketed: 'bracketed: the same path was open before the policies and again after them',
	contrast: 'contrast: meanwhile a sibling got through to the same port, and this client reached another target',
	none: 'none',
};

/** Everything that is known about a cell, as three columns below its name. */
export function describeCell(cell: CellVerdict): Node[] {
	const title = make('h2', '', make('span', `badge ${cell.verdict}`, cell.verdict), ' ', describePath(cell));
	title.id = 'evidence-title';
	const close = make('button', 'close', 'Close');
	close.setAttribute('aria-keyshortcuts', 'Escape');
	const where = cell.phase === undefined ? cell.scenario : `${cell.scenario}, phase ${cell.phase}`;
	const columns = make('div', 'columns', whyColumn(cell), controlsColumn(cell), traceColumn(cell));
	return [make('header', '', title, make('p', 'where', `${where}, ${cell.kind}`), close), columns];
}

function whyColumn(cell: CellVerdict): Node {
	const { declared, predicted, observed } = sidesOf(cell);
	const list = make(
		'dl',
		'sides',
		...row('declared', ...withMark(declared, describeDeclared(cell))),
		...row('predicted', ...withMark(predicted, describePredicted(cell))),
		...row('observed', ...withMark(observed, describeObserved(cell))),
	);
	const waiver = cell.waiver === undefined ? [] : [{ code: 'waived', text: describeWaiver(cell) }];
	const reasons = [...waiver, ...cell.reasons, ...cell.findings].map(({ code, text }) =>
		make('p', 'reason', text, ' ', make('code', '', code)),
	);
	const means = cell.diagnosis === undefined ? [] : [make('p', '', `That means: ${diagnoses[cell.diagnosis]}.`)];
	return make('section', '', make('h3', '', 'Why'), ...reasons, ...means, list);
}

function controlsColumn(cell: CellVerdict): Node {
	// What did not hold first: it is what the verdict hangs on.
	const sorted = [...cell.controls].sort((one, other) => Number(one.held) - Number(other.held));
	const items = sorted.map(({ control, held, detail }) =>
		make(
			'li',
			held ? 'held' : 'unheld',
			make('b', '', held ? '✓' : '✗'),
			make('span', '', make('strong', '', held ? control : `${control}: did not hold`), ' ', detail),
		),
	);
	const held = sorted.filter((control) => control.held).length;
	const title = `Controls: ${held} of ${sorted.length} held`;
	if (sorted.length === 0)
		return make('section', '', make('h3', '', 'Controls'), make('p', '', 'This verdict rests on none.'));
	return make('section', '', make('h3', '', title), make('ul', 'controls', ...items));
}

function traceColumn(cell: CellVerdict): Node {
	const { tries, outcomes, delivered, synReceived, roundTrip, forwarded = [] } = cell.observed;
	const counted = Object.entries(outcomes).map(([code, count]) => `${count} × ${code}`);
	const evidence = describeEvidence(cell.evidence);
	const wire = describeWireOf(cell);
	const halfOpen = synReceived === 0 ? '' : `, ${synReceived} seen half-open`;
	const list = make(
		'dl',
		'sides',
		...row('client', tries === 0 ? 'no try was made' : `${tries} tries: ${counted.join(', ')}`),
		...row('witness', `${delivered} of ${tries} tokens seen at the target${halfOpen}`),
		...(wire === '' ? [] : row('wire', wire)),
		...(roundTrip === undefined ? [] : row('round trip', `${roundTrip.toFixed(2)} ms (median)`)),
		...forwarded.flatMap(({ header, tries: count }) => row('forwarded', `${count} × `, make('code', '', header))),
		...row('proof', proofs[cell.proof]),
		...(evidence === '' ? [] : row('evidence', make('code', '', evidence))),
		...row('declared at', make('code', '', describePosition(cell))),
		...row('case id', copyable(cell.id, 'Copy the case id')),
		...row('repeat', copyable(cell.repeat, 'Copy the command')),
	);
	return make('section', '', make('h3', '', 'What was recorded'), list);
}

function row(label: string, ...content: (Node | string)[]): Node[] {
	return [make('div', '', make('dt', '', label), make('dd', '', ...content))];
}

function withMark({ letter, shape }: Side, text: string): (Node | string)[] {
	return [make('i', shape, letter), ' ', text];
}

function copyable(text: string, label: string): Node {
	const button = make('button', 'copy', 'Copy');
	button.dataset['copy'] = text;
	button.setAttribute('aria-label', label);
	return make('span', 'command', make('code', '', text), button);
}

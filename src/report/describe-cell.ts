import type { OutcomeCode } from '../model/outcome.ts';
import type { CellVerdict } from '../model/verdict.ts';

/** `client-two → app-one:80/tcp, ipv4`. */
export function describePath({ from, to, port, protocol, family }: CellVerdict): string {
	const suffix = `:${port}`;
	const target = to.endsWith(suffix) ? to.slice(0, -suffix.length) : to;
	return `${from} → ${target}:${port}/${protocol}, ${family}`;
}

/** `blocked (only the billing team may)`. */
export function describeDeclared(cell: CellVerdict): string {
	return cell.because ? `${cell.expectation} (${cell.because})` : cell.expectation;
}

/** `blocked, because default-deny selects app-one and no rule admits it`. */
export function describePredicted(cell: CellVerdict): string {
	const { verdict, because } = cell.prediction;
	return because.length === 0 ? verdict : `${verdict}, because ${because.join('; ')}`;
}

/** `open: 3 tries, 3 replied; the target saw 3 tokens`. */
export function describeObserved(cell: CellVerdict): string {
	const { state, tries, outcomes, delivered, synReceived } = cell.observed;
	if (tries === 0) return `${state}: no try was made`;
	const counted = (Object.entries(outcomes) as [OutcomeCode, number][])
		.filter(([, count]) => count > 0)
		.map(([code, count]) => `${count} ${code}`);
	const happened = [`${tries} ${tries === 1 ? 'try' : 'tries'}`, ...counted].join(', ');
	const halfOpen = synReceived > 0 ? ` and ${synReceived} half-open` : '';
	return `${state}: ${happened}; the target saw ${delivered === 0 ? 'none of them' : delivered}${halfOpen}`;
}

/** `scenarios/deny.yaml:31:7`. */
export function describePosition(cell: CellVerdict): string {
	return `${cell.position.file}:${cell.position.line}:${cell.position.column}`;
}

/** Line numbers as people write them: `history.jsonl:41,44-47`; empty without evidence. */
export function describeEvidence(lines: number[]): string {
	const sorted = [...new Set(lines)].sort((one, other) => one - other);
	const ranges: [number, number][] = [];
	for (const line of sorted) {
		const last = ranges.at(-1);
		if (last && line === last[1] + 1) last[1] = line;
		else ranges.push([line, line]);
	}
	if (ranges.length === 0) return '';
	return `history.jsonl:${ranges.map(([from, to]) => (from === to ? `${from}` : `${from}-${to}`)).join(',')}`;
}

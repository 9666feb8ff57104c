import type { CellVerdict, RunVerdicts } from '../model/verdict.ts';
import { plural } from './counts.ts';

/** `6 of 6 plaintext tokens seen, 0 of 4 mutual TLS tokens`; undefined where nothing is declared of it. */
export function describeWire(cells: readonly CellVerdict[]): string | undefined {
	const told = cells.filter(({ kind, observed }) => (kind === 'plaintext' || kind === 'mtls') && observed.tries > 0);
	const mutual = told.filter(({ kind }) => kind === 'mtls');
	if (mutual.length === 0) return undefined;
	const seen = told.filter(({ wire }) => wire !== undefined && wire.state !== 'unknown');
	const sure = mutual.filter(isMeant);
	const unsure = mutual.filter((cell) => !isMeant(cell));
	const parts = [
		...countOf(
			'plaintext tokens seen',
			seen.filter(({ kind }) => kind === 'plaintext'),
		),
		...countOf(
			'mutual TLS tokens',
			seen.filter((cell) => sure.includes(cell)),
		),
		...countOf(
			'of sidecars where mutual TLS is not declared',
			seen.filter((cell) => unsure.includes(cell)),
		),
	];
	const unknown = told.filter(({ wire }) => wire?.state === 'unknown').length;
	const all = [
		...(parts.length > 0 ? [parts.join(', ')] : []),
		...(unknown > 0 ? [`nothing can be said of ${plural(unknown, 'cell')}`] : []),
	];
	return all.length === 0 ? 'no evidence was taken' : all.join('; ');
}

/** Of all scenarios, with the reason where a cluster has nobody to look. */
export function describeWireOfRun({ scenarios, cluster }: RunVerdicts): string | undefined {
	const told = describeWire(scenarios.flatMap(({ cells }) => cells));
	if (told === undefined || cluster?.wireCapture) return told;
	const why =
		cluster?.driver === 'existing' ? 'that needs --wire-capture' : 'packets can’t be captured on this cluster';
	return `no evidence was taken: ${why}`;
}

/** Of one cell; empty where nothing was captured. */
export function describeWireOf({ wire }: CellVerdict): string {
	if (!wire) return '';
	if (wire.state === 'unknown') return 'on the wire: nothing can be said';
	return `on the wire ${wire.readable} of ${wire.tries} tokens seen`;
}

/** It is declared that it gets through, and so that nobody reads it. */
function isMeant({ expectation, prediction }: CellVerdict): boolean {
	return expectation === 'allowed' || (expectation === 'predicted' && prediction.verdict === 'allowed');
}

function countOf(what: string, cells: readonly CellVerdict[]): string[] {
	if (cells.length === 0) return [];
	const sum = (field: 'readable' | 'tries') => cells.reduce((total, { wire }) => total + (wire?.[field] ?? 0), 0);
	return [`${sum('readable')} of ${sum('tries')} ${what}`];
}

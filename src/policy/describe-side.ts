import type { Prediction } from '../model/plan.ts';
import type { EvaluatedSide } from './evaluate-side.ts';
import type { Truth } from './truth.ts';
import type { Connection } from './world.ts';

const words = { yes: 'allowed', no: 'blocked', open: 'open', unknown: 'unknown' } as const;

export function wordOf(truth: Truth): Prediction['verdict'] {
	return words[truth];
}

/** `app-one is selected by shop/default-deny, and no rule of it allows client-two on 80/tcp`. */
export function describeSide(
	side: EvaluatedSide,
	{ from, protocol }: Pick<Connection, 'from' | 'protocol'>,
	way: { to: string; port: number },
): string {
	const { verdict, selectedBy, matching, subject, note } = side;
	if (note !== undefined && (verdict !== 'no' || selectedBy.length === 0)) return note;
	if (selectedBy.length === 0) return `no policy selects ${subject}`;
	const rules = matching.filter(({ truth }) => truth === verdict).map(({ rule }) => rule);
	if (verdict === 'yes') return `${listed(rules)} ${rules.length > 1 ? 'allow' : 'allows'} it`;
	if (verdict !== 'no') return `${listed(rules)} may allow it, depending on ${unknownAddress[verdict]}`;
	const client = from.kind === 'pod' ? from.name : `${from.kind}/${from.name}`;
	const path = side.direction === 'egress' ? `the way to ${way.to}` : client;
	const all = selectedBy.length > 1 ? 'them' : 'it';
	return `${subject} is selected by ${listed(selectedBy)}, and no rule of ${all} allows ${path} on ${way.port}/${protocol}`;
}

const unknownAddress = {
	open: 'the address that the node sends from',
	unknown: 'an address that is not known yet',
} as const;

/** So many are named; a policy set may have hundreds. */
const shown = 5;

function listed(names: readonly string[]): string {
	const distinct = [...new Set(names)];
	const more = distinct.length - shown;
	return more > 0 ? `${distinct.slice(0, shown).join(', ')} and ${more} more` : distinct.join(', ');
}

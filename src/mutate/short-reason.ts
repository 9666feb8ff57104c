/**
 * Why paths are what they are, in a few words, as the author of a scenario would put it: from what a prediction says of
 * each of them.
 */
export function shortReason(verdict: 'allowed' | 'blocked', becauses: readonly (readonly string[])[]): string {
	const reasons = [...new Set(becauses.map((because) => reasonOf(verdict, because)))];
	const [first = ''] = reasons;
	if (reasons.length === 1) return first;
	return verdict === 'allowed' ? 'the rules allow it' : 'no rule allows it';
}

function reasonOf(verdict: 'allowed' | 'blocked', because: readonly string[]): string {
	const beyond = because.filter((line) => !/^(egress|ingress): /.test(line)).at(-1);
	if (beyond !== undefined && (verdict === 'blocked' || because.every(saysNothing))) {
		return beyond.replace(/^[a-z ]+: /, '');
	}
	if (verdict === 'blocked') return 'no rule allows it';
	const rules = because.flatMap(
		(line) => /^(?:egress|ingress): (?:\S+\/)?(\S+) (?:egress|ingress)\[/.exec(line)?.[1] ?? [],
	);
	const names = [...new Set(rules)];
	if (names.length === 0) return 'no policy selects either end';
	return `${names.join(' and ')} ${names.length === 1 ? 'allows' : 'allow'} it`;
}

/** Of one side, that no policy is about it. */
function saysNothing(line: string): boolean {
	return !/^(egress|ingress): /.test(line) || /: no policy selects |is no pod$/.test(line);
}

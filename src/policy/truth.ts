/**
 * What can be said of a condition. `open`: the specification permits engines to differ. `unknown`: a fact is missing
 * (an address that is given out later, a kind of policy that isn't modelled). Kleene's logic with two middle values:
 * a middle value never becomes `yes` or `no` by itself, and `unknown` hides `open`.
 */
export type Truth = 'yes' | 'no' | 'open' | 'unknown';

/** All of them; nothing at all is `yes`. */
export function allOf(truths: Iterable<Truth>): Truth {
	return dominated(truths, 'no', 'yes');
}

/** At least one of them; nothing at all is `no`. */
export function anyOf(truths: Iterable<Truth>): Truth {
	return dominated(truths, 'yes', 'no');
}

export function negated(truth: Truth): Truth {
	if (truth === 'yes') return 'no';
	return truth === 'no' ? 'yes' : truth;
}

/** What holds under every reading that the specification permits; `open` where the readings differ. */
export function underEachReading(truths: readonly [Truth, ...Truth[]]): Truth {
	const [first, ...others] = truths;
	if (others.every((truth) => truth === first)) return first;
	return truths.includes('unknown') ? 'unknown' : 'open';
}

export function truthOf(value: boolean): Truth {
	return value ? 'yes' : 'no';
}

function dominated(truths: Iterable<Truth>, strongest: 'yes' | 'no', weakest: 'yes' | 'no'): Truth {
	let result: Truth = weakest;
	for (const truth of truths) {
		if (truth === strongest) return strongest;
		if (truth === 'unknown' || (truth === 'open' && result !== 'unknown')) result = truth;
	}
	return result;
}

/** Go's durations without signs: `30s`, `1m30s`, `1.5h`, `500ms`. */
export const durationPattern = /^(?:\d{1,9}(?:\.\d{1,6})?(?:ms|s|m|h))+$/;
/** `20/s`, `30/m`. */
export const ratePattern = /^[1-9]\d{0,5}\/(?:s|m)$/;

const unitMilliseconds: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a text that matches `durationPattern`. */
export function parseDuration(text: string): number {
	let total = 0;
	for (const [, amount, unit] of text.matchAll(/([\d.]+)(ms|s|m|h)/g)) {
		total += Number(amount) * (unitMilliseconds[unit ?? ''] ?? 0);
	}
	return Math.round(total);
}

/** How many milliseconds lie between two tries at a rate that matches `ratePattern`. */
export function parseRate(text: string): number {
	const [amount, unit] = text.split('/');
	return (unitMilliseconds[unit ?? ''] ?? 0) / Number(amount);
}

import type { CellVerdict, ChaosMeasures, ChaosWindow, Spread } from '../model/verdict.ts';
import { describeDuration, plural } from './counts.ts';

/** Windows of a path that are told one by one. */
const windowsShown = 3;

/** What was measured on a path around a fault, a phrase each; empty for other cells. */
export function describeChaos({ chaos }: CellVerdict): string[] {
	if (!chaos) return [];
	const { forbidden, allowed, closing, opening, exposure, outlived } = chaos;
	const phrases: string[] = [];
	if (forbidden.time > 0) {
		const under = `${percent(forbidden.covered)} of it while its server answered others, tried at least every ${describeDuration(Math.ceil(forbidden.gap))}`;
		phrases.push(`forbidden for ${describeDuration(forbidden.time)}, ${under}: ${leaksOf(chaos)}`);
	}
	if (closing) phrases.push(`closed ${describeSpread(closing)} after the change`);
	if (exposure && exposure.longest > 0) phrases.push(`open in one round for ${describeSpread(exposure)} in all`);
	if (allowed.time > 0) phrases.push(`allowed for ${describeDuration(allowed.time)}: ${outagesOf(chaos)}`);
	if (outlived) phrases.push(`went on for ${describeSpread(outlived)} when new connections were forbidden`);
	if (opening) phrases.push(`open ${describeSpread(opening)} after the change`);
	return phrases;
}

function leaksOf({ leakWindows, leakWidth, leaks }: ChaosMeasures): string {
	if (!leakWidth) return 'no token got through';
	return `${plural(leakWindows, 'leak window')} of ${describeSpread(leakWidth)} (${windowsOf(leaks, leakWindows)})`;
}

function outagesOf({ outageWindows, outageWidth, outages }: ChaosMeasures): string {
	if (!outageWidth) return 'every token was answered';
	return `${plural(outageWindows, 'outage')} of ${describeSpread(outageWidth)} (${windowsOf(outages, outageWindows)})`;
}

function windowsOf(windows: readonly ChaosWindow[], all: number): string {
	const shown = windows.slice(0, windowsShown).map(describeWindow);
	return [...shown, ...(all > shown.length ? [`${all - shown.length} more`] : [])].join('; ');
}

/** `round 2: 14 tries in 131 ms to 151 ms, 3 ms after inject flush-enforcer`. */
function describeWindow({ round, tries, atLeast, atMost, since }: ChaosWindow): string {
	const length = `${plural(tries, 'token')} in ${describeDuration(atLeast)} to ${describeDuration(atMost)}`;
	if (!since) return `round ${round + 1}: ${length}`;
	const { change, after } = since;
	const when = after < 0 ? `during ${change}` : `${describeDuration(after)} after ${change}`;
	return `round ${round + 1}: ${length}, ${when}`;
}

/** `25 ms ± 5 ms`, of several `25 ms (median of 5; p99 31 ms, longest 31 ms; ± 5 ms)`. */
function describeSpread({ samples, median, p99, longest, error }: Spread): string {
	if (samples === 1) return `${describeDuration(median)} ± ${describeDuration(error)}`;
	const rest = `p99 ${describeDuration(p99)}, longest ${describeDuration(longest)}; ± ${describeDuration(error)}`;
	return `${describeDuration(median)} (median of ${samples}; ${rest})`;
}

function percent(share: number): string {
	return `${Math.floor(share * 100)} %`;
}

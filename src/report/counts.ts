import type { Phase } from '../model/cluster.ts';
import { type Verdict, verdicts } from '../model/verdict.ts';

/** `2 leaks, 1 broken, 318 enforced`, the worst first; zeros are left out. */
export function describeCounts(counts: Record<Verdict, number>): string {
	const parts = verdicts
		.filter((verdict) => counts[verdict] > 0)
		.map((verdict) => (verdict === 'leak' ? plural(counts.leak, 'leak') : `${counts[verdict]} ${verdict}`));
	return parts.length === 0 ? 'no cells' : parts.join(', ');
}

export function plural(count: number, noun: string): string {
	return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Milliseconds for people: `0.4 ms`, `35 ms`, `1.2 s`, `3 min 5 s`. */
export function describeDuration(milliseconds: number): string {
	if (milliseconds < 10 && !Number.isInteger(milliseconds)) return `${milliseconds.toFixed(1)} ms`;
	if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
	if (milliseconds < 60_000) return `${(milliseconds / 1000).toFixed(1)} s`;
	const seconds = Math.round(milliseconds / 1000);
	return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** What something took, as a whole and in its parts, those too short to matter left out: `34.2 s: creating nodes 30.1 s, …`. */
export function describePhases(phases: readonly Phase[]): string {
	const total = phases.reduce((sum, { duration }) => sum + duration, 0);
	const parts = phases.filter(({ duration }) => duration >= 100);
	if (parts.length === 0) return describeDuration(total);
	return `${describeDuration(total)}: ${parts.map(({ phase, duration }) => `${phase} ${describeDuration(duration)}`).join(', ')}`;
}

import type { Subject } from './subject.ts';

/** Where in a scenario of phases an attempt has to stand; undefined where it has none. */
export function momentText({ scenario, timeline }: Subject, number: number): string | undefined {
	if (!scenario.phases) return undefined;
	const moment = timeline.moments[number];
	if (moment?.attempts) {
		const { phase } = moment.attempts;
		return phase === undefined ? 'in the first attempts' : `in the phase ${phase}`;
	}
	const change = moment?.change;
	if (!change) return 'before the first change';
	const what = 'policies' in change ? change.policies : 'pods' in change ? change.pods : [change.pod ?? 'a namespace'];
	return `in attempts of their own, after ${change.do} ${what.join(', ')}`;
}

import type { Phase } from '../model/cluster.ts';
import type { HistoryEvent } from '../model/event.ts';

/**
 * What a scenario's time went into, in the order in which each came first: deploying its pods, its agents, then its
 * changes and attempts by their purpose, and taking it down. What came before it began took none of it. `events`: of
 * this scenario only.
 */
export function phasesOf(events: readonly HistoryEvent[]): Phase[] {
	const durations = new Map<string, number>();
	const purposes = new Map<number, string>();
	let last = events[0]?.at ?? 0;
	const until = (phase: string, at: number) => {
		const end = Math.max(at, last);
		durations.set(phase, (durations.get(phase) ?? 0) + end - last);
		last = end;
	};
	const deployed = events.find(({ is }) => is === 'endpoint');
	if (deployed) until('deploy', deployed.at);
	for (const event of events) {
		if (event.is === 'epoch-began') {
			if (purposes.size === 0) until('agents', event.at);
			purposes.set(event.epoch, event.purpose);
		}
		if (event.is === 'change') until(event.action, event.at);
		if (event.is === 'epoch-ended') until(purposes.get(event.epoch) ?? 'attempts', event.at);
		if (event.is === 'scenario-ended') until('take down', event.at);
	}
	return [...durations].map(([phase, duration]) => ({ phase, duration: Math.round(duration * 1000) / 1000 }));
}

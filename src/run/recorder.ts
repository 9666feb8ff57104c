import type { HistoryWriter } from '../history/open-history.ts';
import type { ScenarioEventBody } from '../model/event.ts';

/** The history, seen from inside one scenario. */
export interface Recorder {
	/** `at`: on the run's clock, where it did not happen now. */
	append(event: ScenarioEventBody, at?: number): number;
	flush(): void;
	/** A `performance.now()` value on the run's clock. */
	time(now?: number): number;
}

export function recorderOf(history: HistoryWriter, scenario: string): Recorder {
	return {
		append: (event, at) => history.append({ scenario, ...event }, at),
		flush: () => history.flush(),
		time: (now) => history.time(now),
	};
}

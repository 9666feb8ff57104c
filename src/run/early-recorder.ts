import type { ScenarioEventBody } from '../model/event.ts';
import type { Recorder } from './recorder.ts';

/** Keeps what happens to a scenario until there is a run that it belongs to, and then records into that run's history. */
export class EarlyRecorder implements Recorder {
	readonly #origin = performance.now();
	#kept: { event: ScenarioEventBody; at: number }[] = [];
	#into: Recorder | undefined;

	append(event: ScenarioEventBody): number {
		if (this.#into) return this.#into.append(event);
		this.#kept.push({ event, at: this.time() });
		return 0;
	}

	flush(): void {
		this.#into?.flush();
	}

	/** On the run's clock, as soon as there is one; before that, since this recorder was made. */
	time(now = performance.now()): number {
		return this.#into ? this.#into.time(now) : round(now - this.#origin);
	}

	/** Appends what was kept. Returns what the run's clock calls the time at which this recorder was made, milliseconds. */
	join(recorder: Recorder): number {
		const by = recorder.time(this.#origin);
		for (const { event, at } of this.#kept) recorder.append(moved(event, by), round(at + by));
		this.#kept = [];
		this.#into = recorder;
		return by;
	}
}

/** With all its times on a clock that is `by` milliseconds ahead. */
function moved(event: ScenarioEventBody, by: number): ScenarioEventBody {
	switch (event.is) {
		case 'clock':
			return { ...event, offset: event.offset - by };
		case 'agent-ready':
			return { ...event, observableSince: round(event.observableSince + by) };
		case 'change':
			return {
				...event,
				requestedAt: round(event.requestedAt + by),
				acknowledgedAt: round(event.acknowledgedAt + by),
			};
		case 'result':
			return { ...event, startedAt: round(event.startedAt + by), endedAt: round(event.endedAt + by) };
		case 'witness':
		case 'identity':
		case 'syn':
		case 'hold-ended':
			return { ...event, seenAt: round(event.seenAt + by) };
		default:
			return event;
	}
}

function round(milliseconds: number): number {
	return Math.round(milliseconds * 1000) / 1000;
}

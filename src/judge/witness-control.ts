import type { EventOf } from '../model/event.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';
import type { ScenarioHistory } from './scenario-history.ts';

/**
 * No probe's numbering has a gap. Those that are neither client nor target count too: a token that came to one of them
 * would have made the cell inconclusive.
 */
export function numberingControl(history: ScenarioHistory): Control {
	const control = 'no record missing';
	for (const { agent, gap } of history.logs.values()) {
		if (gap !== undefined) return missing(control, 'witness-gap', `${agent}, record ${gap}`);
	}
	return held(control, `${history.logs.size} probes`);
}

/**
 * Everything that a probe recorded in the epoch is in the history: it answered the barrier, it dropped nothing, and no
 * token was answered or recorded that cannot be explained.
 */
export function recordsControl(
	history: ScenarioHistory,
	epoch: Epoch,
	probe: EventOf<'endpoint'>,
	role: 'witness' | 'client',
): Control {
	const control = `${role === 'witness' ? 'witness complete' : 'client records complete'}: ${probe.name}`;
	const lost = history.agentsLost.find((event) => event.agent === probe.name && isDuring(event.n, epoch));
	if (lost) return missing(control, 'agent-lost', `${probe.name}: ${lost.reason}`);
	const barrier = epoch.barriers.get(probe.uid);
	if (!barrier) return missing(control, 'witness-no-barrier', probe.name);
	if ((history.logs.get(probe.uid)?.overflows.length ?? 0) > 0) return missing(control, 'witness-overflow', probe.name);
	if (epoch.missedTokens.has(probe.uid)) return missing(control, 'witness-missed-token', probe.name);
	const stranger = history.unexplained.get(probe.uid)?.[0];
	if (stranger !== undefined) return missing(control, 'unexplained-token', `${probe.name}, line ${stranger}`);
	return held(control, `barrier is record ${barrier.seq}`);
}

function isDuring(n: number, epoch: Epoch): boolean {
	return n > (epoch.began?.n ?? 0) && n < (epoch.ended?.n ?? Number.POSITIVE_INFINITY);
}

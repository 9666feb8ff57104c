import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';
import type { ScenarioHistory } from './scenario-history.ts';

/** The epoch ended as planned, and nothing changed in it. */
export function epochControl(history: ScenarioHistory, epoch: Epoch): Control {
	const control = 'epoch complete';
	const { began, ended } = epoch;
	if (!began) return missing(control, 'epoch-unfinished', `the beginning of epoch ${epoch.number} is not recorded`);
	if (!ended) return missing(control, 'epoch-unfinished', `the end of epoch ${epoch.number} is not recorded`);
	if (!ended.complete) return missing(control, 'epoch-unfinished', `epoch ${epoch.number} was interrupted`);
	const change = history.changes.find(
		(candidate) =>
			(candidate.n > began.n && candidate.n < ended.n) ||
			(candidate.requestedAt < ended.at && candidate.acknowledgedAt > began.at),
	);
	if (change) return missing(control, 'epoch-disturbed', `${change.action} ${change.objects.join(', ')}`);
	return held(control, `epoch ${epoch.number}`);
}

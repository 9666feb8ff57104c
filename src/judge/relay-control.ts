import type { EventOf } from '../model/event.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';

/**
 * A resolver without a probe, such as the cluster's own DNS, passed queries on and brought their answers back in the same
 * epoch: what others asked of it came through, so that silence is not its own. What it passes on is seen by the resolver
 * behind it.
 */
export function relayControl(epoch: Epoch, server: EventOf<'endpoint'>): Control {
	const control = `passes queries on: ${server.name}`;
	const answered = epoch.tries.filter(
		({ event, seen }) => event.through?.includes(server.uid) === true && seen.lands === 'replied',
	);
	return answered.length > 0
		? held(control, `${answered.length} queries came back through it`)
		: missing(control, 'relay-not-shown', server.name);
}

import type { EventOf } from '../model/event.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';

/**
 * Nothing that isn't of the probes' protocol came to the server: a proxy that passes TLS on as it is, instead of
 * ending it, lets the client through to an application that merely doesn't understand it.
 */
export function strayControl(epoch: Epoch, server: EventOf<'endpoint'>): Control {
	const control = `nothing strange at: ${server.name}`;
	const readings = epoch.counters.get(server.uid);
	const before = readings?.before[0];
	const after = readings?.after.at(-1);
	if (!before || !after) return missing(control, 'counters-missing', server.name);
	const [from, to] = [before.counters.strays, after.counters.strays];
	return from === to
		? held(control, `${to} strays, before and after`)
		: missing(control, 'strays-at-server', `${server.name}: ${from} -> ${to}`);
}

import type { EventOf } from '../model/event.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';

/**
 * The client was able to send: its interfaces counted at least one packet for each of its tries in the epoch.
 * Tries to itself, and over connections that it holds, say nothing about that and are not counted.
 */
export function clientControl(epoch: Epoch, client: EventOf<'endpoint'>): Control {
	const control = `client sends: ${client.name}`;
	const readings = epoch.counters.get(client.uid);
	const before = readings?.before[0];
	const after = readings?.after.at(-1);
	if (!before || !after) return missing(control, 'client-not-counted', client.name);
	const sent = after.counters.sentPackets - before.counters.sentPackets;
	const needed = epoch.mustHaveSent.get(client.uid) ?? 0;
	const detail = `${sent} packets for ${needed} tries`;
	return sent >= needed ? held(control, detail) : missing(control, 'client-silent', `${client.name}: ${detail}`);
}

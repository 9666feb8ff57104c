import type { Protocol } from '../model/address.ts';
import type { AgentCounters } from '../model/agent.ts';
import type { LossCounters } from '../model/cluster.ts';
import type { EventOf } from '../model/event.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';

const lossesOf: Record<Protocol, (keyof AgentCounters)[]> = {
	tcp: ['listenDrops', 'listenOverflows'],
	udp: ['udpReceiveBufferErrors'],
	sctp: [],
};

const clusterLosses: (keyof LossCounters)[] = ['conntrackDrop', 'conntrackInsertFailed', 'neighbourTableFull'];

/** No packet of the protocol was lost inside a probe's own kernel. */
export function probeLossControl(epoch: Epoch, probe: EventOf<'endpoint'>, protocol: Protocol): Control {
	const control = `nothing lost: ${probe.name}`;
	const readings = epoch.counters.get(probe.uid);
	const before = readings?.before[0];
	const after = readings?.after.at(-1);
	if (!before || !after) return missing(control, 'counters-missing', probe.name);
	return compare(control, probe.name, lossesOf[protocol], before.counters, after.counters);
}

/** No packet was lost between the probes for want of room. */
export function clusterLossControl(epoch: Epoch): Control {
	const control = 'nothing lost: cluster';
	const before = epoch.losses.before[0];
	const after = epoch.losses.after.at(-1);
	if (!before || !after) return missing(control, 'losses-missing', `epoch ${epoch.number}`);
	return compare(control, 'cluster', clusterLosses, before.counters, after.counters);
}

function compare<Counters>(
	control: string,
	where: string,
	names: readonly (keyof Counters & string)[],
	before: Counters,
	after: Counters,
): Control {
	for (const name of names) {
		const [from, to] = [Number(before[name]), Number(after[name])];
		// A counter that fell was set back, so that what it lost in between is unknown.
		if (from !== to) return missing(control, 'losses-increased', `${where}: ${name} ${from} -> ${to}`);
	}
	return held(control, names.length === 0 ? 'no counter for this protocol' : `${names.join(', ')} unchanged`);
}

import type { Cell, ChaosPlan } from '../model/plan.ts';
import type { ChaosFindings } from './chaos-measures.ts';
import { clientControl } from './client-control.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';
import { clusterLossControl, probeLossControl } from './loss-control.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import { numberingControl, recordsControl } from './witness-control.ts';

/**
 * What has to hold for a path around a fault to be judged: every round was carried out and seen to do something, every
 * record arrived, nothing was lost. Probes that came or went meanwhile have no readings before and after.
 */
export function chaosControls(
	history: ScenarioHistory,
	step: number,
	chaos: ChaosPlan,
	cell: Cell,
	found: ChaosFindings,
): Control[] {
	const streams = history.streams.byCell.get(cell.id) ?? [];
	const epoch = history.epochs.get(history.streams.began.get(step)?.epoch ?? -1);
	if (!epoch?.ended?.complete) return [missing('rounds complete', 'epoch-unfinished', `chaos ${chaos.name}`)];
	const clients = new Set(streams.flatMap(({ began }) => began?.from ?? []));
	const targets = new Set(streams.flatMap(({ began }) => began?.targets ?? []));
	return [
		roundsControl(chaos, found),
		effectControl(found),
		numberingControl(history),
		clusterLossControl(epoch),
		...[...clients].flatMap((uid) => probeControls(history, epoch, uid, 'client', cell)),
		...[...targets].flatMap((uid) => probeControls(history, epoch, uid, 'witness', cell)),
	];
}

function roundsControl({ rounds }: ChaosPlan, { timeline }: ChaosFindings): Control {
	const detail = `${timeline.rounds} of ${rounds}`;
	return timeline.rounds === rounds
		? held('rounds complete', detail)
		: missing('rounds complete', 'rounds-missing', detail);
}

/** Faults of the cluster itself say what was seen of them. */
function effectControl({ timeline }: ChaosFindings): Control {
	const told = timeline.turns.flatMap(({ changes }) => changes).filter(({ action }) => action === 'inject');
	const vain = told.filter(({ effects = [] }) => effects.length === 0);
	const [first] = vain;
	if (first)
		return missing(
			'fault seen',
			'fault-without-effect',
			`${first.objects.join(', ')}, ${vain.length} of ${told.length}`,
		);
	return held('fault seen', `${timeline.turns.length} turns`);
}

function probeControls(
	history: ScenarioHistory,
	epoch: Epoch,
	uid: string,
	role: 'client' | 'witness',
	{ protocol }: Cell,
): Control[] {
	const probe = history.endpointByUid.get(uid);
	if (!probe) return [missing(`${role} known`, role === 'client' ? 'client-unknown' : 'target-unknown', uid)];
	if (!probe.agent) return [missing(`witness: ${probe.name}`, 'target-without-agent', probe.name)];
	const readings = epoch.counters.get(uid);
	const isWhole = (readings?.before.length ?? 0) > 0 && (readings?.after.length ?? 0) > 0;
	// It was removed meanwhile, or came meanwhile: what it had told arrived in order, and there is nothing to compare.
	const stayed = epoch.barriers.has(uid) || !history.removed.has(uid);
	return [
		...(stayed ? [recordsControl(history, epoch, probe, role)] : []),
		...(isWhole ? [probeLossControl(epoch, probe, protocol)] : []),
		...(isWhole && role === 'client' ? [clientControl(epoch, probe)] : []),
	];
}

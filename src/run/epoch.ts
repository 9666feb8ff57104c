import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTiming, Deployment } from '../model/cluster.ts';
import type { Purpose } from '../model/event.ts';
import type { Agents } from './agents.ts';
import { calibrate, type EpochWait } from './calibration.ts';
import type { Recorder } from './recorder.ts';
import { isMeasure, repliedBy, type Try } from './tries.ts';
import type { WireWatch } from './wire-watch.ts';

export interface EpochContext {
	deployment: Deployment;
	agents: Agents;
	recorder: Recorder;
	timing: ClusterTiming;
	signal: AbortSignal;
}

export interface EpochRequest {
	epoch: number;
	step: number;
	purpose: Purpose;
	/** Without controls nothing in the epoch can prove a block; settling needs none. */
	controls: boolean;
	/** How long its tries wait for an answer, unless its own controls say otherwise. */
	wait: number;
	/** Captures what it puts on the wire; closed at its end. */
	wire?: WireWatch | undefined;
}

/**
 * A stretch in which policies, labels and pods don't change: controls, then the attempts, then a linger, a barrier at
 * every witness, and the controls again. Returns the wait that its controls suggest
 * for the next one.
 */
export async function runEpoch(
	context: EpochContext,
	request: EpochRequest,
	attempt: (wait: EpochWait) => Promise<Try[]>,
): Promise<number> {
	const { recorder } = context;
	const { epoch, step, purpose, wire } = request;
	recorder.append({ is: 'epoch-began', epoch, step, purpose });
	recorder.append({ is: 'services', services: context.deployment.services() });
	try {
		// Around the controls: the markers of the capture are not among the packets that clients must have sent.
		await wire?.begin();
		const wait = await attemptWithControls(context, request, attempt);
		await wire?.end();
		recorder.append({ is: 'epoch-ended', epoch, complete: true });
		return wait;
	} finally {
		wire?.close();
	}
}

async function attemptWithControls(
	context: EpochContext,
	request: EpochRequest,
	attempt: (wait: EpochWait) => Promise<Try[]>,
): Promise<number> {
	const { recorder, agents } = context;
	const { epoch } = request;
	if (request.controls) await recordControls(context, epoch, 'before');
	const wait: EpochWait = { current: request.wait, roundTrips: [] };
	const tries = await attempt(wait);
	for (const { record, ...rest } of tries) {
		if (record && isMeasure(rest) && repliedBy({ record, ...rest }) !== undefined)
			wait.roundTrips.push(record.endedAt - record.startedAt);
	}
	const calibration = calibrate(wait.roundTrips, context.timing);
	recorder.append({ is: 'calibration', epoch, ...calibration, wait: wait.current });
	if (request.controls) {
		await sleep(context.timing.linger, undefined, { signal: context.signal });
		await Promise.all(
			agents.alive().map(async ({ endpoint, uid, session }) => {
				const seq = await session.barrier();
				if (seq !== undefined) recorder.append({ is: 'barrier', epoch, agent: endpoint, uid, seq });
			}),
		);
		await recordControls(context, epoch, 'after');
	}
	return calibration.wait;
}

/** Self-checks show that servers answer; counters, that nothing was lost on the way to them and that clients sent. */
async function recordControls(context: EpochContext, epoch: number, when: 'before' | 'after'): Promise<void> {
	const { recorder } = context;
	const agents = context.agents.alive().map(async ({ endpoint, uid, session }) => {
		const [checks, counters] = await Promise.all([session.selfCheck(), session.counters()]);
		if (checks) recorder.append({ is: 'self-check', epoch, when, agent: endpoint, uid, checks });
		if (counters) recorder.append({ is: 'counters', epoch, when, agent: endpoint, uid, counters });
	});
	const losses = context.deployment.lossCounters().then((counters) => {
		recorder.append({ is: 'losses', epoch, when, counters });
	});
	await Promise.all([...agents, losses]);
	context.signal.throwIfAborted();
}

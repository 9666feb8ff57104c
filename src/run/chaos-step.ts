import { setTimeout as sleep } from 'node:timers/promises';
import type { BootAttempt } from '../model/agent.ts';
import type { Cell, ChaosChange, ChaosPlan } from '../model/plan.ts';
import type { ScenarioRunContext } from './scenario-run-context.ts';
import { Streams, type StreamsContext } from './streams.ts';

interface ChaosRequest extends Omit<StreamsContext, 'left' | 'every' | 'deployment' | 'recorder' | 'addressOf'> {
	chaos: ChaosPlan;
	cells: readonly Cell[];
	step: number;
	/** Makes a change, writes it down, and opens the agents of new pods. */
	change: (
		change: ChaosChange,
		boot: Record<string, BootAttempt[]>,
		turn: { round: number; turn: number },
	) => Promise<void>;
	/** Told when a round begins, from 0. */
	onRound: (round: number) => void;
}

/** How exact windows are hangs on the rate; a short wait would only take a busy machine for an outage. Milliseconds. */
const leastWait = 400;

/** How long a try waits for its answer. `calibrated`: what was enough at rest. */
export function chaosWait(calibrated: number): number {
	return Math.max(leastWait, calibrated);
}

/** More than changes take, milliseconds: agents end their streams by themselves when nobody tells them to for so long. */
const slack = { step: 5_000, change: 250, pods: 10_000, fault: 60_000 };

/**
 * Attempts continuously while a fault is injected and healed, round after round. What is broken when it fails, or is
 * interrupted, is healed by whoever undoes the scenario.
 */
export async function runChaos(context: ScenarioRunContext, request: ChaosRequest): Promise<void> {
	const { chaos, cells, epoch, step } = request;
	const { plan, cluster, recorder, deployment, signal } = context;
	const endsAt = performance.now() + longestDuration(chaos);
	const left = () => Math.max(slack.step, endsAt - performance.now());
	const addressOf = heirsOf(chaos);
	const streams = new Streams({ ...request, addressOf, deployment, recorder, every: chaos.every, left });
	recorder.append({ is: 'chaos-began', epoch, step, hold: plan.timing.hold ?? cluster.timing.hold });
	await streams.follow(cells);
	for (let round = 0; round < chaos.rounds; round += 1) {
		request.onRound(round);
		// Changes fall at any instant between two tries, not always at the same one.
		await sleep(chaos.before + Math.random() * chaos.every, undefined, { signal });
		for (const [turn, { changes, stays }] of chaos.turns.entries()) {
			for (const change of changes) await carryOut(change, { round, turn }, streams, request);
			await sleep(stays, undefined, { signal });
		}
	}
	await streams.end();
	await request.agents.readClocks();
}

async function carryOut(
	change: ChaosChange,
	turn: { round: number; turn: number },
	streams: Streams,
	{ cells, change: make }: ChaosRequest,
): Promise<void> {
	if (change.do === 'remove') await streams.endOf(change.pods);
	await make(change, change.do === 'create' ? streams.forNewPods(change.pods, cells) : {}, turn);
	await streams.follow(cells);
}

/** Sidecars of Istio renew their certificates in half a minute at best, an embedded mesh at once. */
function slackOf({ do: what }: ChaosChange): number {
	if (what === 'inject' || what === 'heal') return slack.fault;
	return what === 'create' || what === 'remove' ? slack.pods : slack.change;
}

/** A successor, and whose place it takes first. */
function heirsOf({ turns }: ChaosPlan): Map<string, string> {
	const heirs = new Map<string, string>();
	for (const change of turns.flatMap(({ changes }) => changes)) {
		const [pod] = change.do === 'create' ? change.pods : [];
		if (change.do !== 'create' || change.addressOf === undefined || pod === undefined) continue;
		const root = heirs.get(change.addressOf) ?? change.addressOf;
		if (root !== pod) heirs.set(pod, root);
	}
	return heirs;
}

function longestDuration({ rounds, before, every, turns }: ChaosPlan): number {
	const perRound = turns.reduce(
		(sum, { changes, stays }) => sum + stays + changes.reduce((all, change) => all + slackOf(change), 0),
		before + every,
	);
	return rounds * perRound + slack.step;
}

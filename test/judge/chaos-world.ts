import type { HistoryEvent, ScenarioEventBody } from '../../src/model/event.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Cell, ChaosPlan, ChaosState, Plan } from '../../src/model/plan.ts';
import type { ChaosExpectation } from '../../src/model/scenario.ts';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { judge } from '../../src/judge/judge.ts';

/** What really happens, as the judge must not see it. Milliseconds of the run. */
export interface World {
	/** Whether the path of a client is open for a try that is sent at this time. */
	isOpen: (client: 'friend' | 'stranger', at: number) => boolean;
	/** Whether a client makes the try that is due at this time. */
	tries?: (client: string, at: number) => boolean;
	every?: number;
	rounds?: number;
	before?: number;
	stays?: [number, number];
	/** How long a change takes from its request to its acknowledgement. */
	takes?: number;
	expects?: { friend: ChaosState[]; stranger: ChaosState[] };
	expect?: Partial<ChaosExpectation>;
	effects?: string[];
	/** How far the probe's clock is off by, and how far that is known. */
	clock?: { error: number };
	/** Tokens arrive, but no reply gets back. */
	oneWay?: boolean;
	/** All tries of a path go over one connection. */
	kept?: boolean;
	/** Without the control. */
	alone?: boolean;
	/** No baseline and no reopening. */
	unbracketed?: boolean;
	/** Changes the history before it is judged. */
	edit?: (events: HistoryEvent[]) => HistoryEvent[];
}

const clients = ['friend', 'stranger'] as const;
export const chaosBeginsAt = 1000;

export function pathOf(client: string): string {
	return `s/chaos-restart-enforcer/${client}→web:80/tcp/ipv4`;
}

/** When the rounds' changes are asked for and acknowledged, milliseconds of the run. */
export function changesOf(world: World): { requestedAt: number; acknowledgedAt: number }[] {
	const { rounds = 1, before = 300, stays = [300, 300], takes = 10 } = world;
	const changes: { requestedAt: number; acknowledgedAt: number }[] = [];
	let at = chaosBeginsAt;
	for (let round = 0; round < rounds; round += 1) {
		at += before;
		for (const stay of stays) {
			changes.push({ requestedAt: at, acknowledgedAt: at + takes });
			at += takes + stay;
		}
	}
	return changes;
}

/** Plays the world, writes its history, and judges that. */
export function judged(world: World): Record<'friend' | 'stranger', CellVerdict> {
	const { plan, events } = played(world);
	const cells = judge(plan, events).scenarios[0]?.cells ?? [];
	const of = (client: string) => {
		const found = cells.find(({ id }) => id === pathOf(client));
		if (!found) throw new Error(`no verdict of ${client}`);
		return found;
	};
	return { friend: world.alone ? of('stranger') : of('friend'), stranger: of('stranger') };
}

export function played(world: World): { plan: Plan; events: HistoryEvent[] } {
	const plan = planOf(world);
	const bodies: [number, ScenarioEventBody][] = [[0, { is: 'scenario-began' }]];
	for (const name of ['web', ...clients]) {
		const addresses = { ipv4: `10.0.0.${name.length}` };
		const pod = {
			kind: 'pod',
			name,
			uid: `uid-${name}`,
			addresses,
			labels: {},
			hostNetwork: false,
			node: 'a',
		} as const;
		bodies.push([1, { is: 'endpoint', ...pod, agent: true }]);
		bodies.push([2, { is: 'clock', agent: name, uid: `uid-${name}`, offset: 0, error: world.clock?.error ?? 0.1 }]);
	}
	if (!world.unbracketed) bodies.push(...controlEpoch(world, 1, 100, 'baseline'));
	bodies.push(...chaosEpoch(world));
	if (!world.unbracketed) bodies.push(...controlEpoch(world, 3, 900_000, 'reopen'));
	bodies.push([900_500, { is: 'scenario-ended', outcome: 'completed' }]);
	bodies.sort(([a], [b]) => a - b);
	const first: HistoryEvent = {
		...{ n: 1, at: 0, is: 'run-began', schemaVersion: 1, run: 'r', version: '0', startedAt: '2026-01-01T00:00:00Z' },
	};
	const events = bodies.map(([at, body], index): HistoryEvent => ({ n: index + 2, at, scenario: 's', ...body }));
	const last: HistoryEvent = { n: events.length + 2, at: 900_501, is: 'run-ended', outcome: 'completed' };
	const numbered = renumbered([first, ...events, last]);
	return { plan, events: world.edit?.(numbered) ?? numbered };
}

/** Records of each probe are numbered in the order of their lines. */
function renumbered(events: HistoryEvent[]): HistoryEvent[] {
	const counts = new Map<string, number>();
	return events.map((event) => {
		if (!('seq' in event && 'uid' in event)) return event;
		const seq = (counts.get(event.uid) ?? 0) + 1;
		counts.set(event.uid, seq);
		return { ...event, seq };
	});
}

function planOf(world: World): Plan {
	const { every = 10, rounds = 1, before = 300, stays = [300, 300], expects } = world;
	const expect = {
		leaks: 'none',
		closes: undefined,
		opens: undefined,
		exposure: undefined,
		outage: undefined,
		unseen: undefined,
	} as const;
	const chaos: ChaosPlan = {
		...{ name: 'restart-enforcer', fault: 'restart-enforcer', rounds, every, before },
		turns: [
			{ changes: [{ do: 'inject', fault: 'restart-enforcer', name: 'restart-enforcer' }], stays: stays[0] },
			{ changes: [{ do: 'heal', fault: 'restart-enforcer', name: 'restart-enforcer' }], stays: stays[1] },
		],
		cells: clients.filter((client) => !world.alone || client === 'stranger').map(pathOf),
		expect: { ...expect, ...world.expect },
	};
	const cells = clients.map(
		(client): Cell => ({
			...{ id: pathOf(client), path: `${client}→web`, kind: 'connect', port: 80, protocol: 'tcp', family: 'ipv4' },
			...{ from: { kind: 'pod', name: client }, speaks: 'tcp', expectation: 'predicted', reason: undefined },
			to: { kind: 'pod', name: 'web', port: 80, protocol: 'tcp' },
			...{ by: undefined, phase: undefined, on: undefined, tries: 3, skip: undefined },
			prediction: { verdict: client === 'friend' ? 'allowed' : 'blocked', because: [] },
			chaos: {
				...{ name: 'restart-enforcer', ...(world.kept && { kept: true }) },
				expects: expects?.[client] ?? Array.from({ length: 3 }, () => (client === 'friend' ? 'allowed' : 'blocked')),
			},
			position: { file: 's.yaml', line: 1, column: 1 },
		}),
	);
	return {
		schemaVersion: 1,
		scenarios: [
			{
				...{ name: 's', file: 's.yaml', description: '', reference: '', status: 'required', tags: [], requires: [] },
				...{ skip: undefined, policies: [], timing: { settle: undefined, hold: undefined }, cells },
				workload: {
					...{ scenario: 's', namespaces: {}, pods: {}, services: {}, external: {}, nodes: [], attemptingNodes: [] },
					initialPods: ['web', ...clients],
				},
				steps: [
					{ do: 'attempt', purpose: 'baseline', phase: undefined, cells: cells.map(({ id }) => id) },
					{ do: 'chaos', chaos },
					{ do: 'attempt', purpose: 'reopen', phase: undefined, cells: cells.map(({ id }) => id) },
				],
			},
		],
	};
}

const replied: Outcome = { code: 'replied', by: 'uid-web' };

function controlEpoch(world: World, epoch: number, at: number, purpose: 'baseline' | 'reopen') {
	const bodies: [number, ScenarioEventBody][] = [[at, { is: 'epoch-began', epoch, step: epoch - 1, purpose }]];
	for (const client of clients) {
		if (world.alone && client === 'friend') continue;
		const token = `${purpose}-${client}`;
		const path = { protocol: 'tcp', family: 'ipv4', destination: { address: '10.0.0.3', port: 80 } } as const;
		const source = { port: 1000 + epoch };
		bodies.push([
			at + 1,
			{
				is: 'try',
				epoch,
				cell: pathOf(client),
				purpose,
				token,
				from: `uid-${client}`,
				targets: ['uid-web'],
				source,
				...path,
			},
		]);
		const who = { agent: client, uid: `uid-${client}`, seq: 0 };
		bodies.push([at + 3, { is: 'result', epoch, token, ...who, outcome: replied, startedAt: at + 1, endedAt: at + 2 }]);
	}
	bodies.push([at + 50, { is: 'epoch-ended', epoch, complete: true }]);
	return bodies;
}

function chaosEpoch(world: World): [number, ScenarioEventBody][] {
	const { every = 10, stays = [300, 300], effects = ['it went away'] } = world;
	const changes = changesOf(world);
	const end = (changes.at(-1)?.acknowledgedAt ?? 0) + stays[1];
	const bodies: [number, ScenarioEventBody][] = [
		[chaosBeginsAt - 2, { is: 'epoch-began', epoch: 2, step: 1, purpose: 'chaos' }],
		[chaosBeginsAt, { is: 'chaos-began', epoch: 2, step: 1, hold: 50 }],
		[end + 100, { is: 'epoch-ended', epoch: 2, complete: true }],
	];
	changes.forEach((times, index) => {
		const action = index % 2 === 0 ? 'inject' : 'heal';
		const turn = { round: Math.floor(index / 2), turn: index % 2 };
		const change = { is: 'change', step: 1, action, acknowledgement: 'programmed', effects, turn } as const;
		bodies.push([times.acknowledgedAt, { ...change, objects: ['restart-enforcer'], ...times }]);
	});
	const counters = { conntrackDrop: 0, conntrackInsertFailed: 0, neighbourTableFull: 0 };
	for (const [when, at] of [
		['before', chaosBeginsAt - 1],
		['after', end + 60],
	] as const) {
		bodies.push([at, { is: 'losses', epoch: 2, when, counters }]);
	}
	for (const name of ['web', ...clients]) {
		bodies.push([end + 55, { is: 'barrier', epoch: 2, agent: name, uid: `uid-${name}`, seq: 0 }]);
	}
	for (const [index, client] of clients.entries()) {
		if (world.alone && client === 'friend') continue;
		bodies.push(...streamOf(world, client, chaosBeginsAt + 1 + (index * every) / 2, end));
	}
	return bodies;
}

function streamOf(
	world: World,
	client: 'friend' | 'stranger',
	from: number,
	end: number,
): [number, ScenarioEventBody][] {
	const { every = 10 } = world;
	const who = { agent: client, uid: `uid-${client}`, seq: 0 };
	const path = { protocol: 'tcp', family: 'ipv4', destination: { address: '10.0.0.3', port: 80 } } as const;
	const stream = `token-${client}`;
	const began = { epoch: 2, cell: pathOf(client), stream, from: `uid-${client}`, targets: ['uid-web'] };
	const rest = { source: { port: 2000 }, ports: 9000, every, deadline: 200 };
	const tries: [number, number, number, number][] = [];
	const seen: [number, number][] = [];
	for (let index = 0, at = from; at < end; index += 1, at += every) {
		if (world.tries?.(client, at) === false) continue;
		const open = world.isOpen(client, at);
		const answered = open && !(world.oneWay === true && client === 'stranger');
		tries.push([index, at - from, answered ? 1 : 200, answered ? 0 : 1]);
		if (open) seen.push([index, at - from + 0.5]);
	}
	const outcomes: Outcome[] = [replied, { code: 'timed-out' }];
	const to = { address: '10.0.0.3', port: 80 };
	const witness = { agent: 'web', uid: 'uid-web', seq: 0, from: '10.0.0.9', to, protocol: 'tcp' } as const;
	return [
		[chaosBeginsAt + 1, { is: 'stream-began', ...began, ...path, ...rest }],
		[end + 10, { is: 'tries', ...who, stream, base: from, outcomes, tries }],
		...(seen.length > 0
			? [[end + 11, { is: 'sightings', ...witness, stream, base: from, seen }] as [number, ScenarioEventBody]]
			: []),
		[end + 12, { is: 'streams-ended', ...who, streams: [{ stream, made: tries.length, left: 0 }] }],
	];
}

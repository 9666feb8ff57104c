import { setTimeout as sleep } from 'node:timers/promises';
import type { BootAttempt } from '../model/agent.ts';
import type { Cell } from '../model/plan.ts';
import type { SourcePorts } from '../plan/source-ports.ts';
import type { Agents } from './agents.ts';
import type { Certificates } from './certificates.ts';
import { resolveTarget } from './dial.ts';
import { newToken } from './new-token.ts';
import type { ScenarioRunContext } from './scenario-run-context.ts';
import { greetingWait, type Tries } from './tries.ts';

/** From its first millisecond on a pod tries each path this often, at most this many times. */
const every = 20;
const limit = 50;
/** How long the boot plan goes on once the agent has answered. */
const overlap = 200;

interface StartRequest {
	pods: readonly string[];
	/** Of the attempts that follow. */
	cells: readonly Cell[];
	step: number;
	tries: Tries;
	agents: Agents;
	ports: SourcePorts;
	certificates: Certificates;
	wait: number;
	context: ScenarioRunContext;
	nextEpoch: () => number;
	create: (boot: Record<string, BootAttempt[]>) => Promise<void>;
}

interface Planned {
	cell: Cell;
	pod: string;
	attempt: BootAttempt;
	targets: string[];
}

/**
 * Creates pods. Those with `attemptsAtStart` attempt their paths from a boot plan, before any control stream exists:
 * the policies were in force before the pod, so whatever gets through in its first moments is a leak.
 */
export async function attemptsAtStart(request: StartRequest): Promise<void> {
	const planned = planBoot(request);
	if (planned.length === 0) return request.create({});
	const { recorder, signal } = request.context;
	const epoch = request.nextEpoch();
	recorder.append({ is: 'epoch-began', epoch, step: request.step, purpose: 'boot' });
	adoptTokens(request.tries, planned, epoch);
	const boot: Record<string, BootAttempt[]> = {};
	for (const { pod, attempt } of planned) boot[pod] = [...(boot[pod] ?? []), attempt];
	await request.create(boot);
	await sleep(overlap, undefined, { signal });
	await collect(request, planned, epoch);
	await sleep(request.context.cluster.timing.linger, undefined, { signal });
	for (const { endpoint, uid, session } of request.agents.alive()) {
		const seq = await session.barrier();
		if (seq !== undefined) recorder.append({ is: 'barrier', epoch, agent: endpoint, uid, seq });
	}
	recorder.append({ is: 'epoch-ended', epoch, complete: true });
}

function planBoot({ pods, cells, context, ports, certificates, wait }: StartRequest): Planned[] {
	const { plan, deployment } = context;
	const early = pods.filter((pod) => plan.workload.pods[pod]?.attemptsAtStart === true);
	return cells.flatMap((cell) => {
		if (cell.from.kind !== 'pod' || !early.includes(cell.from.name) || cell.on !== undefined) return [];
		const target = resolveTarget(cell, deployment);
		const port = ports.take(`pod/${cell.from.name}`, cell.protocol, cell.family, limit);
		if (!target || port === undefined) return [];
		const tls = certificates.of(cell);
		const attempt: BootAttempt = {
			token: newToken(),
			protocol: cell.protocol,
			speaks: cell.speaks === 'sctp' ? 'tcp' : cell.speaks,
			family: cell.family,
			source: { port },
			destination: target.destination,
			delay: 0,
			deadline: wait,
			every,
			limit,
			...(tls && { tls }),
			...(cell.query && { dns: withoutOwner(cell.query) }),
			...(cell.first && { greeting: greetingWait }),
			...(cell.forgedIdentity !== undefined && { forgedIdentity: cell.forgedIdentity }),
		};
		return [{ cell, pod: cell.from.name, attempt, targets: target.targets }];
	});
}

function withoutOwner({ owner: _, ...question }: NonNullable<Cell['query']>): NonNullable<BootAttempt['dns']> {
	return question;
}

/** The agent numbers the tokens of a boot attempt from 0; how many it used is known only afterwards. */
function adoptTokens(tries: Tries, planned: readonly Planned[], epoch: number): void {
	for (const { cell, attempt, targets } of planned) {
		for (let index = 0; index < limit; index += 1) {
			const token = `${attempt.token}-${index}`;
			tries.adopt({ cell, token, epoch, targets, record: undefined, witnesses: [] });
		}
	}
}

/** Stops the boot plans and writes down which tries they made. */
async function collect(request: StartRequest, planned: readonly Planned[], epoch: number): Promise<void> {
	const { recorder, deployment } = request.context;
	for (const endpoint of deployment.endpoints()) {
		if (!request.pods.includes(endpoint.name)) continue;
		const stopped = await request.agents.byUid(endpoint.uid)?.session.stopBoot();
		for (const { token, source, destination } of stopped?.tries ?? []) {
			const origin = planned.find((entry) => token.startsWith(`${entry.attempt.token}-`));
			if (!origin) continue;
			const { cell, targets } = origin;
			const { protocol, family } = cell;
			const address = endpoint.addresses[family];
			const from = { from: endpoint.uid, source: { ...source, ...(address === undefined ? {} : { address }) } };
			recorder.append({
				is: 'try',
				epoch,
				cell: cell.id,
				purpose: 'boot',
				token,
				targets,
				destination,
				protocol,
				family,
				...from,
			});
		}
	}
}

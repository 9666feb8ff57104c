import type { AgentCommand, AttemptCommand } from '../model/agent.ts';
import type { Deployment, Endpoint } from '../model/cluster.ts';
import type { Purpose } from '../model/event.ts';
import type { Cell, CellQuery } from '../model/plan.ts';
import type { SourcePorts } from '../plan/source-ports.ts';
import type { Agent, Agents, ResultRecord } from './agents.ts';
import type { Certificates } from './certificates.ts';
import { dial } from './dial.ts';
import { holdKey } from './held-connections.ts';
import { newToken } from './new-token.ts';
import type { Permits } from './permits.ts';
import type { Recorder } from './recorder.ts';

export interface TryRequest {
	cell: Cell;
	purpose: Purpose;
	/** Milliseconds before sending, so that the tries of a cell do not share one instant. */
	delay: number;
}

/** One try that was sent, and what became of it as far as the runner knows. */
export interface Try {
	cell: Cell;
	token: string;
	epoch: number;
	targets: string[];
	/** Resolvers that pass a query on to the targets. */
	through?: string[];
	/** The address by which an answer of a target without a probe is known. */
	expects?: string;
	record: ResultRecord | undefined;
	/** UIDs of agents that saw the token. */
	witnesses: string[];
}

export interface TriesContext {
	deployment: Deployment;
	agents: () => Agents;
	recorder: Recorder;
	permits: Permits;
	ports: SourcePorts;
	/** Those of the cells that are tried have been fetched. */
	certificates: Certificates;
	/** Aborting it ends every wait; the tries themselves are cancelled by whoever closes the agents. */
	signal: AbortSignal;
}

/** Tries that leave at once; opening a connection costs an agent far more than waiting for its answer. */
const largestBatch = 256;
/** Beyond its deadline an agent has this long to report a try, before the runner goes on without. Milliseconds. */
const reportGrace = 5_000;
/**
 * So long a server that speaks first may take to greet, milliseconds from the connection’s opening. A proxy that waits for
 * the client’s first bytes, to tell TLS from clear text, may let it wait: for ever by default in Istio, else as long as its
 * protocolDetectionTimeout says, which those who set it set to a second or so.
 */
export const greetingWait = 2_500;

/**
 * Sends tries through the agents and collects their results. Each has a random token and a planned source port, and
 * stands in the history before its command leaves.
 */
export class Tries {
	readonly #deployment: Deployment;
	readonly #agents: () => Agents;
	readonly #recorder: Recorder;
	readonly #permits: Permits;
	readonly #ports: SourcePorts;
	readonly #certificates: Certificates;
	readonly #signal: AbortSignal;
	readonly #inFlight = new Map<string, { attempt: Try; settled: () => void; ended: Promise<void> }>();
	readonly #known = new Map<string, Try>();
	readonly #holdPorts = new Map<string, number>();

	constructor(context: TriesContext) {
		this.#deployment = context.deployment;
		this.#agents = context.agents;
		this.#recorder = context.recorder;
		this.#permits = context.permits;
		this.#ports = context.ports;
		this.#certificates = context.certificates;
		this.#signal = context.signal;
		this.#signal.addEventListener('abort', this.#settleAll);
	}

	readonly #settleAll = (): void => {
		for (const { settled } of [...this.#inFlight.values()]) settled();
	};

	/** Nothing more is sent: a signal that lasts longer than this scenario lets go of it. */
	close(): void {
		this.#signal.removeEventListener('abort', this.#settleAll);
	}

	epochOf(token: string): number | undefined {
		return this.#known.get(token)?.epoch;
	}

	onResult(token: string, record: ResultRecord): void {
		const attempt = this.#known.get(token);
		if (attempt) attempt.record ??= record;
		this.#inFlight.get(token)?.settled();
	}

	onWitness(token: string, agent: Agent): void {
		this.#known.get(token)?.witnesses.push(agent.uid);
	}

	/** A lost agent reports nothing any more: whoever waits for its tries must not wait in vain. */
	onLost(agent: Agent): void {
		for (const { attempt, settled } of this.#inFlight.values()) {
			if (attempt.cell.from.name === agent.endpoint) settled();
		}
	}

	/** Registers tries that an agent makes by itself (boot plan). */
	adopt(attempt: Try): void {
		this.#known.set(attempt.token, attempt);
	}

	/** Of the tries that have been answered since the last change, milliseconds. */
	roundTrips(): number[] {
		return [...this.#known.values()].flatMap((attempt) =>
			attempt.record && isMeasure(attempt) && repliedBy(attempt) !== undefined
				? attempt.record.endedAt - attempt.record.startedAt
				: [],
		);
	}

	/** Resolves when the tries of these cells that are out now have ended. */
	async whenEnded(cells: ReadonlySet<Cell>): Promise<void> {
		const open = [...this.#inFlight.values()].filter(({ attempt }) => cells.has(attempt.cell));
		await Promise.all(open.map(({ ended }) => ended));
	}

	get inFlight(): number {
		return this.#inFlight.size;
	}

	/** Forgets tokens of earlier epochs; what still arrives of them stands in the history all the same. */
	forget(): void {
		for (const token of this.#known.keys()) if (!this.#inFlight.has(token)) this.#known.delete(token);
	}

	/**
	 * Makes the tries, as many at once as there are permits, and resolves when each has its result, its agent is lost,
	 * or its report is overdue. `wait` is asked for each batch; `allSent` is told when the last one has left. Paths that do
	 * not exist at the moment are left out: the judge finds no try of theirs.
	 */
	async send(
		requests: readonly TryRequest[],
		epoch: number,
		wait: () => number,
		allSent: () => void = () => {},
	): Promise<Try[]> {
		const all: Try[] = [];
		const waiting: Promise<void>[] = [];
		let next = 0;
		while (next < requests.length) {
			const taken = await this.#permits.take(Math.min(largestBatch, requests.length - next));
			if (this.#signal.aborted) {
				this.#permits.release(taken);
				break;
			}
			const batch = requests.slice(next, next + taken);
			next += taken;
			waiting.push(...this.#sendBatch(batch, epoch, wait(), all));
			// Agents that are still busy with this batch set the pace: what they can't send in time would look blocked.
			if (next < requests.length) await this.#agents().roundTrips();
		}
		allSent();
		await Promise.all(waiting);
		this.#signal.throwIfAborted();
		return all;
	}

	#sendBatch(batch: readonly TryRequest[], epoch: number, deadline: number, all: Try[]) {
		const commands = new Map<Agent, AttemptCommand[]>();
		const others: { agent: Agent; command: AgentCommand }[] = [];
		const waiting: Promise<void>[] = [];
		const endpoints = this.#deployment.endpoints();
		for (const request of batch) {
			const prepared = this.#prepare(request, epoch, deadline, endpoints);
			if (!prepared) {
				this.#permits.release(1);
				continue;
			}
			all.push(prepared.attempt);
			waiting.push(this.#await(prepared.attempt, 2 * deadline + greetingWait + request.delay + reportGrace));
			if (prepared.command) others.push({ agent: prepared.agent, command: prepared.command });
			else {
				const earlier = commands.get(prepared.agent);
				if (earlier) earlier.push(prepared.attemptCommand);
				else commands.set(prepared.agent, [prepared.attemptCommand]);
			}
		}
		// Written ahead: whatever leaves from here on is known to have been tried, even after a kill.
		this.#recorder.flush();
		for (const [agent, attempts] of commands) agent.session.send({ do: 'attempt', attempts });
		for (const { agent, command } of others) agent.session.send(command);
		return waiting;
	}

	#prepare({ cell, purpose, delay }: TryRequest, epoch: number, deadline: number, endpoints: Endpoint[]) {
		const dialled = dial(cell, this.#deployment, endpoints);
		const agent = dialled && this.#agents().byUid(dialled.from.uid);
		if (!dialled || !agent || agent.session.lostReason !== undefined) return undefined;
		const owner = dialled.from.hostNetwork ? `node/${dialled.from.node}` : `${cell.from.kind}/${cell.from.name}`;
		const hold = holdKey({ name: cell.on ?? '', family: cell.family });
		const port =
			cell.on === undefined || purpose === 'hold'
				? this.#ports.take(owner, cell.protocol, cell.family)
				: this.#holdPorts.get(hold);
		if (port === undefined) return undefined;
		if (purpose === 'hold') this.#holdPorts.set(hold, port);
		const token = newToken();
		const { destination, targets, through, expects } = dialled;
		const source = { ...dialled.source, port };
		const { protocol, family } = cell;
		this.#recorder.append({
			...{ is: 'try', epoch, cell: cell.id, purpose, token, from: dialled.from.uid, targets, source, destination },
			...{ protocol, family, ...(cell.on === undefined ? {} : { on: cell.on }) },
			...(through && { through }),
			...(expects !== undefined && { expects }),
		});
		const attempt: Try = {
			...{ cell, token, epoch, targets, record: undefined, witnesses: [] },
			...(through && { through }),
			...(expects !== undefined && { expects }),
		};
		this.#known.set(token, attempt);
		const speaks = cell.speaks === 'sctp' ? 'tcp' : cell.speaks;
		const tls = this.#certificates.of(cell);
		const attemptCommand: AttemptCommand = {
			...{ token, protocol, speaks, family, source, destination, delay, deadline },
			...(tls && { tls }),
			...(cell.query && { dns: this.#question(owner, cell.query, family) }),
			...(cell.first && { greeting: greetingWait }),
			...(cell.forgedIdentity !== undefined && { forgedIdentity: cell.forgedIdentity }),
		};
		let command: AgentCommand | undefined;
		if (purpose === 'hold') command = { do: 'hold', name: hold, attempt: attemptCommand };
		else if (cell.on !== undefined) command = { do: 'attempt-on', name: hold, token, deadline };
		return { attempt, agent, attemptCommand, command };
	}

	/** With a port for asking again over TCP, where the answer over UDP may be truncated. */
	#question(
		owner: string,
		{ owner: _, ...question }: CellQuery,
		family: Cell['family'],
	): NonNullable<AttemptCommand['dns']> {
		const retryPort = question.over === 'udp' ? this.#ports.take(owner, 'tcp', family) : undefined;
		return { ...question, ...(retryPort !== undefined && { retryPort }) };
	}

	#await(attempt: Try, overdue: number): Promise<void> {
		let resolve = () => {};
		const ended = new Promise<void>((resolved) => {
			resolve = resolved;
		});
		const settled = () => {
			clearTimeout(timer);
			if (this.#inFlight.delete(attempt.token)) this.#permits.release(1);
			resolve();
		};
		const timer = setTimeout(settled, overdue);
		this.#inFlight.set(attempt.token, { attempt, settled, ended });
		return ended;
	}
}

/** The token came back from one of its targets, or one of them saw it. */
export function gotThrough(attempt: Try): boolean {
	return (
		repliedBy(attempt) !== undefined ||
		attempt.witnesses.some((uid) => attempt.targets.includes(uid) || attempt.through?.includes(uid))
	);
}

/** Its round trip says how far away the target is: not where a greeting was waited for. */
export function isMeasure({ cell }: Pick<Try, 'cell'>): boolean {
	return cell.first === undefined;
}

/** The target that replied. */
export function repliedBy(attempt: Try): string | undefined {
	const outcome = attempt.record?.outcome;
	const { expects } = attempt;
	// Which of several it was is not known, and makes no difference.
	if (outcome?.code === 'dns-answer' && expects !== undefined)
		return outcome.dns?.addresses.includes(expects) ? attempt.targets[0] : undefined;
	if (outcome?.code !== 'replied' || outcome.by === undefined) return undefined;
	return attempt.targets.includes(outcome.by) ? outcome.by : undefined;
}

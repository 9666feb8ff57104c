import type { StreamAttempt } from '../model/agent.ts';
import type { Deployment } from '../model/cluster.ts';
import type { DnsQuestion } from '../model/dns.ts';
import type { Cell, CellQuery } from '../model/plan.ts';
import type { Agent, Agents } from './agents.ts';
import type { Certificates } from './certificates.ts';
import { dial, type Dialled, resolveTarget } from './dial.ts';
import { newToken } from './new-token.ts';
import type { Recorder } from './recorder.ts';
import { type PortLease, rememberedFor, type StreamPorts } from './stream-ports.ts';
import { greetingWait } from './tries.ts';

export interface StreamsContext {
	deployment: Deployment;
	agents: Agents;
	recorder: Recorder;
	ports: StreamPorts;
	/** By pods that are given the address of another one: which. */
	addressOf: ReadonlyMap<string, string>;
	certificates: Certificates;
	epoch: number;
	/** Milliseconds between two tries of one path, and how long each waits for its answer. */
	every: number;
	deadline: number;
	/** How long the streams are needed from now on at most, milliseconds. */
	left: () => number;
}

interface Active {
	cell: Cell;
	token: string;
	/** UID of whose agent it runs in. */
	from: string;
	destination: string;
	/** And the resolvers in between. */
	targets: string;
	lease: PortLease;
}

/** What a stream is told, and the ports that it has for it. */
interface Planned {
	attempt: StreamAttempt;
	lease: PortLease;
}

/**
 * The continuous attempts of a `chaos` step: one stream for each path, begun anew where a pod has another address, or is
 * another pod. Each stands in the history before its command leaves.
 */
export class Streams {
	readonly #context: StreamsContext;
	readonly #active = new Map<string, Active>();
	/** Begun by pods that are about to be made, as part of their configuration. */
	readonly #expected = new Map<string, Planned>();

	constructor(context: StreamsContext) {
		this.#context = context;
	}

	/** Begins what should be going on and is not, and ends what leads nowhere any more. */
	async follow(cells: readonly Cell[]): Promise<void> {
		const { deployment, agents } = this.#context;
		const endpoints = deployment.endpoints();
		const starting = new Map<Agent, StreamAttempt[]>();
		const ending: Active[] = [];
		for (const [index, cell] of cells.entries()) {
			const dialled = dial(cell, deployment, endpoints);
			const agent = dialled && agents.byUid(dialled.from.uid);
			const active = this.#active.get(cell.id);
			if (active && dialled && isSame(active, dialled)) continue;
			if (active) ending.push(active);
			this.#active.delete(cell.id);
			if (!dialled || !agent || agent.session.lostReason !== undefined) continue;
			const expected = this.#expected.get(cell.id);
			this.#expected.delete(cell.id);
			// Of several paths of one pod each begins at another instant.
			const delay = (this.#context.every * index) / cells.length;
			const planned = expected ?? this.#plan(cell, dialled, delay);
			if (!planned) continue;
			this.#write(cell, dialled, planned);
			if (!expected) starting.set(agent, [...(starting.get(agent) ?? []), planned.attempt]);
		}
		this.#context.recorder.flush();
		for (const [agent, streams] of starting) agent.session.send({ do: 'begin-streams', streams });
		await this.#endAll(ending);
	}

	/** What pods that are about to be made attempt from their first millisecond. */
	forNewPods(pods: readonly string[], cells: readonly Cell[]): Record<string, StreamAttempt[]> {
		const boot: Record<string, StreamAttempt[]> = {};
		for (const cell of cells) {
			if (cell.from.kind !== 'pod' || !pods.includes(cell.from.name)) continue;
			const target = resolveTarget(cell, this.#context.deployment);
			const planned = target && this.#plan(cell, { ...target, source: {} }, 0);
			if (!planned) continue;
			this.#expected.set(cell.id, planned);
			boot[cell.from.name] = [...(boot[cell.from.name] ?? []), planned.attempt];
		}
		return boot;
	}

	/** Ends what these pods attempt, before they are removed: what they have not told yet would be lost. */
	async endOf(pods: readonly string[]): Promise<void> {
		const ending = [...this.#active.values()].filter(
			({ cell }) => cell.from.kind === 'pod' && pods.includes(cell.from.name),
		);
		for (const { cell } of ending) this.#active.delete(cell.id);
		await this.#endAll(ending);
	}

	async end(): Promise<void> {
		const ending = [...this.#active.values()];
		this.#active.clear();
		await this.#endAll(ending);
	}

	async #endAll(ending: readonly Active[]): Promise<void> {
		const byAgent = new Map<string, Active[]>();
		for (const one of ending) byAgent.set(one.from, [...(byAgent.get(one.from) ?? []), one]);
		await Promise.all(
			[...byAgent].map(async ([uid, streams]) => {
				const session = this.#context.agents.byUid(uid)?.session;
				const tries = await session?.endStreams(streams.map(({ token }) => token));
				for (const { token, lease } of streams) this.#context.ports.end(lease, tries?.get(token), performance.now());
			}),
		);
	}

	#plan(
		cell: Cell,
		{ destination, source }: Pick<Dialled, 'destination' | 'source'>,
		delay: number,
	): Planned | undefined {
		const { every, deadline, left, certificates } = this.#context;
		const limit = Math.ceil(left() / every);
		const ports = Math.min(limit, Math.ceil(rememberedFor / every));
		const { protocol, family } = cell;
		const times = { count: ports, every, now: performance.now() + delay };
		const lease = this.#context.ports.take({ owner: this.#ownerOf(cell), protocol, family }, times);
		if (!lease) return undefined;
		const tls = certificates.of(cell);
		const attempt: StreamAttempt = {
			...{
				token: newToken(),
				protocol,
				family,
				destination,
				delay,
				deadline,
				every,
				limit,
				ports,
			},
			speaks: cell.speaks === 'sctp' ? 'tcp' : cell.speaks,
			source: { ...source, port: lease.first },
			...(tls && { tls }),
			...(cell.chaos?.kept && { kept: true }),
			...(cell.query && { dns: questionOf(cell.query) }),
			...(cell.first && { greeting: greetingWait }),
		};
		return { attempt, lease };
	}

	/** Pods that have the same address one after the other have its ports together. */
	#ownerOf({ from }: Cell): string {
		const name = from.kind === 'pod' ? (this.#context.addressOf.get(from.name) ?? from.name) : from.name;
		return `${from.kind}/${name}`;
	}

	#write(cell: Cell, dialled: Dialled, { attempt, lease }: Planned): void {
		const { recorder, epoch } = this.#context;
		const { token: stream, source, ports, destination, protocol, family, every, deadline } = attempt;
		const { targets, from, through, expects } = dialled;
		const placed = { ...dialled.source, ...source };
		recorder.append({
			...{ is: 'stream-began', epoch, cell: cell.id, stream, from: from.uid, targets, source: placed, ports },
			...{ ...(through && { through }), ...(expects !== undefined && { expects }) },
			...{ destination, protocol, family, every, deadline },
		});
		this.#active.set(cell.id, { cell, token: stream, lease, ...placeOf(dialled) });
	}
}

/** An answer has to fit into its message: it is not asked for again over TCP. */
function questionOf({ owner: _, ...question }: CellQuery): DnsQuestion {
	return question;
}

function placeOf({
	from,
	destination,
	targets,
	through = [],
}: Dialled): Pick<Active, 'from' | 'destination' | 'targets'> {
	return {
		from: from.uid,
		destination: `${destination.address} ${destination.port}`,
		targets: [...targets, ...through].sort().join(' '),
	};
}

function isSame(active: Active, dialled: Dialled): boolean {
	const place = placeOf(dialled);
	return active.from === place.from && active.destination === place.destination && active.targets === place.targets;
}

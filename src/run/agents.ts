import type { AgentRecord } from '../model/agent.ts';
import type { Deployment, Endpoint } from '../model/cluster.ts';
import { AgentSession, type ReadyMessage } from './agent-session.ts';
import type { Recorder } from './recorder.ts';

/** One endpoint's agent: its session, and its clock against the run's. */
export interface Agent {
	endpoint: string;
	uid: string;
	session: AgentSession;
	/** Agent time = run time + offset, milliseconds. */
	offset: number;
	/** Records that came before the clock was read (of a boot plan): without it their times would mean nothing. */
	early: AgentRecord[] | undefined;
}

type StreamRecord = Extract<AgentRecord, { is: 'tries' | 'sightings' | 'stalled' | 'streams-ended' }>;
export type ResultRecord = Extract<AgentRecord, { is: 'result' }>;

/** Pods by name; a node or an external endpoint may have the name of a pod. */
function agentAddress({ kind, name }: Endpoint): string {
	return kind === 'pod' ? name : `${kind}/${name}`;
}

/** Told about everything that concerns tries, after it stands in the history. */
export interface AgentsListener {
	epochOf(token: string): number | undefined;
	result(token: string, record: ResultRecord, agent: Agent): void;
	witness(token: string, agent: Agent): void;
	/** `hold`: its name and family, as in `hold-ended`. */
	holdEnded?(hold: string): void;
	lost(agent: Agent): void;
}

const clockSamples = 5;

/** The agents of one deployment: opened in parallel, every record of theirs written to the history as it arrives. */
export class Agents {
	readonly #deployment: Deployment;
	readonly #run: string;
	readonly #recorder: Recorder;
	readonly #listener: AgentsListener;
	readonly #agents = new Map<string, Agent>();

	constructor(deployment: Deployment, run: string, recorder: Recorder, listener: AgentsListener) {
		this.#deployment = deployment;
		this.#run = run;
		this.#recorder = recorder;
		this.#listener = listener;
	}

	/** Agents that have not been lost. */
	alive(): Agent[] {
		return [...this.#agents.values()].filter((agent) => agent.session.lostReason === undefined);
	}

	get isAnyLost(): boolean {
		return [...this.#agents.values()].some((agent) => agent.session.lostReason !== undefined);
	}

	/** How far behind every agent is at this moment, milliseconds: a measure of load that needs no open path. */
	async roundTrips(): Promise<number[]> {
		const pongs = await Promise.all(this.alive().map(({ session }) => session.ping()));
		return pongs.flatMap((pong) => (pong ? [pong.answered - pong.asked] : []));
	}

	byUid(uid: string): Agent | undefined {
		return this.#agents.get(uid);
	}

	/** Opens a session to every endpoint that has an agent and is not open yet, then sets the clocks. */
	async open(endpoints: readonly Endpoint[]): Promise<Agent[]> {
		const fresh = endpoints.filter((endpoint) => endpoint.agent && !this.#agents.has(endpoint.uid));
		const agents = fresh.map((endpoint) => this.#create(endpoint));
		const ready = await Promise.all(agents.map((agent) => agent.session.start()));
		// Only when all have answered is the machine quiet enough for a good reading of the clocks.
		await Promise.all(agents.map((agent, index) => (ready[index] ? this.#setClock(agent) : Promise.resolve())));
		agents.forEach((agent, index) => {
			this.#recordReady(agent, ready[index]);
			const { early = [] } = agent;
			agent.early = undefined;
			for (const record of early) this.#record(agent, record);
		});
		return agents;
	}

	/** The run's clock was set anew: what it called 0 is now `by`, milliseconds. */
	moveClocks(by: number): void {
		for (const agent of this.#agents.values()) agent.offset -= by;
	}

	close(uid: string): void {
		this.#agents.get(uid)?.session.close();
		this.#agents.delete(uid);
	}

	closeAll(): void {
		for (const uid of [...this.#agents.keys()]) this.close(uid);
	}

	#create(endpoint: Endpoint): Agent {
		const agent: Agent = {
			endpoint: endpoint.name,
			uid: endpoint.uid,
			offset: 0,
			early: [],
			session: new AgentSession(endpoint.name, this.#run, () => this.#deployment.openAgent(agentAddress(endpoint)), {
				record: (record) => (agent.early ? agent.early.push(record) : this.#record(agent, record)),
				lost: (reason) => {
					this.#recorder.append({ is: 'agent-lost', agent: agent.endpoint, reason });
					this.#listener.lost(agent);
				},
			}),
		};
		this.#agents.set(endpoint.uid, agent);
		return agent;
	}

	/** The ping with the shortest way there and back bounds the error best (Cristian's algorithm). */
	async #setClock(agent: Agent): Promise<void> {
		const best = await this.#readClock(agent);
		if (best) agent.offset = best.offset;
	}

	/** How well times of agents can be told, once more after a while: clocks drift. */
	async readClocks(): Promise<void> {
		await Promise.all(this.alive().map((agent) => this.#readClock(agent)));
	}

	/** Writes down what was found. */
	async #readClock(agent: Agent): Promise<{ offset: number; error: number } | undefined> {
		let best: { offset: number; error: number } | undefined;
		for (let sample = 0; sample < clockSamples; sample += 1) {
			const pong = await agent.session.ping();
			if (!pong) return undefined;
			const error = (pong.answered - pong.asked) / 2;
			if (best && error >= best.error) continue;
			best = { offset: pong.at - this.#recorder.time(pong.asked + error), error };
		}
		if (best) this.#recorder.append({ is: 'clock', agent: agent.endpoint, uid: agent.uid, ...best });
		return best;
	}

	#recordReady(agent: Agent, ready: ReadyMessage | undefined): void {
		if (!ready) return;
		this.#recorder.append({
			is: 'agent-ready',
			agent: agent.endpoint,
			observableSince: this.#runTime(agent, ready.startedAt),
			failures: ready.failures.map(({ port, protocol, family, detail }) => `${port}/${protocol} ${family}: ${detail}`),
		});
	}

	#runTime(agent: Agent, at: number): number {
		return Math.round((at - agent.offset) * 1000) / 1000;
	}

	#record(agent: Agent, record: AgentRecord): void {
		const who = { agent: agent.endpoint, uid: agent.uid, seq: record.seq };
		const seenAt = this.#runTime(agent, record.at);
		switch (record.is) {
			case 'result': {
				const { token, outcome, certificate } = record;
				const startedAt = this.#runTime(agent, record.startedAt);
				const endedAt = this.#runTime(agent, record.endedAt);
				const epoch = this.#listener.epochOf(token) ?? 0;
				const shown = certificate ? { certificate } : {};
				this.#recorder.append({ is: 'result', epoch, token, ...who, outcome, startedAt, endedAt, ...shown });
				this.#listener.result(token, record, agent);
				return;
			}
			case 'witness': {
				const { token, protocol, from, to, asked } = record;
				const name = asked === undefined ? {} : { asked };
				this.#recorder.append({ is: 'witness', ...who, seenAt, token, protocol, from, to, ...name });
				this.#listener.witness(token, agent);
				return;
			}
			case 'identity': {
				const { token, forwardedClientCert } = record;
				this.#recorder.append({ is: 'identity', ...who, seenAt, token, forwardedClientCert });
				return;
			}
			case 'hold-ended': {
				const { name: hold, outcome } = record;
				this.#recorder.append({ is: 'hold-ended', ...who, seenAt, hold, outcome });
				this.#listener.holdEnded?.(hold);
				return;
			}
			case 'tries':
			case 'sightings':
			case 'stalled':
			case 'streams-ended':
				return this.#recordStream(agent, record);
			case 'syn':
				this.#recorder.append({ is: 'syn', ...who, seenAt, from: record.from, to: record.to });
				return;
			case 'overflow':
				this.#recorder.append({ is: 'overflow', ...who, lost: record.lost });
				return;
			default:
				this.#recorder.append({ is: 'record', ...who, of: record.is });
		}
	}

	/** What continuous attempts tell. */
	#recordStream(agent: Agent, record: StreamRecord): void {
		const who = { agent: agent.endpoint, uid: agent.uid, seq: record.seq };
		switch (record.is) {
			case 'tries': {
				const { stream, base, outcomes, tries } = record;
				this.#recorder.append({ is: 'tries', ...who, stream, base: this.#runTime(agent, base), outcomes, tries });
				return;
			}
			case 'sightings': {
				const { stream, protocol, from, to, base, seen } = record;
				const at = { base: this.#runTime(agent, base), seen };
				this.#recorder.append({ is: 'sightings', ...who, stream, protocol, from, to, ...at });
				return;
			}
			case 'stalled': {
				const [from, to] = [this.#runTime(agent, record.from), this.#runTime(agent, record.to)];
				this.#recorder.append({ is: 'stalled', ...who, from, to });
				return;
			}
			case 'streams-ended':
				this.#recorder.append({ is: 'streams-ended', ...who, streams: record.streams });
				return;
		}
	}
}

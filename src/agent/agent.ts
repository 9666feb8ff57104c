import type { AgentCommand, AgentConfig, AgentListen, BootAttempt, StreamAttempt } from '../model/agent.ts';
import { Attempts } from './attempts.ts';
import { BootPlan } from './boot-plan.ts';
import { now } from './clock.ts';
import { readCommand } from './command.ts';
import type { ControlStream } from './control-stream.ts';
import type { Told } from './conversation.ts';
import { HalfOpenWatch } from './half-open.ts';
import { Holds } from './holds.ts';
import { readKernelCounters } from './kernel-counters.ts';
import { type Listening, openListeners } from './listeners.ts';
import { whenQuiet } from './quiet.ts';
import { untilOwned } from './own-addresses.ts';
import { Records } from './records.ts';
import { Resolver } from './resolver.ts';
import { selfCheck } from './self-check.ts';
import { Stalls } from './stalls.ts';
import { Streams } from './streams.ts';
import { Witness } from './witness.ts';

/** Commands that are answered by a record. */
type InSequence = 'cancel' | 'stop-boot' | 'end-streams' | 'self-check' | 'counters' | 'barrier';

/** Carries out a controller's commands; knows nothing of how its stream came about. */
export class Agent {
	readonly records: Records;
	readonly #config: AgentConfig;
	readonly #key: Buffer;
	readonly #witness: Witness;
	readonly #resolver: Resolver;
	readonly #attempts: Attempts;
	readonly #holds: Holds;
	readonly #boot: BootPlan;
	readonly #streams: Streams;
	readonly #watch: HalfOpenWatch;
	#listening: Listening = { bound: [], failures: [] };
	#startedAt = 0;
	/** Undefined until a controller has said hello. */
	#stream: ControlStream | undefined;
	/** Called on `stop`, with the stream that asked for it. */
	onStop: (stream: ControlStream) => void = () => {};

	constructor(config: AgentConfig) {
		this.#config = config;
		this.#key = Buffer.from(config.key, 'hex');
		this.records = new Records(config.limits.records);
		this.records.onAdded = () => this.#stream?.schedule();
		const stalls = new Stalls(this.records);
		this.#witness = new Witness(this.records, this.#key, config.uid, stalls);
		this.#resolver = new Resolver({ uid: config.uid, key: this.#key }, this.#witness, config.dns);
		this.#attempts = new Attempts(this.#key, config.limits.inFlight);
		this.#holds = new Holds(this.#key, (name, outcome) => this.records.add({ is: 'hold-ended', name, outcome }));
		this.#boot = new BootPlan(this.#attempts, (token, told) => this.#result(token, told));
		this.#streams = new Streams(this.#key, this.#attempts, this.records, stalls);
		const ports = new Set(config.listen.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port));
		this.#watch = new HalfOpenWatch(ports, (from, to) => this.records.add({ is: 'syn', from, to }));
	}

	/** Starts the boot plan, then opens the listeners; resolves when they are open. */
	async start(): Promise<void> {
		this.#boot.start(this.#config.boot.filter((attempt) => !isStream(attempt)));
		this.#streams.begin(this.#config.boot.filter(isStream));
		await untilOwned(this.#config.addresses ?? []);
		this.#listening = await openListeners(
			this.#config.listen,
			this.#config.limits.connections,
			this.#witness,
			this.#resolver,
		);
		this.#startedAt = now();
		this.#watch.start();
	}

	/** One line of a controller; whatever it holds, the agent goes on. */
	command(line: string, stream: ControlStream): void {
		// Ends what a controller was about to say when its connection broke.
		if (line === '') return;
		const command = readCommand(line);
		if (typeof command === 'string') return stream.answer({ is: 'refused', detail: command });
		if (command.do === 'hello') return this.#hello(command, stream);
		if (command.do === 'ping') return stream.answer({ is: 'pong', id: command.id, at: now() });
		if (!this.#stream) return stream.answer({ is: 'refused', detail: 'hello comes first' });
		this.#carryOut(command, stream);
	}

	#hello({ run, after }: AgentCommand & { do: 'hello' }, stream: ControlStream): void {
		if (run !== this.#config.run) return stream.answer({ is: 'refused', detail: 'this agent belongs to another run' });
		this.#stream = stream;
		const listening: AgentListen[] = this.#config.listen.filter((listen) =>
			this.#listening.bound.some((bound) => bound.listen === listen),
		);
		const { failures } = this.#listening;
		stream.answer({ is: 'ready', uid: this.#config.uid, at: now(), startedAt: this.#startedAt, listening, failures });
		// A number beyond the last one is from another life of this agent: then everything is news.
		stream.sendRecordsAfter(after > this.records.last ? 0 : after);
	}

	#carryOut(command: Exclude<AgentCommand, { do: 'hello' | 'ping' }>, stream: ControlStream): void {
		switch (command.do) {
			case 'attempt':
				for (const attempt of command.attempts)
					this.#attempts.add(attempt, (told) => this.#result(attempt.token, told));
				break;
			case 'limit-wait':
				this.#attempts.limitWait(command.wait);
				break;
			case 'hold':
				this.#holds.hold(command.name, command.attempt, (told) => this.#result(command.attempt.token, told));
				break;
			case 'attempt-on':
				this.#holds.attemptOn(command.name, command.token, command.deadline, (told) =>
					this.#result(command.token, told),
				);
				break;
			case 'release':
				this.#holds.release(command.name);
				break;
			case 'begin-streams':
				this.#streams.begin(command.streams);
				break;
			case 'ack':
				this.records.acknowledge(command.seq);
				break;
			case 'stop':
				this.onStop(stream);
				break;
			default:
				this.#answerInSequence(command, stream);
		}
	}

	#answerInSequence(command: AgentCommand & { do: InSequence }, stream: ControlStream): void {
		const { id } = command;
		switch (command.do) {
			case 'cancel':
				this.#attempts.cancel(now());
				this.#holds.cancel();
				this.records.add({ is: 'cancelled', id });
				break;
			case 'stop-boot':
				this.#boot.stop((startedAt, tries) => this.records.add({ is: 'boot-stopped', id, startedAt, tries }));
				break;
			case 'end-streams':
				this.#streams.end(command.tokens, (streams) => this.records.add({ is: 'streams-ended', id, streams }));
				break;
			case 'self-check':
				void selfCheck(this.#listening.bound, this.#witness, this.#key, this.#config.uid).then((checks) =>
					this.records.add({ is: 'self-check', id, checks }),
				);
				break;
			case 'counters':
				try {
					const counters = { ...readKernelCounters(), strays: this.#witness.strays };
					this.records.add({ is: 'counters', id, counters });
				} catch (error) {
					stream.answer({ is: 'refused', detail: `counters: ${(error as Error).message}` });
				}
				break;
			case 'barrier':
				whenQuiet(this.#witness, () => {
					this.#watch.look();
					this.#witness.sightings.flush();
					this.records.add({ is: 'barrier', id });
				});
				break;
		}
	}

	#result(token: string, { sentBy: _, ...told }: Told): void {
		this.records.add({ is: 'result', token, ...told });
	}
}

function isStream(attempt: BootAttempt): attempt is StreamAttempt {
	return 'ports' in attempt;
}

import type { IpFamily, Protocol, SocketAddress } from '../../src/model/address.ts';
import type { SelfCheck } from '../../src/model/agent.ts';
import type { EventBody, HistoryEvent, Purpose, ScenarioEventBody } from '../../src/model/event.ts';
import { wireEvents } from './wire-events.ts';
import type { OutcomeCode } from '../../src/model/outcome.ts';
import type { Cell, Plan, ScenarioPlan, Step } from '../../src/model/plan.ts';
import type { ServiceSpec, TargetRef } from '../../src/model/scenario.ts';

/** What becomes of one try; the builder writes every record that follows from it. */
export interface Behaviour {
	code: OutcomeCode;
	detail?: string;
	/** UID that a reply names. Default: the (first) target. */
	by?: string;
	/** UIDs whose witness sees the token. Default: whoever replied. */
	witnesses?: string[];
	/** When the witness sees it: in the epoch, or after the change that follows it. */
	when?: 'in-epoch' | 'after-change';
	/** X-Forwarded-Client-Cert that comes with the token to whoever sees it; TOKEN in it stands for that. */
	forwarded?: string;
	/** The target sees the SYN half-open. */
	syn?: boolean;
	/** The client got the target’s greeting; `other`: somebody else’s. */
	greeted?: true | 'other';
	/** Where that SYN comes from, when it is not the client's own address. */
	synFrom?: string;
}

export const replied: Behaviour = { code: 'replied' };
export const timedOut: Behaviour = { code: 'timed-out' };
export const delivered: Behaviour = { code: 'timed-out', witnesses: ['target'] };

export interface BuildOptions {
	cells?: Partial<Cell>[];
	/** Default: open in baseline and reopen; in declared as the cell expects. */
	behave?: (cell: Cell, purpose: Purpose, index: number) => Behaviour;
	/** Pods of the world besides `defaultPods`. */
	pods?: PodOptions[];
	services?: Record<string, ServiceSpec>;
	/** Names of the backends of each Service. */
	backends?: Record<string, string[]>;
	/** Default: baseline, apply, settle, declared, delete, reopen. */
	steps?: Step[];
	/** More tries of a cell than it declares, per purpose. */
	extraTries?: (cell: Cell, purpose: Purpose) => number;
	/** Planned source port of a try, when the next free one is not wanted. */
	sourcePort?: (cell: Cell, purpose: Purpose, index: number) => number | undefined;
	skip?: string;
	/** Pods whose sidecar connects to them in the client's place. */
	sidecars?: string[];
	/** The wire is captured in declared epochs; whether a try's token stands readable on it. Default: nothing is captured. */
	wire?: (cell: Cell) => boolean;
}

export interface PodOptions {
	name: string;
	node?: string;
	hostNetwork?: boolean;
	agent?: boolean;
	listen?: number[];
}

export interface Built {
	plan: Plan;
	events: HistoryEvent[];
}

export const defaultPods: PodOptions[] = [
	{ name: 'client-one' },
	{ name: 'client-two' },
	{ name: 'app-one' },
	{ name: 'app-two' },
];

export const scenarioName = 'shop';

export function uidOf(name: string): string {
	return `uid-${name}`;
}

const base: Omit<Cell, 'id' | 'path'> = {
	kind: 'connect',
	from: { kind: 'pod', name: 'client-two' },
	to: { kind: 'pod', name: 'app-one', port: 80, protocol: 'tcp' },
	port: 80,
	protocol: 'tcp',
	family: 'ipv4',
	speaks: 'tcp',
	expectation: 'blocked',
	reason: undefined,
	by: undefined,
	prediction: { verdict: 'unknown', because: [] },
	phase: undefined,
	on: undefined,
	tries: 3,
	skip: undefined,
	position: { file: 'shop.yaml', line: 10, column: 5 },
};

export function makeCell(overrides: Partial<Cell> = {}): Cell {
	const cell = { ...base, ...overrides };
	const to = cell.to.kind === 'service' ? `svc/${cell.to.name}` : cell.to.name;
	const held = cell.on === undefined ? '' : ` on ${cell.on}`;
	const path = `${cell.from.name}→${to}:${cell.port}/${cell.protocol}/${cell.family}${held}`;
	const phase = cell.phase === undefined ? '' : `/${cell.phase}`;
	const tls = cell.tls === undefined ? '' : ` as ${[cell.tls.certificate, ...cell.tls.alpn].join(' ')}`;
	return { id: `${scenarioName}/${cell.kind}/${path}${tls}${phase}`, path: `${path}${tls}`, ...cell };
}

export function toPod(name: string): TargetRef {
	return { kind: 'pod', name, port: 80, protocol: 'tcp' };
}

export function makePlan(cells: Cell[], options: BuildOptions = {}): Plan {
	const ids = cells.map(({ id }) => id);
	const steps: Step[] = options.steps ?? [
		{ do: 'attempt', purpose: 'baseline', phase: undefined, cells: ids },
		{ do: 'apply', policies: ['deny'] },
		{ do: 'settle', cells: ids, bound: undefined },
		{ do: 'attempt', purpose: 'declared', phase: undefined, cells: ids },
		{ do: 'delete', policies: ['deny'] },
		{ do: 'attempt', purpose: 'reopen', phase: undefined, cells: ids },
	];
	const scenario: ScenarioPlan = {
		name: scenarioName,
		file: 'shop.yaml',
		description: 'A shop',
		reference: '',
		status: 'required',
		tags: [],
		requires: [],
		skip: options.skip,
		workload: {
			scenario: scenarioName,
			namespaces: {},
			pods: {},
			services: options.services ?? {},
			external: {},
			nodes: ['a', 'b'],
			initialPods: [],
			attemptingNodes: [],
		},
		policies: [],
		cells,
		steps,
		timing: { settle: undefined, hold: undefined },
	};
	return { schemaVersion: 1, scenarios: [scenario] };
}

/** A complete and correct history of a plan; a test then changes one thing. */
export function build(options: BuildOptions = {}): Built {
	const cells = (options.cells ?? [{}, { from: { kind: 'pod', name: 'client-one' }, expectation: 'allowed' }]).map(
		makeCell,
	);
	const plan = makePlan(cells, options);
	return { plan, events: new World(plan, options, [...defaultPods, ...(options.pods ?? [])]).run() };
}

/** The same of the only scenario of any plan, among the pods that the plan has. */
export function simulate(plan: Plan, options: BuildOptions = {}): HistoryEvent[] {
	const pods = Object.entries(plan.scenarios[0]?.workload.pods ?? {}).map(([name, { listen }]): PodOptions => {
		return { name, listen: [...new Set(listen.map(({ port }) => port))] };
	});
	return new World(plan, options, pods).run();
}

class World {
	readonly #scenario: ScenarioPlan;
	readonly #options: BuildOptions;
	readonly #pods: PodOptions[];
	/** By name; addresses are made from them. */
	readonly #numbers: ReadonlyMap<string, number>;
	readonly #cells: Map<string, Cell>;
	readonly #events: HistoryEvent[] = [];
	readonly #seq = new Map<string, number>();
	readonly #sent = new Map<string, number>();
	readonly #ports = new Map<string, number>();
	readonly #late: (() => void)[] = [];
	#at = 0;
	#epoch = 0;
	#tokens = 0;

	constructor(plan: Plan, options: BuildOptions, pods: PodOptions[]) {
		const [scenario] = plan.scenarios;
		if (!scenario) throw new Error('a plan has one scenario here');
		this.#scenario = scenario;
		this.#options = options;
		this.#pods = pods;
		this.#numbers = new Map(pods.map(({ name }, index) => [name, index + 1]));
		this.#cells = new Map(scenario.cells.map((cell) => [cell.id, cell]));
	}

	run(): HistoryEvent[] {
		this.#push({
			is: 'run-began',
			schemaVersion: 1,
			run: 'run-1',
			version: '0.1.0',
			startedAt: '2026-01-01T00:00:00Z',
		});
		this.#push({
			is: 'cluster',
			baseline: 'no-policies',
			facts: {
				...{ name: 'embedded', driver: 'netns', version: 'embedded', kernel: '6.1', enforcers: ['nftables'] },
				...{ nodes: 2, ranges: {}, notes: [], injected: [] },
				...(this.#options.wire && { wireCapture: true }),
			},
		});
		if (this.#scenario.skip === undefined) this.#runScenario();
		this.#push({ is: 'run-ended', outcome: 'completed' });
		return this.#events;
	}

	#runScenario(): void {
		this.#append({ is: 'scenario-began' });
		for (const pod of this.#pods) {
			this.#append({
				...{ is: 'endpoint', kind: 'pod', name: pod.name, uid: uidOf(pod.name), addresses: this.#addresses(pod.name) },
				...{ labels: { app: pod.name }, hostNetwork: pod.hostNetwork ?? false, node: pod.node ?? 'a' },
				agent: pod.agent ?? true,
			});
		}
		for (const pod of this.#agents()) {
			this.#append({ is: 'agent-ready', agent: pod.name, observableSince: this.#at, failures: [] });
			this.#append({ is: 'clock', agent: pod.name, uid: uidOf(pod.name), offset: 0, error: 0.01 });
		}
		this.#scenario.steps.forEach((step, index) => this.#step(step, index));
		this.#append({ is: 'scenario-ended', outcome: 'completed' });
	}

	#step(step: Step, index: number): void {
		if (step.do === 'attempt') return this.#attempts(step.cells, step.purpose, index);
		if (step.do === 'hold')
			return this.#holdStep(
				step.holds.map((held) => held.name),
				index,
			);
		if (step.do === 'settle') {
			this.#append({ is: 'settled', step: index, method: 'observed', cells: [], unsettled: [], hold: 10 });
			return;
		}
		this.#at += 5;
		const objects = 'policies' in step ? step.policies : [];
		const requestedAt = this.#at;
		this.#at += 5;
		const acknowledgedAt = this.#at;
		this.#append({
			...{ is: 'change', step: index, action: step.do, objects, requestedAt, acknowledgedAt },
			acknowledgement: 'programmed',
		});
		for (const late of this.#late.splice(0)) late();
	}

	#holdStep(names: string[], step: number): void {
		const cells = [...this.#cells.values()].filter((cell) => cell.on !== undefined && names.includes(cell.on));
		this.#attempts(
			cells.slice(0, 1).map(({ id }) => id),
			'hold',
			step,
		);
	}

	#attempts(ids: string[], purpose: Purpose, step: number): void {
		this.#epoch += 1;
		this.#append({ is: 'epoch-began', epoch: this.#epoch, step, purpose });
		this.#append({ is: 'services', services: [] });
		const wire = purpose === 'declared' && this.#options.wire ? this.#capture() : undefined;
		wire?.begin();
		this.#controls('before');
		const tries = ids.flatMap((id) => {
			const cell = this.#cells.get(id);
			return cell && cell.skip === undefined ? this.#triesOf(cell, purpose) : [];
		});
		const records = tries.map((write) => write());
		for (const record of records) record();
		if (wire) this.#onWire(wire);
		const { floor, wait, slowest } = { floor: 50, wait: 100, slowest: 5 };
		this.#append({ is: 'calibration', epoch: this.#epoch, wait, floor, samples: 3, median: 2, slowest });
		this.#at += 150;
		for (const pod of this.#agents()) {
			const uid = uidOf(pod.name);
			this.#append({ is: 'barrier', epoch: this.#epoch, agent: pod.name, uid, seq: this.#number(uid) });
		}
		this.#controls('after');
		wire?.end();
		this.#append({ is: 'epoch-ended', epoch: this.#epoch, complete: true });
	}

	#capture() {
		const pods = this.#agents().map(({ name }) => ({ name, uid: uidOf(name), address: this.#address(name, 'ipv4') }));
		return wireEvents(this.#epoch, pods, {
			append: (body) => this.#append(body),
			number: (uid) => this.#number(uid),
			at: () => this.#at,
		});
	}

	/** What the epoch's tries left on the wire, as the options say. */
	#onWire(wire: ReturnType<typeof wireEvents>): void {
		const tries = this.#events.filter((event) => event.is === 'try' && event.epoch === this.#epoch);
		for (const event of tries) {
			if (event.is !== 'try') continue;
			const cell = this.#cells.get(event.cell);
			const [to] = event.targets;
			if (!cell || to === undefined) continue;
			if (this.#options.wire?.(cell)) wire.readable(event.token, event.from, to);
			else wire.encrypted(event.from, to);
		}
	}

	/** Returns functions: each writes the try ahead, and returns what writes the records of it. */
	#triesOf(cell: Cell, purpose: Purpose): (() => () => void)[] {
		const count = purpose === 'hold' ? 1 : cell.tries + (this.#options.extraTries?.(cell, purpose) ?? 0);
		return Array.from({ length: count }, (_, index) => () => {
			const behaviour = this.#options.behave?.(cell, purpose, index) ?? this.#default(cell, purpose);
			const from = cell.from.name;
			const targets = this.#targets(cell).map(uidOf);
			const port = this.#options.sourcePort?.(cell, purpose, index) ?? this.#port(cell);
			const token = `token-${this.#tokens++}`;
			const destination = this.#destination(cell);
			const source = { address: this.#address(from, cell.family), port };
			const { protocol, family } = cell;
			const epoch = this.#epoch;
			this.#append({
				...{ is: 'try', epoch, cell: cell.id, purpose, token, from: uidOf(from), targets, source, destination },
				...{ protocol, family, ...(cell.on === undefined ? {} : { on: cell.on }) },
			});
			return () => this.#records(cell, behaviour, { token, targets, source, destination, epoch });
		});
	}

	#records(
		cell: Cell,
		behaviour: Behaviour,
		sent: {
			token: string;
			targets: string[];
			source: { address: string; port: number };
			destination: SocketAddress;
			epoch: number;
		},
	): void {
		const { token, targets, source, destination, epoch } = sent;
		const startedAt = this.#at;
		const [first] = targets;
		const by = behaviour.by ?? (behaviour.code === 'replied' ? first : undefined);
		const witnesses = (behaviour.witnesses ?? (by === undefined ? [] : [by])).map((uid) =>
			uid === 'target' ? (first ?? '') : uid,
		);
		const witness = () => {
			for (const uid of witnesses) {
				const numbered = { agent: nameOf(uid), uid, seq: this.#number(uid), seenAt: this.#at };
				const from = this.#options.sidecars?.includes(nameOf(uid)) ? { address: '127.0.0.6', port: 40_000 } : source;
				this.#append({ is: 'witness', ...numbered, token, protocol: cell.protocol, from, to: destination });
				const forwarded = behaviour.forwarded?.replaceAll('TOKEN', token);
				if (forwarded === undefined) continue;
				const next = { ...numbered, seq: this.#number(uid) };
				this.#append({ is: 'identity', ...next, token, forwardedClientCert: forwarded });
			}
		};
		if (behaviour.syn && first !== undefined) {
			const from = { address: behaviour.synFrom ?? source.address, port: source.port };
			const numbered = { agent: nameOf(first), uid: first, seq: this.#number(first), seenAt: this.#at };
			this.#append({ is: 'syn', ...numbered, from, to: destination });
		}
		if (behaviour.when === 'after-change') this.#late.push(witness);
		else witness();
		this.#at += 2;
		const uid = uidOf(cell.from.name);
		const outcome = {
			...{ code: behaviour.code },
			...(by === undefined ? {} : { by }),
			...(behaviour.detail === undefined ? {} : { detail: behaviour.detail }),
			...(behaviour.greeted === undefined
				? {}
				: { greetedBy: behaviour.greeted === true ? (first ?? '') : 'uid-other' }),
		};
		if (behaviour.code !== 'not-run') this.#sent.set(uid, (this.#sent.get(uid) ?? 0) + 1);
		const numbered = { agent: cell.from.name, uid, seq: this.#number(uid) };
		this.#append({ is: 'result', epoch, token, ...numbered, outcome, startedAt, endedAt: this.#at });
	}

	#controls(when: 'before' | 'after'): void {
		const epoch = this.#epoch;
		this.#append({
			...{ is: 'losses', epoch, when },
			counters: { conntrackDrop: 0, conntrackInsertFailed: 0, neighbourTableFull: 0 },
		});
		for (const pod of this.#agents()) {
			const uid = uidOf(pod.name);
			const who = { epoch, when, agent: pod.name, uid };
			this.#append({ is: 'record', agent: pod.name, uid, seq: this.#number(uid), of: 'self-check' });
			this.#append({ is: 'self-check', ...who, checks: this.#checks(pod) });
			this.#append({ is: 'record', agent: pod.name, uid, seq: this.#number(uid), of: 'counters' });
			this.#append({
				...{ is: 'counters', ...who },
				counters: {
					...{ listenDrops: 7, listenOverflows: 0, udpReceiveBufferErrors: 0, strays: 0 },
					...{ sentPackets: this.#sent.get(uid) ?? 0, receivedPackets: 0 },
				},
			});
		}
	}

	#checks(pod: PodOptions): SelfCheck[] {
		return (pod.listen ?? [80, 53]).flatMap((port) =>
			(['tcp', 'udp'] satisfies Protocol[]).flatMap((protocol) =>
				(['ipv4', 'ipv6'] satisfies IpFamily[]).map((family) => ({ port, protocol, family, ok: true })),
			),
		);
	}

	#default(cell: Cell, purpose: Purpose): Behaviour {
		if (purpose !== 'declared') return replied;
		return cell.expectation === 'blocked' ? timedOut : replied;
	}

	#agents(): PodOptions[] {
		return this.#pods.filter((pod) => pod.agent !== false);
	}

	#targets(cell: Cell): string[] {
		return cell.to.kind === 'service' ? (this.#options.backends?.[cell.to.name] ?? []) : [cell.to.name];
	}

	#destination(cell: Cell): SocketAddress {
		const address = cell.to.kind === 'service' ? '10.96.0.1' : this.#address(cell.to.name, cell.family);
		return { address, port: cell.port };
	}

	#addresses(name: string): { ipv4: string; ipv6: string } {
		return { ipv4: this.#address(name, 'ipv4'), ipv6: this.#address(name, 'ipv6') };
	}

	#address(name: string, family: IpFamily): string {
		const number = this.#numbers.get(name) ?? 0;
		return family === 'ipv4' ? `10.0.${number >> 8}.${number & 255}` : `fd00::${number}`;
	}

	#port(cell: Cell): number {
		const held = cell.on === undefined ? '' : ` ${cell.on}`;
		const key = `${cell.from.name} ${cell.protocol} ${cell.family}${held}`;
		const next = this.#ports.get(key) ?? (held === '' ? 1024 : 40_000);
		this.#ports.set(key, held === '' ? next + 1 : next);
		return next;
	}

	#number(uid: string): number {
		const next = (this.#seq.get(uid) ?? 0) + 1;
		this.#seq.set(uid, next);
		return next;
	}

	#append(body: ScenarioEventBody): void {
		this.#push({ scenario: this.#scenario.name, ...body });
	}

	#push(body: EventBody): void {
		this.#at += 0.25;
		// The body is one member of the union; spreading it loses which one.
		this.#events.push({ n: this.#events.length + 1, at: this.#at, ...body } as HistoryEvent);
	}
}

function nameOf(uid: string): string {
	return uid.replace(/^uid-/, '');
}

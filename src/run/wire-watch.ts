import type { IpFamily } from '../model/address.ts';
import type { CaptureMessage } from '../model/capture.ts';
import type { CaptureStream, Deployment, Endpoint } from '../model/cluster.ts';
import { isRecord } from '../model/is-record.ts';
import type { SourcePorts } from '../plan/source-ports.ts';
import type { Agents } from './agents.ts';
import { withinDeadline } from './deadline.ts';
import { newToken } from './new-token.ts';
import type { Recorder } from './recorder.ts';

export interface WireWatchContext {
	deployment: Deployment;
	agents: Agents;
	recorder: Recorder;
	ports: SourcePorts;
}

export interface WireWatchRequest {
	epoch: number;
	/** On whose host sides is captured. */
	pods: readonly Endpoint[];
	/** Of the paths; a marker is sent in each. */
	families: readonly IpFamily[];
}

/** For a program to start, or to answer. Milliseconds. */
const answerBound = 15_000;
/** For a marker to be seen; it is seen at once or not at all. Milliseconds. */
const markerBound = 2000;
/** Markers go to the port of `discard`, on which no probe listens. What becomes of them is of no account. */
const markerPort = 9;
const markerDeadline = 100;

interface Watched {
	id: string;
	stream: CaptureStream;
	/** Interface -> uid of the pod whose host side it is. */
	uids: Map<string, string>;
	ready: (message: Extract<CaptureMessage, { is: 'ready' }>) => void;
	barrier: () => void;
}

/**
 * Captures what an epoch puts on the wire, and shows by markers before and after that it did: each captured pod sends a
 * datagram with a token of its own, in the clear, which must be seen where its connections are. All of it goes to the history;
 * a capture that fails fails nothing, it only shows nothing. Whoever opened it calls `close`.
 */
export class WireWatch {
	readonly #context: WireWatchContext;
	readonly #request: WireWatchRequest;
	readonly #watched: Watched[] = [];
	/** Markers that have not been seen on their own pod's host side. */
	readonly #awaited = new Map<string, { uid: string; seen: () => void }>();
	#closed = false;

	constructor(context: WireWatchContext, request: WireWatchRequest) {
		this.#context = context;
		this.#request = request;
	}

	/** Opens the captures and sends the first markers. */
	async begin(): Promise<void> {
		const { deployment, recorder } = this.#context;
		const { epoch, pods } = this.#request;
		try {
			const streams = (await deployment.openCaptures?.(pods.map(({ name }) => name))) ?? [];
			await Promise.all(streams.map((stream) => this.#watch(stream)));
		} catch (error) {
			const reason = error instanceof Error ? error.message : String(error);
			recorder.append({ is: 'capture-failed', epoch, reason });
			return;
		}
		await this.#mark('before');
	}

	/** Sends the last markers and has everything written down that was captured. */
	async end(): Promise<void> {
		if (this.#watched.length === 0) return;
		await this.#mark('after');
		await Promise.all(this.#watched.map((watched) => this.#barrier(watched)));
	}

	close(): void {
		this.#closed = true;
		for (const { stream } of this.#watched) stream.close();
		for (const { seen } of this.#awaited.values()) seen();
	}

	async #watch(stream: CaptureStream): Promise<void> {
		const { epoch, pods } = this.#request;
		const { recorder } = this.#context;
		const watched: Watched = {
			id: `${epoch}/${stream.node}`,
			stream,
			uids: new Map(),
			ready: () => {},
			barrier: () => {},
		};
		this.#watched.push(watched);
		const ready = new Promise<Extract<CaptureMessage, { is: 'ready' }>>((resolve) => {
			watched.ready = resolve;
		});
		stream.onLine((line) => this.#receive(watched, line));
		void stream.ended.then((reason) => {
			if (!this.#closed) recorder.append({ is: 'capture-failed', epoch, reason });
		});
		const message = await withinDeadline(Promise.race([ready, stream.ended.then(() => undefined)]), answerBound);
		const interfaces = (message?.interfaces ?? []).flatMap(({ name, addresses }) => {
			const pod = pods.find((one) => Object.values(one.addresses).some((address) => addresses.includes(address)));
			return pod ? [{ name, uid: pod.uid }] : [];
		});
		watched.uids = new Map(interfaces.map(({ name, uid }) => [name, uid]));
		recorder.append({ is: 'capture-began', epoch, capture: watched.id, interfaces });
		const aside = pods.filter(({ uid, node }) => node === stream.node && !interfaces.some((one) => one.uid === uid));
		if (!message || aside.length === 0) return;
		const names = aside.map(({ name }) => name).join(', ');
		recorder.append({ is: 'capture-failed', epoch, reason: `no host route on node ${stream.node} leads to ${names}` });
	}

	async #mark(when: 'before' | 'after'): Promise<void> {
		const { agents, recorder, ports } = this.#context;
		const { epoch, families, pods } = this.#request;
		const captured = new Set(this.#watched.flatMap(({ uids }) => [...uids.values()]));
		const seen: Promise<void>[] = [];
		for (const pod of pods.filter(({ uid }) => captured.has(uid))) {
			for (const family of families) {
				const address = this.#addressee(pod, family);
				const agent = agents.byUid(pod.uid);
				const port = ports.take(`pod/${pod.name}`, 'udp', family);
				if (address === undefined || !agent || port === undefined) continue;
				const token = newToken();
				recorder.append({ is: 'wire-marker', epoch, when, token, from: pod.uid, family });
				seen.push(new Promise((resolve) => this.#awaited.set(token, { uid: pod.uid, seen: resolve })));
				const destination = { address, port: markerPort };
				const common = { token, protocol: 'udp', speaks: 'udp', family, source: { port }, destination } as const;
				agent.session.send({ do: 'attempt', attempts: [{ ...common, delay: 0, deadline: markerDeadline }] });
			}
		}
		recorder.flush();
		await withinDeadline(Promise.all(seen), markerBound);
	}

	/** Another pod; without one the node. */
	#addressee(from: Endpoint, family: IpFamily): string | undefined {
		const own = from.addresses[family];
		if (own === undefined) return undefined;
		const others = [...this.#request.pods, ...this.#context.deployment.endpoints()].filter(
			(one) => one.uid !== from.uid && (one.kind === 'node' || !one.hostNetwork),
		);
		return others.flatMap((one) => one.addresses[family] ?? [])[0];
	}

	async #barrier(watched: Watched): Promise<void> {
		const answered = new Promise<void>((resolve) => {
			watched.barrier = resolve;
		});
		watched.stream.send(`barrier ${this.#request.epoch}`);
		await withinDeadline(Promise.race([answered, watched.stream.ended]), answerBound);
	}

	#receive(watched: Watched, line: string): void {
		const message = parse(line);
		if (!message) return;
		const { recorder } = this.#context;
		if (message.is === 'ready') return watched.ready(message);
		const { seq } = message;
		const capture = watched.id;
		if (message.is === 'barrier') {
			const { interfaces, flows } = message;
			recorder.append({ is: 'capture-barrier', epoch: this.#request.epoch, capture, seq, interfaces, flows });
			return watched.barrier();
		}
		const { token, protocol } = message;
		const from = { address: message.from, port: message.fromPort };
		const to = { address: message.to, port: message.toPort };
		recorder.append({ is: 'wire-token', capture, seq, interface: message.interface, token, protocol, from, to });
		const awaited = this.#awaited.get(token);
		if (awaited?.uid !== undefined && watched.uids.get(message.interface) === awaited.uid) awaited.seen();
	}
}

function parse(line: string): CaptureMessage | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return isRecord(value) && 'is' in value ? (value as CaptureMessage) : undefined;
	} catch {
		return undefined;
	}
}

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { captureProgram } from '../../../src/cluster/wire/capture-program.ts';
import type { CaptureMessage } from '../../../src/model/capture.ts';
import { type NetworkNamespace, openNetworkNamespace } from '../../agent/network-namespace.ts';

/** A host and a pod with a veth between them: the host side is `va`, the pod has 10.9.0.2 and fd00:9::2. */
export class TwoNamespaces {
	readonly #host: NetworkNamespace;
	readonly #pod: ChildProcess;

	private constructor(host: NetworkNamespace, pod: ChildProcess) {
		this.#host = host;
		this.#pod = pod;
	}

	static async open(): Promise<TwoNamespaces> {
		const host = await openNetworkNamespace();
		const [command = '', ...prefix] = host.prefix;
		const script = 'ip link set lo up && echo up && exec sleep 300';
		const pod = spawn(command, [...prefix, 'unshare', '-n', 'sh', '-c', script], {
			stdio: ['ignore', 'pipe', 'inherit'],
		});
		await once(pod.stdout, 'data');
		const two = new TwoNamespaces(host, pod);
		host.run(`ip link add va address 02:00:00:00:00:01 type veth peer name vb address 02:00:00:00:00:02 netns ${pod.pid}
			ip link set va up; ip addr add 10.9.0.1/32 dev va; ip -6 addr add fd00:9::1/128 dev va nodad
			ip route add 10.9.0.2/32 dev va; ip -6 route add fd00:9::2/128 dev va
			ip neigh add 10.9.0.2 lladdr 02:00:00:00:00:02 dev va; ip -6 neigh add fd00:9::2 lladdr 02:00:00:00:00:02 dev va
			nsenter -t ${pod.pid} -n sh -c 'ip link set vb up; ip addr add 10.9.0.2/24 dev vb; ip -6 addr add fd00:9::2/64 dev vb nodad
			ip neigh add 10.9.0.1 lladdr 02:00:00:00:00:01 dev vb; ip -6 neigh add fd00:9::1 lladdr 02:00:00:00:00:01 dev vb'`);
		return two;
	}

	/** Runs a script of Node.js at one end; `print` tells its output by line. */
	run(where: 'host' | 'pod', script: string): ChildProcessWithoutNullStreams {
		const [command = '', ...prefix] = this.#host.prefix;
		const inside = where === 'pod' ? ['nsenter', '-t', String(this.#pod.pid), '-n'] : [];
		return spawn(command, [...prefix, ...inside, process.execPath, '-e', script]);
	}

	/** On the host side. */
	async capture(...args: string[]): Promise<Capture> {
		const [command = '', ...prefix] = this.#host.prefix;
		const capture = new Capture(spawn(command, [...prefix, 'perl', captureProgram, ...args]));
		await capture.next('ready');
		return capture;
	}

	close(): void {
		this.#pod.kill('SIGKILL');
		this.#host.close();
	}
}

export class Capture {
	readonly child: ChildProcessWithoutNullStreams;
	readonly messages: CaptureMessage[] = [];
	#heard: () => void = () => {};
	#barriers = 0;

	constructor(child: ChildProcessWithoutNullStreams) {
		this.child = child;
		child.stderr.pipe(process.stderr);
		createInterface({ input: child.stdout }).on('line', (line) => {
			this.messages.push(JSON.parse(line) as CaptureMessage);
			this.#heard();
		});
	}

	async next<Is extends CaptureMessage['is']>(
		is: Is,
		fits: (message: Extract<CaptureMessage, { is: Is }>) => boolean = () => true,
	): Promise<Extract<CaptureMessage, { is: Is }>> {
		for (;;) {
			const all = this.messages.filter((message) => message.is === is) as Extract<CaptureMessage, { is: Is }>[];
			const found = all.find(fits);
			if (found) return found;
			await new Promise<void>((resolve) => {
				this.#heard = resolve;
			});
		}
	}

	async barrier(): Promise<Extract<CaptureMessage, { is: 'barrier' }>> {
		const wanted = (this.#barriers += 1);
		this.child.stdin.write(`barrier ${wanted}\n`);
		return this.next('barrier', ({ id }) => id === wanted);
	}

	tokens(): Extract<CaptureMessage, { is: 'token' }>[] {
		return this.messages.filter((message) => message.is === 'token');
	}
}

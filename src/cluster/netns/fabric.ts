import type { ChildProcess, ChildProcessWithoutNullStreams } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { IpFamily } from '../../model/address.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { fabricInitScript } from './fabric-script.ts';
import { FabricShell } from './fabric-shell.ts';
import { searchPath } from './tools.ts';

/** How long the kernel may take to end every process of a killed fabric, milliseconds. */
const closeBound = 5000;

/**
 * A set of namespaces (user, network, mount, process ids) that is one scenario's cluster.
 *
 * It ends with its runner, whichever way that goes: the kernel kills `unshare` when the runner's thread dies
 * (pdeathsig) and the init when `unshare` dies (--kill-child); should the runner die before those are in place, the
 * init, a shell, ends because its standard input closes. Processes inside die with the init of their pid namespace.
 * Whoever started it closes it.
 */
export class Fabric {
	readonly #process: ChildProcessWithoutNullStreams;
	readonly #shell: FabricShell;
	readonly #userNamespace: boolean;
	readonly #inside = new Set<ChildProcess>();
	#ended = false;

	private constructor(process: ChildProcessWithoutNullStreams, userNamespace: boolean) {
		this.#process = process;
		this.#shell = new FabricShell(process);
		this.#userNamespace = userNamespace;
		process.once('close', () => {
			this.#ended = true;
		});
		// Writing to a fabric that is gone is noticed by its end, not by an exception.
		process.stdin.on('error', () => {});
	}

	/** @throws GatecrashError GC_CLUSTER with what the tools said; nothing is left then. */
	static async start(options: {
		userNamespace: boolean;
		families: readonly IpFamily[];
		signal?: AbortSignal;
	}): Promise<Fabric> {
		const flags = `-${options.userNamespace ? 'Ur' : ''}nmpf`;
		const child = spawn(
			'setpriv',
			[
				'--pdeathsig',
				'KILL',
				'unshare',
				flags,
				'--kill-child',
				'--mount-proc',
				'sh',
				'-c',
				fabricInitScript(options.families),
			],
			{ env: toolEnvironment(), cwd: '/', detached: true },
		);
		const fabric = new Fabric(child, options.userNamespace);
		const abort = () => child.kill('SIGKILL');
		options.signal?.addEventListener('abort', abort);
		// What can't be started at all says so by an error, and closes.
		let cause: Error | undefined;
		child.once('error', (error) => {
			cause = error;
		});
		const ready = await fabric.#shell.says('ready');
		options.signal?.removeEventListener('abort', abort);
		if (ready && options.signal?.aborted !== true) return fabric;
		await fabric.close();
		options.signal?.throwIfAborted();
		const said = fabric.#shell.complaint.trim() || (cause === undefined ? endOf(child) : String(cause));
		throw new GatecrashError('GC_CLUSTER', `The embedded cluster did not start: ${said}`, { cause });
	}

	/** A process in the fabric's namespaces that a kernel's view of the network can be read from (/proc/PID/net). */
	get pid(): number {
		// A spawned process that said `ready` has a pid.
		return this.#process.pid as number;
	}

	get ended(): boolean {
		return this.#ended;
	}

	/**
	 * Starts a program in the fabric; in the network namespace `namespace` when that is given. It is killed with the
	 * fabric. `unprivileged`: without any capability and without a way to get one.
	 */
	spawn(
		command: string[],
		options: { namespace?: string; environment?: Record<string, string>; unprivileged?: boolean } = {},
	): ChildProcessWithoutNullStreams {
		if (this.#ended) throw new GatecrashError('GC_CLUSTER', 'The embedded cluster has ended.');
		const proc = `/proc/${this.pid}`;
		const network = options.namespace ? `${proc}/root/run/netns/${options.namespace}` : `${proc}/ns/net`;
		// The kernel refuses to enter the user namespace that one is in already.
		const user = this.#userNamespace ? ['--preserve-credentials', `--user=${proc}/ns/user`] : [];
		const enter = [...user, `--mount=${proc}/ns/mnt`, `--pid=${proc}/ns/pid_for_children`, `--net=${network}`];
		const dropped = options.unprivileged ? ['--bounding-set=-all', '--inh-caps=-all', '--no-new-privs'] : [];
		// A death signal, because nsenter stays behind as the parent of what it starts and may be killed alone. It needs none
		// itself: with the runner goes the pid namespace, in which it then has nothing to wait for, and can start nothing.
		const child = spawn(
			'nsenter',
			[...enter, 'setpriv', '--pdeathsig', 'KILL', ...dropped, ...command],
			// A session of its own: Ctrl-C in a terminal must reach the runner, which undoes things in order, and only it.
			{ env: { ...toolEnvironment(), ...options.environment }, cwd: '/', detached: true },
		);
		this.#inside.add(child);
		child.once('close', () => this.#inside.delete(child));
		child.stdin.on('error', () => {});
		return child;
	}

	/** Runs a tool inside to its end and gives back what it printed. @throws GatecrashError GC_CLUSTER when it fails. */
	async run(command: readonly string[], input = ''): Promise<string> {
		if (this.#ended) throw new GatecrashError('GC_CLUSTER', 'The embedded cluster has ended.');
		const { code, output, complaint } = await this.#shell.run(command, input);
		if (code === 0) return output;
		const how = code === undefined ? 'it ended meanwhile' : `exit code ${code}`;
		throw new GatecrashError(
			'GC_CLUSTER',
			`${command[0]} failed in the embedded cluster (${how}): ${complaint.trim().slice(0, 2000)}`,
		);
	}

	/** Ends every process of the fabric and waits for it. @throws GatecrashError GC_CLEANUP when that takes too long. */
	async close(): Promise<void> {
		const all = [this.#process, ...this.#inside].filter(
			(child) => child.exitCode === null && child.signalCode === null,
		);
		const exits = all.flatMap((child) => (child.pid === undefined ? [] : [once(child, 'exit')]));
		this.#process.kill('SIGKILL');
		// nsenter stops itself when what it started is stopped, and would then wait for ever for its end.
		for (const child of this.#inside) child.kill('SIGKILL');
		const bound = new AbortController();
		const late = delay(closeBound, 'late', { signal: bound.signal }).catch(() => 'aborted');
		const outcome = await Promise.race([Promise.all(exits), late]);
		bound.abort();
		if (outcome === 'late') {
			throw new GatecrashError('GC_CLEANUP', `The embedded cluster (process ${this.#process.pid}) did not end.`);
		}
	}
}

function toolEnvironment(): Record<string, string> {
	// Nothing of the user's environment gets in: NODE_OPTIONS, for one, would change every agent.
	return { PATH: searchPath(), LC_ALL: 'C' };
}

function endOf({ exitCode, signalCode }: ChildProcess): string {
	return `ended with ${signalCode ?? `exit code ${exitCode}`}`;
}

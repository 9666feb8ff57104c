import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { ClientCertificate } from '../../../model/agent.ts';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { Fabric } from '../fabric.ts';
import { type EnvoyState, readEnvoyState, readShownSerial } from './admin.ts';
import { readComplaint } from './envoy-complaint.ts';
import { adminSocket, bootstrap, clustersFile, type EnvoyConfig, listenersFile, watched } from './envoy-config.ts';
import type { Json } from './json.ts';
import { authorityFile, certificateFile, plainFiles, secretNames } from './secrets.ts';

/** How long Envoy may take to start, and to take a change; it needs some 0.3 s and 10 ms. Milliseconds. */
const startBound = 20_000;
const changeBound = 10_000;
/** Between two looks: short at first, for a change takes 10 ms, and a start as long as many looks. */
const [shortestPause, longestPause] = [4, 40];
/** How much of Envoy's standard error is kept, characters. */
const errorBound = 4096;

/** Beside which pod it runs. */
export interface ProxiedPod {
	name: string;
	namespace: string;
	/** Its network namespace. */
	device: string;
}

/** A secret in a file. */
export type Watched = 'certificate' | 'authority';

/** What it begins with. */
export interface EnvoyFiles {
	config: EnvoyConfig;
	/** Clusters that never change. */
	clusters: readonly Json[];
	/** What it shows, to servers and to clients. */
	certificate: ClientCertificate;
	/** What some listener or cluster takes from the file that Envoy watches. */
	watches: readonly Watched[];
	/** PEM of the authorities that it trusts. */
	roots: readonly string[];
}

/**
 * A real Envoy in a pod's network namespace. Its files are in the fabric's private memory, so they end with it, as the process
 * does. Whoever starts it stops it, or closes the fabric.
 */
export class EnvoyProcess {
	readonly #pod: ProxiedPod;
	/** Where its folder is, seen from the runner and from inside. */
	readonly #outside: string;
	#process: ChildProcessWithoutNullStreams | undefined;
	#complaint = '';
	#config: EnvoyConfig | undefined;
	/** Of what was written last. */
	readonly #versions = { listeners: 0, clusters: 0, certificate: 0, authority: 0 };
	#refused = 0;
	#stopped = false;

	readonly #watches: readonly Watched[];

	private constructor(fabric: Fabric, pod: ProxiedPod, watches: readonly Watched[]) {
		this.#pod = pod;
		this.#watches = watches;
		this.#outside = `/proc/${fabric.pid}/root${folderOf(pod.device)}`;
	}

	/** Resolves when every listener accepts connections. @throws GatecrashError GC_CLUSTER with what Envoy said. */
	static async start(fabric: Fabric, envoy: string, pod: ProxiedPod, given: EnvoyFiles): Promise<EnvoyProcess> {
		const started = new EnvoyProcess(fabric, pod, given.watches);
		mkdirSync(started.#outside, { recursive: true });
		started.#write('bootstrap.json', bootstrap(folderOf(pod.device), pod, given.clusters));
		started.#writeCertificate(given.certificate);
		started.#writeAuthority(given.roots);
		await started.#writeConfig(given.config);
		started.#run(fabric, envoy);
		await started.#taken(startBound);
		return started;
	}

	/** A process in the pod's network namespace. */
	get pid(): number | undefined {
		return this.#process?.pid;
	}

	/** Undefined while it runs. */
	get ended(): string | undefined {
		const { exitCode, signalCode } = this.#process ?? {};
		if (this.#stopped || (exitCode == null && signalCode == null)) return undefined;
		const { text } = readComplaint(this.#complaint);
		return `the proxy of ${this.#pod.name} ended (${signalCode ?? `exit code ${exitCode}`}): ${text}`;
	}

	/**
	 * Resolves when the configuration is in force and connections over what it took the place of are closed.
	 * @throws GatecrashError GC_CLUSTER when Envoy refuses it.
	 */
	async update(config: EnvoyConfig): Promise<void> {
		if (isDeepStrictEqual(config, this.#config)) return;
		try {
			await this.#writeConfig(config);
			await this.#taken(changeBound);
		} catch (error) {
			// What was refused must not count as what is in force when it comes a second time.
			this.#config = undefined;
			throw error;
		}
	}

	/** Resolves when the next handshake shows this certificate; open connections keep theirs. @throws GatecrashError GC_CLUSTER. */
	async rotate(certificate: ClientCertificate): Promise<void> {
		this.#writeCertificate(certificate);
		await this.#taken(changeBound);
	}

	/** Resolves when the next handshake goes by these roots, PEM. @throws GatecrashError GC_CLUSTER. */
	async trust(roots: readonly string[]): Promise<void> {
		this.#writeAuthority(roots);
		await this.#taken(changeBound);
	}

	/** Serial number, hex, of the certificate that Envoy itself says that it shows. */
	shownSerial(): Promise<string | undefined> {
		return readShownSerial(join(this.#outside, adminSocket)).catch(() => undefined);
	}

	/** Its pod is gone, or it is ended on purpose; resolves when it has ended. */
	async stop(): Promise<void> {
		this.#stopped = true;
		const child = this.#process;
		if (!child || child.exitCode !== null || child.signalCode !== null) return;
		const ended = once(child, 'exit');
		child.kill('SIGKILL');
		await ended;
	}

	#run(fabric: Fabric, envoy: string): void {
		const folder = folderOf(this.#pod.device);
		const child = fabric.spawn(
			[
				envoy,
				...['--config-path', `${folder}/bootstrap.json`, '--log-level', 'warning'],
				// One worker is enough; connections over chains that are gone end at once instead of after ten minutes.
				...['--concurrency', '1', '--disable-hot-restart', '--drain-time-s', '0', '--drain-strategy', 'immediate'],
			],
			{ namespace: this.#pod.device },
		);
		child.stdout.resume();
		child.stderr.setEncoding('utf8');
		child.stderr.on('data', (text: string) => {
			this.#complaint = (this.#complaint + text).slice(-errorBound);
		});
		child.once('error', (error) => {
			this.#complaint += error.message;
		});
		this.#process = child;
	}

	/** Only what differs: the wait for clusters is not needed where only listeners do. */
	async #writeConfig(config: EnvoyConfig): Promise<void> {
		const { listeners, clusters } = this.#config ?? {};
		this.#config = config;
		// Clusters first: a listener that names one that is not there yet is refused. Files that are written one after the
		// other are not read in that order, so a running Envoy has to say that it has the clusters.
		if (!isDeepStrictEqual(clusters, config.clusters)) {
			const version = `${++this.#versions.clusters}`;
			this.#write(watched.clusters, clustersFile(config.clusters, version));
			if (this.#process) await this.#taken(changeBound, (state) => state.clusters === version);
		}
		if (!isDeepStrictEqual(listeners, config.listeners)) {
			this.#write(watched.listeners, listenersFile(config.listeners, `${++this.#versions.listeners}`));
		}
	}

	#writeCertificate(certificate: ClientCertificate): void {
		const version = `${++this.#versions.certificate}`;
		// Beside it in the form of files that are read once.
		this.#write(plainFiles.chain, certificate.chain);
		this.#write(plainFiles.key, certificate.key);
		this.#write(`${secretNames.certificate}.json`, certificateFile(certificate, version));
	}

	#writeAuthority(roots: readonly string[]): void {
		const version = `${++this.#versions.authority}`;
		this.#write(`${secretNames.authority}.json`, authorityFile(roots, version));
	}

	/** Beside it, then renamed: Envoy notices only that. The files are in memory, where nothing has to be waited for. */
	#write(name: string, content: Json | string): void {
		const file = join(this.#outside, name);
		writeFileSync(`${file}.new`, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 });
		renameSync(`${file}.new`, file);
	}

	#isInForce(state: EnvoyState): boolean {
		const files = ['listeners', 'clusters', ...this.#watches] as const;
		return state.settled && files.every((file) => state[file] === `${this.#versions[file]}`);
	}

	/** Waits for Envoy's own word that it has what was written last, or as much of it as `enough` asks. */
	async #taken(bound: number, enough = (state: EnvoyState) => this.#isInForce(state)): Promise<void> {
		const deadline = performance.now() + bound;
		let state: EnvoyState | undefined;
		let pause = shortestPause;
		while (performance.now() < deadline) {
			if (this.ended !== undefined) {
				const { hint } = readComplaint(this.#complaint);
				throw new GatecrashError('GC_CLUSTER', capitalised(this.ended), { ...(hint !== undefined && { hint }) });
			}
			const socket = join(this.#outside, adminSocket);
			// Asking costs more than looking whether anybody is there to be asked.
			state = existsSync(socket) ? await readEnvoyState(socket).catch(() => undefined) : undefined;
			if (state && state.refused > this.#refused) {
				this.#refused = state.refused;
				throw new GatecrashError('GC_CLUSTER', `Envoy refused its configuration: ${this.#complaint.trim()}`);
			}
			if (state && enough(state)) return;
			await delay(pause);
			pause = Math.min(longestPause, pause * 1.5);
		}
		throw new GatecrashError(
			'GC_CLUSTER',
			`The proxy of ${this.#pod.name} did not take its configuration within ${bound / 1000} s (${JSON.stringify(state)}): ${this.#complaint.trim()}`,
		);
	}
}

/** Inside the fabric. */
export function folderOf(device: string): string {
	return `/run/envoy/${device}`;
}

function capitalised(text: string): string {
	return text.slice(0, 1).toUpperCase() + text.slice(1);
}

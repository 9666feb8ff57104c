import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type {
	AgentCommand,
	AgentConfig,
	AgentListen,
	AgentMessage,
	AgentRecord,
	AttemptCommand,
} from '../../src/model/agent.ts';
import { agentNodeFlags, defaultAgentLimits } from '../../src/model/agent.ts';

let bundle: Promise<string> | undefined;

/** The agent as it ships: one file, built once. */
export function agentFile(): Promise<string> {
	bundle ??= (async () => {
		const folder = mkdtempSync(join(tmpdir(), 'gatecrash-agent-'));
		process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
		const outfile = join(folder, 'agent.cjs');
		await build({
			entryPoints: [fileURLToPath(new URL('../../src/agent/main.ts', import.meta.url))],
			outfile,
			bundle: true,
			platform: 'node',
			target: 'node20',
			format: 'cjs',
			logLevel: 'error',
		});
		return outfile;
	})();
	return bundle;
}

export function agentConfig(change: Partial<AgentConfig> = {}): AgentConfig {
	return {
		run: 'run-1',
		endpoint: 'one',
		uid: 'uid-one',
		key: '00112233445566778899aabbccddeeff',
		listen: [],
		boot: [],
		limits: defaultAgentLimits,
		...change,
	};
}

export function tcp(port: number): AgentListen {
	return { port, protocol: 'tcp', speaks: 'tcp' };
}

export function udp(port: number): AgentListen {
	return { port, protocol: 'udp', speaks: 'udp' };
}

export function http(port: number): AgentListen {
	return { port, protocol: 'tcp', speaks: 'http' };
}

/** Five hundred for each test process, so that two that run at once are unlikely to meet. */
let ports = 20_000 + (process.pid % 24) * 500;

/** Ports below the kernel's ephemeral range, a new one each time. */
export function freePort(): number {
	ports += 1;
	return ports;
}

/** The first of so many in a row. */
export function freePorts(count: number): number {
	const first = freePort();
	ports += count;
	return first;
}

export function attempt(port: number, change: Partial<AttemptCommand> = {}): AttemptCommand {
	return {
		token: `t-${randomBytes(8).toString('hex')}`,
		protocol: 'tcp',
		speaks: 'tcp',
		family: 'ipv4',
		source: { port: freePort() },
		destination: { address: '127.0.0.1', port },
		delay: 0,
		deadline: 500,
		...change,
	};
}

/** An agent, spoken to on its standard streams. */
export class AgentProcess {
	readonly child: ChildProcess;
	readonly messages: AgentMessage[] = [];
	stderr = '';
	#rest = '';
	#waiting: (() => void)[] = [];
	readonly exited: Promise<number | string>;

	constructor(command: string, args: string[], env: Record<string, string>) {
		this.child = spawn(command, args, { stdio: 'pipe', env: { PATH: process.env.PATH ?? '', ...env } });
		this.exited = new Promise((resolve) => {
			this.child.on('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
		});
		this.child.stderr?.on('data', (data: Buffer) => {
			this.stderr += data.toString();
		});
		this.child.stdin?.on('error', () => {});
		this.child.stdout?.on('data', (data: Buffer) => {
			const lines = (this.#rest + data.toString()).split('\n');
			this.#rest = lines.pop() ?? '';
			for (const line of lines) this.messages.push(JSON.parse(line) as AgentMessage);
			for (const call of this.#waiting.splice(0)) call();
		});
	}

	send(...commands: AgentCommand[]): void {
		this.child.stdin?.write(commands.map((command) => `${JSON.stringify(command)}\n`).join(''));
	}

	/** The first message for which `wanted` gives a value; those of the past count too. */
	async find<T>(wanted: (message: AgentMessage) => T | undefined, within = 15_000): Promise<T> {
		const until = Date.now() + within;
		for (let at = 0; ; ) {
			for (; at < this.messages.length; at += 1) {
				const found = wanted(this.messages[at] as AgentMessage);
				if (found !== undefined) return found;
			}
			if (Date.now() > until) throw new Error(`no such message; stderr: ${this.stderr}`);
			await new Promise<void>((resolve) => {
				const timer = setTimeout(resolve, 100);
				this.#waiting.push(() => {
					clearTimeout(timer);
					resolve();
				});
			});
		}
	}

	wait<Is extends AgentMessage['is']>(
		is: Is,
		matches: (message: Extract<AgentMessage, { is: Is }>) => boolean = () => true,
	) {
		return this.find((message) =>
			message.is === is && matches(message as Extract<AgentMessage, { is: Is }>)
				? (message as Extract<AgentMessage, { is: Is }>)
				: undefined,
		);
	}

	result(token: string) {
		return this.wait('result', (message) => message.token === token);
	}

	async try(command: AttemptCommand) {
		this.send({ do: 'attempt', attempts: [command] });
		return this.result(command.token);
	}

	all<Is extends AgentMessage['is']>(is: Is): Extract<AgentMessage, { is: Is }>[] {
		return this.messages.filter((message): message is Extract<AgentMessage, { is: Is }> => message.is === is);
	}

	records(): AgentRecord[] {
		return this.messages.filter((message): message is AgentRecord => 'seq' in message);
	}

	async end(): Promise<number | string> {
		this.child.stdin?.end();
		this.child.kill('SIGTERM');
		const timer = setTimeout(() => this.child.kill('SIGKILL'), 2000);
		const code = await this.exited;
		clearTimeout(timer);
		return code;
	}
}

const started = new Set<AgentProcess>();

/** `within`: a command that runs the agent in another place, for example `['nsenter', ...]`. */
export async function startProcess(
	args: string[],
	env: Record<string, string> = {},
	within: string[] = [],
): Promise<AgentProcess> {
	const [command = '', ...rest] = [...within, process.execPath, ...agentNodeFlags, await agentFile(), ...args];
	const agent = new AgentProcess(command, rest, env);
	started.add(agent);
	return agent;
}

/** An agent on its standard streams that has said `ready`. */
export async function startAgent(change: Partial<AgentConfig> = {}, within: string[] = []): Promise<AgentProcess> {
	const env = { GATECRASH_AGENT_CONFIG: JSON.stringify(agentConfig(change)) };
	const agent = await startProcess([], env, within);
	agent.send({ do: 'hello', run: 'run-1', after: 0 });
	await agent.wait('ready');
	return agent;
}

/** For `afterEach`. */
export async function endAgents(): Promise<void> {
	await Promise.all([...started].map((agent) => agent.end()));
	started.clear();
}

import { randomBytes } from 'node:crypto';
import type { SocketAddress } from '../../model/address.ts';
import type { AgentCommand, AgentMessage, AttemptCommand } from '../../model/agent.ts';
import type { AgentStream } from '../../model/cluster.ts';

export interface CanaryPath {
	family: 'ipv4' | 'ipv6';
	destination: SocketAddress;
}

/** A try counts as closed after that. Milliseconds. */
const deadline = 400;
/** An agent answers at the latest so long after the deadline. */
const grace = 5_000;
const firstPort = 1024;
const lastPort = 65_000;

/** What the canary needs of an agent: whether paths are open right now. */
export class CanarySession {
	readonly #stream: AgentStream;
	readonly #waiting = new Map<string, (open: boolean) => void>();
	#port = firstPort;
	#ended = false;

	constructor(stream: AgentStream, run: string) {
		this.#stream = stream;
		stream.onLine((line) => this.#receive(line));
		void stream.ended.then(() => {
			this.#ended = true;
			for (const resolve of this.#waiting.values()) resolve(false);
		});
		this.#send({ do: 'hello', run, after: 0 });
	}

	get ended(): boolean {
		return this.#ended;
	}

	/** For each path whether a token came back; undefined when the agent said nothing. */
	async attempt(paths: readonly CanaryPath[]): Promise<boolean[] | undefined> {
		const attempts = paths.map(({ family, destination }): AttemptCommand => {
			this.#port = this.#port >= lastPort ? firstPort : this.#port + 1;
			const token = randomBytes(12).toString('hex');
			const source = { port: this.#port };
			return { token, protocol: 'tcp', speaks: 'tcp', family, source, destination, delay: 0, deadline };
		});
		const answers = attempts.map(({ token }) => new Promise<boolean>((resolve) => this.#waiting.set(token, resolve)));
		this.#send({ do: 'attempt', attempts });
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<undefined>((resolve) => {
			timer = setTimeout(resolve, deadline + grace, undefined);
		});
		const all = await Promise.race([Promise.all(answers), late]);
		clearTimeout(timer);
		for (const { token } of attempts) this.#waiting.delete(token);
		return this.#ended ? undefined : all;
	}

	close(): void {
		this.#stream.close();
	}

	#send(command: AgentCommand): void {
		this.#stream.send(JSON.stringify(command));
	}

	#receive(line: string): void {
		let message: AgentMessage;
		try {
			message = JSON.parse(line) as AgentMessage;
		} catch {
			return;
		}
		if (message.is !== 'result') return;
		// Anything but an answer or silence says nothing about policies: it is asked again as if it were open.
		const closed = ['timed-out', 'refused', 'unreachable'].includes(message.outcome.code);
		this.#waiting.get(message.token)?.(!closed);
	}
}

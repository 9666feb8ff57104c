import { fileURLToPath } from 'node:url';
import { createEmbeddedCluster, type EmbeddedClusterOptions } from '../../src/cluster/netns/embedded-cluster.ts';
import type { IpFamily } from '../../src/model/address.ts';
import { type AgentSettings, type AgentStream, type Deployment, portKey } from '../../src/model/cluster.ts';
import { defaultAgentLimits } from '../../src/model/agent.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import type { Workload } from '../../src/model/plan.ts';

export const probeAgent = fileURLToPath(new URL('probe-agent.mjs', import.meta.url));
export const settings: AgentSettings = {
	run: 'test',
	key: '00112233445566778899aabbccddeeff',
	limits: defaultAgentLimits,
};

/** How long a try of these tests waits; nothing here takes more than some milliseconds when it is let through. */
const wait = 250;

export interface TryOptions {
	protocol?: 'tcp' | 'udp';
	family?: IpFamily;
	wait?: number;
}

/** A deployment with probe agents, and short ways to attempt something. Whoever makes it closes it. */
export class TestCluster {
	readonly deployment: Deployment;
	readonly #streams = new Map<string, Promise<AgentStream>>();
	readonly #waiting = new Map<number, (result: string) => void>();
	/** Addresses from which UDP arrived, by endpoint. */
	readonly seen = new Map<string, string[]>();
	#last = 0;
	#applied: KubernetesObject[] = [];

	private constructor(deployment: Deployment) {
		this.deployment = deployment;
	}

	static async start(workload: Workload, options: EmbeddedClusterOptions = {}): Promise<TestCluster> {
		const cluster = createEmbeddedCluster({ agent: probeAgent, ...options });
		const started = new TestCluster(await cluster.deploy(workload, settings, AbortSignal.timeout(20_000)));
		await Promise.all(
			started.deployment.endpoints().map(async ({ kind, name, agent }) => agent && started.open(`${kind}/${name}`)),
		);
		return started;
	}

	/** Resolves when the agent listens. */
	open(endpoint: string): Promise<AgentStream> {
		const name = endpoint.replace(/^(pod|node|external)\//, '');
		const known = this.#streams.get(name);
		if (known) return known;
		const opened = this.deployment.openAgent(endpoint.replace(/^pod\//, '')).then(
			(stream) =>
				new Promise<AgentStream>((resolve, reject) => {
					stream.ended.then((reason) => reject(new Error(reason)), reject);
					stream.onLine((line) => {
						const message = JSON.parse(line) as { ready?: string; id?: number; result?: string; seen?: string };
						if (message.ready) resolve(stream);
						if (message.seen) this.seen.set(name, [...(this.seen.get(name) ?? []), message.seen]);
						if (message.id !== undefined) this.#waiting.get(message.id)?.(message.result ?? '');
					});
				}),
		);
		this.#streams.set(name, opened);
		return opened;
	}

	/** What came back: `NAME of the answering endpoint from ADDRESS`, or an error code, or `timed-out`. */
	async attempt(from: string, host: string, port: number, options: TryOptions = {}): Promise<string> {
		return this.ask(from, { host, port, protocol: options.protocol ?? 'tcp', wait: options.wait ?? wait });
	}

	/** Sends a command to a probe agent and waits for its result, as the agent gives it. */
	async raw(from: string, command: Record<string, unknown>): Promise<string> {
		const stream = await this.open(from);
		const id = ++this.#last;
		return new Promise<string>((resolve) => {
			this.#waiting.set(id, resolve);
			stream.send(JSON.stringify({ wait, ...command, id }));
		});
	}

	/** Sends a command to a probe agent and waits for its result, with the name of whoever answered. */
	async ask(from: string, command: Record<string, unknown>): Promise<string> {
		const result = await this.raw(from, command);
		const [uid, source] = result.split(' ');
		const answered = this.deployment.endpoints().find((endpoint) => endpoint.uid === uid);
		return answered ? `${answered.name} from ${this.nameOf(source ?? '')}` : result;
	}

	/** Whether a pod reaches another endpoint; in both families, which have to agree. */
	async reaches(from: string, to: string, port: number, options: TryOptions = {}): Promise<boolean> {
		const families: IpFamily[] = options.family ? [options.family] : ['ipv4', 'ipv6'];
		const results = await Promise.all(
			families.map((family) => this.attempt(from, this.address(to, family), port, options)),
		);
		const reached = results.map((result) => result.startsWith(`${to} from`));
		if (reached.some((one) => one !== reached[0])) throw new Error(`families differ: ${results.join(', ')}`);
		return reached[0] ?? false;
	}

	address(name: string, family: IpFamily = 'ipv4'): string {
		const owner = name.startsWith('svc/')
			? this.deployment.services().find((service) => service.name === name.slice(4))
			: this.deployment.endpoints().find((endpoint) => endpoint.name === name);
		const address = owner?.addresses[family];
		if (address === undefined) throw new Error(`${name} has no ${family} address`);
		return address;
	}

	nameOf(address: string): string {
		const named = this.deployment.endpoints().filter(({ addresses }) => Object.values(addresses).includes(address));
		return named.find(({ kind }) => kind === 'node')?.name ?? named[0]?.name ?? address;
	}

	realPort(pod: string, port: number): number {
		const endpoint = this.deployment.endpoints().find(({ name }) => name === pod);
		return endpoint?.portMap[portKey(port, 'tcp')] ?? port;
	}

	/** These policies and no other ones. */
	async only(...specs: { name?: string; namespace?: string; spec: unknown }[]): Promise<void> {
		const wanted = specs.map(policy);
		const same = (a: KubernetesObject, b: KubernetesObject) =>
			a.metadata.name === b.metadata.name && a.metadata.namespace === b.metadata.namespace;
		await this.deployment.remove(this.#applied.filter((old) => !wanted.some((one) => same(one, old))));
		await this.deployment.apply(wanted);
		this.#applied = wanted;
	}

	/** Those of `clients` that reach a port, in both families and in this order, joined by a space. */
	async who(clients: string[], to: string, port: number, options: TryOptions = {}): Promise<string> {
		const reached = await Promise.all(clients.map((client) => this.reaches(client, to, port, options)));
		return clients.filter((_, index) => reached[index]).join(' ');
	}

	close(): Promise<void> {
		return this.deployment.close();
	}
}

export function policy({
	name = 'policy',
	namespace = 'shop',
	spec,
}: {
	name?: string;
	namespace?: string;
	spec: unknown;
}): KubernetesObject {
	return { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace }, spec };
}

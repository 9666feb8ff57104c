import { performance } from 'node:perf_hooks';
import type { BootAttempt, ClientCertificate } from '../../model/agent.ts';
import {
	type Acknowledgement,
	type AgentSettings,
	type AgentStream,
	type CaptureStream,
	type Deployment,
	type Endpoint,
	type LossCounters,
	type ServiceState,
} from '../../model/cluster.ts';
import type { FaultEffect, FaultName } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import type { KubernetesObject } from '../../model/policy.ts';
import type { CertificateChoice, ServedCertificate } from '../../model/scenario.ts';
import type { LineProcess } from '../line-process.ts';
import { breakable, endedBy, healFault, injectFault } from './embedded-faults.ts';
import { Enforcer } from './enforcer.ts';
import type { Engine } from './engine.ts';
import { isClusterDns, nodeLocalDnsAddress } from '../../model/cluster-dns.ts';
import { clusterResolver } from './cluster-dns.ts';
import { type Attachment, attachScript, detachBatch } from './endpoint-network.ts';
import type { Fabric } from './fabric.ts';
import { FabricCapture } from './fabric-capture.ts';
import type { Inventory } from './inventory.ts';
import { interceptorConfig } from './interceptor.ts';
import type { Member } from './inventory.ts';
import { readLossCounters, sumLosses } from './loss-counters.ts';
import { envoyHint } from './envoy/envoy-binary.ts';
import type { Mesh } from './mesh/mesh.ts';
import { keyOf, type NetworkPolicy, readNetworkPolicy } from './network-policy.ts';
import { policyRuleset } from './policy-ruleset.ts';
import type { Proxies } from './proxies/proxies.ts';
import { relabelled } from './relabelled.ts';
import type { ServiceBook } from './service-book.ts';
import { serviceRuleset } from './service-ruleset.ts';
import { spawnAgent, startAgent } from './start-agent.ts';

/** How many namespaces are set up at once; more than processors, because each waits for the kernel now and then. */
const lanes = 4;

interface Options {
	settings: AgentSettings;
	program: string;
	tamper: string | undefined;
	engine: Engine;
	/** Undefined where there is no Envoy, and so are the proxies. */
	mesh: Mesh | undefined;
	proxies: Proxies | undefined;
	closed: () => void;
}

/** One scenario on its own fabric. Changes are made one after the other, each as one transaction of the kernel. */
export class EmbeddedDeployment implements Deployment {
	readonly #fabric: Fabric;
	readonly #inventory: Inventory;
	readonly #services: ServiceBook;
	readonly #options: Options;
	readonly #enforcer: Enforcer;
	readonly #breakable: Parameters<typeof healFault>[1];
	readonly #agents = new Map<Member, LineProcess>();
	#policies = new Map<string, NetworkPolicy>();
	readonly #capture: FabricCapture;
	#queue: Promise<unknown> = Promise.resolve();
	#closing: Promise<void> | undefined;
	#timer: NodeJS.Timeout | undefined;

	constructor(fabric: Fabric, inventory: Inventory, services: ServiceBook, options: Options) {
		this.#fabric = fabric;
		this.#capture = new FabricCapture(fabric);
		this.#inventory = inventory;
		this.#services = services;
		this.#options = options;
		this.#enforcer = new Enforcer(fabric, options.engine, options.tamper);
		this.#breakable = breakable({
			...{ fabric, inventory, enforcer: this.#enforcer, mesh: () => this.#mesh(), commit: () => this.#commit() },
			...{ remove: (pod) => this.#end([pod]), bringUp: (member) => this.#bringUp([member], {}) },
		});
	}

	/** Everything that exists from the beginning. */
	async populate(workload: Workload): Promise<void> {
		for (const name of workload.initialPods) this.#inventory.addPod(name);
		if (workload.nodeLocalDns) await this.#fabric.run(['ip', 'addr', 'add', `${nodeLocalDnsAddress}/32`, 'dev', 'lo']);
		await this.#bringUp(this.#inventory.members(), {});
		const interceptor = this.#options.engine.interceptor();
		if (interceptor) spawnAgent(this.#fabric, this.#options.program, interceptorConfig(interceptor, this.#inventory));
	}

	endpoints(): Endpoint[] {
		return this.#inventory.members().map(({ attachment, number, listen, spec, ...endpoint }) => ({
			...endpoint,
			labels: { ...endpoint.labels },
		}));
	}

	services(): ServiceState[] {
		return this.#services.states();
	}

	async openAgent(endpoint: string): Promise<AgentStream> {
		const member = this.#inventory.find(endpoint);
		const agent = member && this.#agents.get(member);
		if (!agent) throw new GatecrashError('GC_AGENT', `There is no agent at "${endpoint}".`);
		return agent.open();
	}

	apply(policies: KubernetesObject[]): Promise<Acknowledgement> {
		return this.#changePolicies(policies, 'set');
	}

	remove(policies: KubernetesObject[]): Promise<Acknowledgement> {
		return this.#changePolicies(policies, 'delete');
	}

	labelPod(pod: string, set: Record<string, string>, remove: string[]): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			const member = this.#inventory.find(pod);
			if (member?.kind !== 'pod') throw new GatecrashError('GC_CLUSTER', `There is no pod "${pod}" to label.`);
			member.labels = relabelled(member.labels, set, remove);
			await this.#commit();
		});
	}

	labelNamespace(namespace: string, set: Record<string, string>, remove: string[]): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			const all = this.#inventory.namespaceLabels;
			const labels = all[namespace];
			if (!labels) throw new GatecrashError('GC_CLUSTER', `There is no namespace "${namespace}" to label.`);
			all[namespace] = relabelled(labels, set, remove);
			await this.#commit();
		});
	}

	createPods(pods: string[], boot: Record<string, BootAttempt[]>, addressOf?: string): Promise<Acknowledgement> {
		return this.#inTurn(() => {
			this.#enforcer.check(pods);
			return this.#bringUp(this.#inventory.addPods(pods, addressOf), boot);
		});
	}

	removePods(pods: string[]): Promise<Acknowledgement> {
		return this.#inTurn(() => this.#end(pods));
	}

	async lossCounters(): Promise<LossCounters> {
		this.#options.mesh?.check();
		this.#options.proxies?.check();
		const pids = [this.#fabric.pid, ...(this.#options.mesh?.pids() ?? []), ...(this.#options.proxies?.pids() ?? [])];
		return sumLosses(pids.map(readLossCounters));
	}

	/** Of the pod's sidecar, from the next handshake on. */
	async rotateCertificate(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<void> {
		await this.#options.mesh?.rotate(pod, choice);
	}

	rotateProxyCertificate(pod: string, certificate: ServedCertificate): Promise<Acknowledgement> {
		return this.#inTurn(async () => this.#options.proxies?.rotate(pod, certificate));
	}

	async clientCertificate(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<ClientCertificate> {
		return this.#mesh().certificate(pod, choice);
	}

	inject(fault: FaultName, node?: string): Promise<Acknowledgement & FaultEffect> {
		return this.#withEffects(() => injectFault(fault, node, this.#breakable));
	}

	readonly endedBy = endedBy;

	/** A fabric that is closing takes every fault with it. */
	heal(fault: FaultName): Promise<Acknowledgement & FaultEffect> {
		return this.#withEffects(async () => (this.#closing ? [] : healFault(fault, this.#breakable)));
	}

	async openCaptures(pods: string[]): Promise<CaptureStream[]> {
		const addresses = pods.flatMap((name) => {
			const member = this.#inventory.find(name);
			return member?.attachment ? Object.values(member.addresses) : [];
		});
		return [await this.#capture.watch([...this.#options.engine.captureFlaws(), ...addresses])];
	}

	close(): Promise<void> {
		clearTimeout(this.#timer);
		this.#closing ??= this.#fabric.close().finally(this.#options.closed);
		return this.#closing;
	}

	async #end(pods: readonly string[]): Promise<void> {
		const members = pods.map((name) => this.#inventory.removePod(name));
		await Promise.all(members.map(async (member) => this.#agents.get(member)?.kill()));
		for (const member of members) {
			this.#agents.delete(member);
			await Promise.all([this.#options.mesh?.stop(member), this.#options.proxies?.stop(member)]);
		}
		const attachments = members.flatMap(({ attachment }) => attachment ?? []);
		if (attachments.length > 0) await this.#fabric.run(['ip', '-batch', '-'], detachBatch(attachments));
		await this.#commit();
	}

	/** The rules for a pod are in force before its interface exists; its agent starts when its network and sidecar are there. */
	async #bringUp(members: Member[], boot: Record<string, BootAttempt[]>): Promise<void> {
		const attachments: Attachment[] = members.flatMap(({ attachment }) => attachment ?? []);
		await this.#commit();
		if (attachments.length > 0) await this.#fabric.run(['sh', '-s'], attachScript(attachments, lanes));
		await Promise.all([this.#options.mesh?.bringUp(members), this.#options.proxies?.bringUp(members)]);
		for (const member of members) {
			if (!member.agent) continue;
			const agent = startAgent(this.#fabric, member, {
				...{ settings: this.#options.settings, program: this.#options.program, boot: boot[member.name] ?? [] },
				...(isClusterDns(member.name) && { dns: clusterResolver(this.#inventory, this.#services) }),
			});
			this.#agents.set(member, agent);
		}
	}

	/** What can't be enforced changes nothing: neither the rules in the kernel nor those of the next change. */
	#changePolicies(objects: KubernetesObject[], how: 'set' | 'delete'): Promise<Acknowledgement> {
		return this.#inTurn(async () => {
			const before = this.#policies;
			const restoreMesh = this.#options.mesh?.policies.remember();
			this.#policies = new Map(before);
			try {
				for (const object of objects) this.#changePolicy(object, how);
				await this.#commit();
			} catch (error) {
				this.#policies = before;
				restoreMesh?.();
				throw error;
			}
		});
	}

	#changePolicy(object: KubernetesObject, how: 'set' | 'delete'): void {
		if (this.#options.mesh?.policies.change(object, how)) return;
		const policy = readNetworkPolicy(object);
		if (how === 'set') this.#policies.set(keyOf(policy), policy);
		else this.#policies.delete(keyOf(policy));
	}

	#mesh(): Mesh {
		if (this.#options.mesh) return this.#options.mesh;
		throw new GatecrashError('GC_CLUSTER', 'The embedded cluster has no mesh here.', { hint: envoyHint });
	}

	async #withEffects(step: () => Promise<string[]>): Promise<Acknowledgement & FaultEffect> {
		let effects: string[] = [];
		const acknowledgement = await this.#inTurn(async () => void (effects = await step()));
		return { ...acknowledgement, effects };
	}

	async #inTurn(step: () => Promise<void>): Promise<Acknowledgement> {
		const requestedAt = performance.now();
		const done = this.#queue.then(step);
		this.#queue = done.catch(() => {});
		await done;
		const level = this.#enforcer.stopped ? 'stored' : 'programmed';
		return { requestedAt, acknowledgedAt: performance.now(), level };
	}

	async #commit(): Promise<void> {
		const view = {
			pods: this.#inventory.policyPods(),
			namespaces: this.#inventory.namespaceLabels,
			policies: [...this.#policies.values()],
		};
		const service = serviceRuleset(this.#options.engine.services(this.#services.entries()), this.#inventory.families);
		const policy = policyRuleset(view, this.#options.engine);
		await this.#enforcer.program({ policy, service });
		await Promise.all([this.#options.mesh?.sync(), this.#options.proxies?.sync()]);
		this.#compileAgain(this.#options.engine.compilesAgainIn());
	}

	#compileAgain(delay: number | undefined): void {
		clearTimeout(this.#timer);
		if (delay === undefined || this.#closing) return;
		this.#timer = setTimeout(() => {
			// A fabric that ended meanwhile has nothing to enforce any more; whoever uses it notices by itself.
			this.#inTurn(() => this.#commit()).catch(() => {});
		}, delay);
	}
}

import type { Addresses } from '../../../model/address.ts';
import { throughProxies } from '../../../model/landing.ts';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { Workload } from '../../../model/plan.ts';
import type { ProxyListener, ProxySpec, ServedCertificate } from '../../../model/scenario.ts';
import type { MeshCertificates } from '../../mesh-certificates.ts';
import { spiffeId } from '../../spiffe.ts';
import type { Attachment } from '../endpoint-network.ts';
import type { Engine } from '../engine.ts';
import type { EnvoyConfig } from '../envoy/envoy-config.ts';
import { EnvoyProcess, folderOf } from '../envoy/envoy-process.ts';
import type { Fabric } from '../fabric.ts';
import type { Inventory, Member } from '../inventory.ts';
import type { ServiceBook } from '../service-book.ts';
import { proxyConfig } from './proxy-config.ts';

/** A pod with a proxy. */
type Proxied = Member & {
	attachment: Attachment;
	spec: NonNullable<Member['spec']> & { proxy: ProxySpec };
	namespace: string;
};

const loopback: Addresses = { ipv4: '127.0.0.1', ipv6: '::1' };

/** The plain Envoys of one deployment, each beside a pod that asks for one. They end with their fabric. */
export class Proxies {
	readonly #fabric: Fabric;
	readonly #envoy: string;
	readonly #inventory: Inventory;
	readonly #services: ServiceBook;
	readonly #workload: Workload;
	readonly #engine: Engine;
	readonly #authority: () => Promise<MeshCertificates>;
	readonly #running = new Map<Member, EnvoyProcess>();

	/** `authority`: of their certificates, the same for the whole deployment. */
	constructor(
		fabric: Fabric,
		options: {
			envoy: string;
			inventory: Inventory;
			services: ServiceBook;
			workload: Workload;
			engine: Engine;
			authority: () => Promise<MeshCertificates>;
		},
	) {
		this.#fabric = fabric;
		this.#envoy = options.envoy;
		this.#inventory = options.inventory;
		this.#services = options.services;
		this.#workload = options.workload;
		this.#engine = options.engine;
		this.#authority = options.authority;
	}

	/** Proxies for new pods, whose interfaces exist; resolves when they accept connections. */
	async bringUp(members: readonly Member[]): Promise<void> {
		await Promise.all(members.filter(isProxied).map((pod) => this.#start(pod)));
	}

	/** Resolves when every proxy knows the addresses that there are now. @throws GatecrashError GC_CLUSTER. */
	async sync(): Promise<void> {
		await Promise.all(
			[...this.#running].map(async ([member, envoy]) => {
				if (isProxied(member)) await envoy.update(this.#config(member));
			}),
		);
	}

	/** Resolves when the proxy of the pod has ended, if it has one. */
	async stop(member: Member): Promise<void> {
		const proxy = this.#running.get(member);
		this.#running.delete(member);
		await proxy?.stop();
	}

	/** One that ended by itself would look like a path that is closed. @throws GatecrashError GC_CLUSTER then. */
	check(): void {
		for (const { ended } of this.#running.values()) {
			if (ended !== undefined) throw new GatecrashError('GC_CLUSTER', `In the embedded cluster, ${ended}`);
		}
	}

	/** Another certificate in a proxy's file; in force when it resolves, where the proxy reads it again. */
	async rotate(pod: string, certificate: ServedCertificate): Promise<void> {
		const [member, envoy] = [...this.#running].find(([{ name }]) => name === pod) ?? [];
		if (!member || !envoy || !isProxied(member)) {
			throw new GatecrashError('GC_CLUSTER', `The pod "${pod}" has no proxy.`);
		}
		await envoy.rotate(await this.#certificate(member, certificate));
	}

	/** Processes in the network namespaces of pods with a proxy. */
	pids(): number[] {
		return [...this.#running.values()].flatMap(({ pid }) => pid ?? []);
	}

	async #start(pod: Proxied): Promise<void> {
		const { proxy } = pod.spec;
		const listeners = this.#listeners(pod);
		const shows = listeners.some(({ downstreamTls, upstreamTls }) => downstreamTls || upstreamTls?.clientCertificate);
		const verifies = listeners.some(
			({ downstreamTls, upstreamTls }) =>
				downstreamTls?.requireClientCertificate || upstreamTls?.verifies === 'authority',
		);
		const { device } = pod.attachment;
		const envoy = await EnvoyProcess.start(
			this.#fabric,
			this.#envoy,
			{ name: pod.name, namespace: pod.namespace, device },
			{
				config: this.#config(pod),
				clusters: [],
				certificate: await this.#certificate(pod, proxy.certificate),
				watches: [
					...(shows && this.#reloads(pod) ? (['certificate'] as const) : []),
					...(verifies ? (['authority'] as const) : []),
				],
				roots: [(await this.#authority()).root],
			},
		);
		this.#running.set(pod, envoy);
	}

	async #certificate({ namespace, spec }: Proxied, { names, is }: ServedCertificate) {
		const own = names.length > 0 ? names : [spiffeId(namespace, spec.serviceAccount)];
		return (await this.#authority()).named(own, is);
	}

	#config(pod: Proxied): EnvoyConfig {
		return proxyConfig(
			{ folder: folderOf(pod.attachment.device), addresses: pod.addresses, reloads: this.#reloads(pod) },
			this.#listeners(pod).map((listener) => {
				const at = { kind: 'pod', name: pod.name, port: listener.port } as const;
				const http = throughProxies(this.#workload, at)?.speaks === 'http';
				return { listener, http, addresses: this.#addressesOf(pod, listener.to) };
			}),
		);
	}

	#listeners({ spec }: Proxied): ProxyListener[] {
		return spec.proxy.listeners.map((listener) => this.#engine.proxyListener(listener));
	}

	#reloads({ spec }: Proxied): boolean {
		return this.#engine.reloadsCertificate(spec.proxy.reloads);
	}

	#addressesOf(pod: Proxied, { kind, name }: ProxyListener['to']): Addresses {
		if (kind === 'service') return this.#services.states().find((service) => service.name === name)?.addresses ?? {};
		return name === pod.name ? loopback : (this.#inventory.find(name)?.addresses ?? {});
	}
}

function isProxied(member: Member): member is Proxied {
	return member.attachment !== undefined && member.namespace !== undefined && member.spec?.proxy !== undefined;
}

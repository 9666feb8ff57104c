import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import type { Addresses } from '../../model/address.ts';
import { clusterDnsName, clusterDnsNamespace, clusterDnsService } from '../../model/cluster-dns.ts';
import type { Endpoint, Ledger, LedgerEntry, ServiceState } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { changeConfigMap, changedBy, type ConfigMapObject, restoreConfigMap } from './changed-object.ts';
import type { ClusterNode } from './cluster-nodes.ts';
import { forwardingTo } from './corefile.ts';
import { dnsEndpoints, readyDnsPods, replaceDnsPods } from './dns-pods.ts';
import type { Namespaces } from './namespaces.ts';
import type { Ownership } from './ownership.ts';
import { serviceState, type ServiceObject } from './service-states.ts';

/** Whoever has this namespace may change the cluster's DNS: two runs take turns by its name. */
const turn = 'gatecrash-cluster-dns';
/** As kubeadm calls it. https://kubernetes.io/docs/tasks/administer-cluster/dns-custom-nameservers/ */
const configMap = { apiVersion: 'v1', kind: 'ConfigMap', namespace: clusterDnsNamespace, name: 'coredns' };
const corefile = 'Corefile';

export interface ClusterDnsOptions {
	client: KubeClient;
	namespaces: Namespaces;
	ownership: Ownership;
	ledger: Ledger | undefined;
	nodes: readonly ClusterNode[];
	/** Where a resolver of ours is to be had: addresses that no one else is told. */
	relay: (signal: AbortSignal) => Promise<Addresses>;
}

/** The cluster's DNS as it is while the run has it. */
export interface OwnClusterDns {
	/** Whoever has these addresses is asked for every name that the cluster does not know. */
	relay: Addresses;
	service: ServiceState;
	/** Pods behind it, without an agent. */
	endpoints: Endpoint[];
}

/**
 * The DNS of a cluster of ours, made to pass everything that it does not know on to a resolver of ours, from the first
 * scenario that needs it until the run ends. Whoever made it calls `close`.
 */
export class ClusterDns {
	readonly #options: ClusterDnsOptions;
	readonly #closing = new AbortController();
	readonly #entry: LedgerEntry;
	#ready: Promise<OwnClusterDns> | undefined;
	#claimed: ObjectRef | undefined;
	#changing = false;

	constructor(options: ClusterDnsOptions) {
		const { kubeconfig, context } = options.client;
		this.#options = options;
		this.#entry = { makes: 'change', kubeconfig, context, ...configMap };
	}

	/** The signal ends the caller's wait alone: others wait for the same. */
	ready(signal: AbortSignal): Promise<OwnClusterDns> {
		this.#ready ??= this.#take().catch((error: unknown) => {
			this.#ready = undefined;
			throw error;
		});
		return unlessAborted(this.#ready, signal);
	}

	/** After its pods were made anew, or got other addresses. Nothing where the run does not have it. */
	async podsReplaced(signal: AbortSignal): Promise<void> {
		const own = await this.#ready;
		if (!own) return;
		const endpoints = dnsEndpoints(await readyDnsPods(this.#options.client, signal), this.#options.nodes);
		own.endpoints = endpoints;
		own.service = { ...own.service, backends: endpoints.map(({ name }) => name) };
	}

	/** Puts back what stood there before, also after a change that broke off. @throws GatecrashError when it can't. */
	async close(): Promise<void> {
		this.#closing.abort(new GatecrashError('GC_INTERRUPTED', 'The site was closed.'));
		await this.#ready?.catch(() => {});
		const { client, namespaces, ownership, ledger } = this.#options;
		if (this.#changing) {
			if (await restoreConfigMap(client, configMap, ownership.run)) await replaceDnsPods(client);
			this.#changing = false;
			ledger?.undone(this.#entry);
		}
		if (this.#claimed) await namespaces.giveBack(this.#claimed, false);
		this.#claimed = undefined;
	}

	async #take(): Promise<OwnClusterDns> {
		const { client, namespaces, ownership, ledger, nodes } = this.#options;
		const { signal } = this.#closing;
		this.#claimed ??= await namespaces.claim(turn, {}, 'restricted', signal);
		const relay = await this.#options.relay(signal);
		const [resolver] = Object.values(relay);
		const map = await this.#read(signal);
		const data = { [corefile]: forwardingTo(map.data?.[corefile] ?? '', resolver ?? '') };
		ledger?.intend(this.#entry);
		this.#changing = true;
		await changeConfigMap(client, map, data, ownership, signal);
		const pods = await replaceDnsPods(client, signal);
		const endpoints = dnsEndpoints(pods, nodes);
		return { relay, endpoints, service: await this.#service(endpoints, signal) };
	}

	async #read(signal: AbortSignal): Promise<ConfigMapObject> {
		const map = await this.#options.client.get<ConfigMapObject>(configMap, { signal });
		if (!map) {
			throw new GatecrashError('GC_CLUSTER', 'The cluster’s DNS is not CoreDNS as kubeadm sets it up.', {
				hint: `There is no ConfigMap ${configMap.namespace}/${configMap.name}.`,
			});
		}
		const changed = changedBy(map);
		if (changed) {
			throw new GatecrashError('GC_CLUSTER', `Run ${changed.run} has changed the cluster’s DNS and not put it back.`, {
				hint: `gatecrash clean --run ${changed.run}`,
			});
		}
		return map;
	}

	async #service(endpoints: readonly Endpoint[], signal: AbortSignal): Promise<ServiceState> {
		const ref = { apiVersion: 'v1', kind: 'Service', namespace: clusterDnsNamespace, name: clusterDnsService };
		const found = await this.#options.client.get<ServiceObject>(ref, { signal });
		if (!found) throw new GatecrashError('GC_CLUSTER', `There is no Service ${ref.namespace}/${ref.name}.`);
		return { ...serviceState(clusterDnsName, found), backends: endpoints.map(({ name }) => name) };
	}
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
	signal.throwIfAborted();
	return new Promise((resolve, reject) => {
		const abort = () => reject(signal.reason as Error);
		signal.addEventListener('abort', abort, { once: true });
		promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
	});
}

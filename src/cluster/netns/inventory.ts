import { randomUUID } from 'node:crypto';
import type { Addresses, IpFamily } from '../../model/address.ts';
import type { Endpoint } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import {
	clusterDnsLabels,
	clusterDnsName,
	clusterDnsNamespace,
	clusterDnsPorts,
	nodeLocalDnsAddress,
	nodeLocalDnsName,
} from '../../model/cluster-dns.ts';
import type { Workload } from '../../model/plan.ts';
import type { ListenSpec, PodSpec } from '../../model/scenario.ts';
import { AddressPool } from './address-pool.ts';
import { type Attachment, attachment } from './endpoint-network.ts';
import { NodePorts } from './node-ports.ts';
import type { PolicyPod } from './policy-view.ts';
import { nodeAddresses, pick } from './ranges.ts';

/** The only node of the embedded cluster. */
export const nodeName = 'a';

/** An endpoint with what the embedded cluster knows about it. */
export interface Member extends Endpoint {
	/** Undefined in the node's network, and for pods that have completed. */
	attachment: Attachment | undefined;
	number: number | undefined;
	listen: ListenSpec[];
	spec: PodSpec | undefined;
}

/** What exists in one deployment. It only keeps the books; nothing here touches the kernel. */
export class Inventory {
	readonly families: readonly IpFamily[];
	readonly nodePorts = new NodePorts();
	readonly namespaceLabels: Record<string, Record<string, string>>;
	readonly #workload: Workload;
	readonly #members = new Map<string, Member>();
	readonly #podPool: AddressPool;
	/** Numbers of pods that were removed, by their names. */
	readonly #former = new Map<string, number>();
	readonly #externalPool: AddressPool;

	constructor(workload: Workload, families: readonly IpFamily[]) {
		this.#workload = workload;
		this.families = families;
		this.#podPool = new AddressPool('pods', families, 1, 65_534);
		this.#externalPool = new AddressPool('external', families, 1, 254);
		this.namespaceLabels = Object.fromEntries(
			Object.entries(workload.namespaces).map(([name, { labels }]) => [name, { ...labels }]),
		);
		this.#addNode();
		for (const name of Object.keys(workload.external)) this.#addExternal(name);
		if (workload.clusterDns) this.addClusterDns();
		if (workload.nodeLocalDns) this.#addNodeLocalDns();
	}

	members(): Member[] {
		return [...this.#members.values()];
	}

	/** Pods as they are now, without node and outside world. */
	pods(): Member[] {
		return this.members().filter((member) => member.kind === 'pod');
	}

	/** A pod by its name; other endpoints as `node/NAME` and `external/NAME`, or by their name alone. */
	find(name: string): Member | undefined {
		return ['pod/', '', 'node/', 'external/'].map((kind) => this.#members.get(`${kind}${name}`)).find(Boolean);
	}

	/**
	 * `addressOf`: a pod that was removed, whose address it gets if nobody has it by now.
	 * @throws GatecrashError GC_CLUSTER for a pod that is unknown or exists already.
	 */
	addPod(name: string, addressOf?: string): Member {
		const spec = this.#workload.pods[name];
		if (!spec)
			throw new GatecrashError('GC_CLUSTER', `There is no pod "${name}" in scenario ${this.#workload.scenario}.`);
		if (this.#members.has(`pod/${name}`)) throw new GatecrashError('GC_CLUSTER', `The pod "${name}" exists already.`);
		const wanted = addressOf === undefined ? undefined : this.#former.get(addressOf);
		const place = spec.hostNetwork ? this.#onNode(spec.listen) : this.#ownNetwork(spec.completes, wanted);
		return this.#add({
			...place,
			kind: 'pod',
			name,
			uid: randomUUID(),
			namespace: spec.namespace,
			labels: { ...spec.labels },
			hostNetwork: spec.hostNetwork,
			node: nodeName,
			agent: !spec.completes,
			listen: spec.listen,
			spec,
		});
	}

	/** `addressOf`: of the first of them, as in `addPod`. */
	addPods(names: readonly string[], addressOf?: string): Member[] {
		return names.map((name, index) => this.addPod(name, index === 0 ? addressOf : undefined));
	}

	/** @throws GatecrashError GC_CLUSTER for a pod that does not exist. */
	removePod(name: string): Member {
		const member = this.#members.get(`pod/${name}`);
		if (!member) throw new GatecrashError('GC_CLUSTER', `There is no pod "${name}" to remove or to change.`);
		this.#members.delete(`pod/${name}`);
		if (member.number !== undefined) {
			this.#podPool.release(member.number);
			this.#former.set(name, member.number);
		}
		this.nodePorts.release(member.portMap);
		return member;
	}

	/** Pods that policies select, and that peers mean: not those in the node's network, not those that have completed. */
	policyPods(): PolicyPod[] {
		return this.pods().flatMap(({ name, namespace, labels, addresses, attachment, listen }) => {
			if (!attachment) return [];
			const ports = listen.flatMap((spec) => (spec.name === undefined ? [] : [{ ...spec, name: spec.name }]));
			return [{ name, namespace: namespace ?? 'default', labels, addresses, device: attachment.device, ports }];
		});
	}

	#addNode(): void {
		this.#add({
			kind: 'node',
			name: nodeName,
			uid: randomUUID(),
			addresses: pick(nodeAddresses, this.families),
			labels: {},
			hostNetwork: true,
			node: nodeName,
			agent: this.#workload.attemptingNodes.includes(nodeName),
			portMap: {},
			attachment: undefined,
			number: undefined,
			listen: [],
			spec: undefined,
		});
	}

	#addExternal(name: string): void {
		const spec = this.#workload.external[name];
		const { number, addresses: given } = this.#externalPool.take();
		// Addresses that the user names are played by us as well: nothing leads out of a fabric, so it can only be us.
		const addresses: Addresses = spec?.addresses ? this.#inFamilies(spec.addresses) : given;
		this.#add({
			kind: 'external',
			name,
			uid: randomUUID(),
			addresses,
			labels: {},
			hostNetwork: false,
			agent: true,
			portMap: {},
			attachment: attachment('x', number, addresses),
			number,
			listen: spec?.listen ?? [],
			spec: undefined,
		});
	}

	/** Also again, after it was removed. */
	addClusterDns(): Member {
		return this.#addClusterDns(clusterDnsName, clusterDnsLabels, this.#ownNetwork(false));
	}

	/** Not one of the scenario's pods, but a pod like any other to policies. */
	#addClusterDns(name: string, labels: Readonly<Record<string, string>>, place: Place): Member {
		this.namespaceLabels[clusterDnsNamespace] ??= {};
		return this.#add({
			...{ ...place, kind: 'pod', name, uid: randomUUID(), namespace: clusterDnsNamespace, labels: { ...labels } },
			...{ hostNetwork: place.attachment === undefined, node: nodeName, agent: true, spec: undefined },
			listen: dnsListeners(),
		});
	}

	/** In the node's network, at an address that the fabric has beside its own. */
	#addNodeLocalDns(): void {
		const place = this.#onNode(dnsListeners());
		const addresses = { ipv4: nodeLocalDnsAddress };
		this.#addClusterDns(nodeLocalDnsName, { 'k8s-app': 'node-local-dns' }, { ...place, addresses });
	}

	#inFamilies(addresses: Addresses): Addresses {
		return Object.fromEntries(
			Object.entries(addresses).filter(([family]) => this.families.some((one) => one === family)),
		);
	}

	#onNode(listen: ListenSpec[]) {
		const portMap = this.nodePorts.takeFor(listen);
		return { addresses: pick(nodeAddresses, this.families), attachment: undefined, number: undefined, portMap };
	}

	#ownNetwork(completed: boolean, wanted?: number) {
		const { number, addresses } = this.#podPool.take(wanted);
		return { addresses, number, attachment: completed ? undefined : attachment('p', number, addresses), portMap: {} };
	}

	#add(member: Member): Member {
		this.#members.set(`${member.kind}/${member.name}`, member);
		return member;
	}
}

type Place = Pick<Member, 'addresses' | 'attachment' | 'number' | 'portMap'>;

function dnsListeners(): ListenSpec[] {
	return clusterDnsPorts.map(({ name, port, protocol }) => {
		return { name, port, protocol, speaks: protocol, resolves: protocol };
	});
}

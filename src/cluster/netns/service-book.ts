import type { Addresses } from '../../model/address.ts';
import { portKey, type ServiceState } from '../../model/cluster.ts';
import {
	clusterDnsLabels,
	clusterDnsName,
	clusterDnsNamespace,
	clusterDnsPorts,
	clusterDnsService,
	clusterDomain,
} from '../../model/cluster-dns.ts';
import type { ServicePort, ServiceSpec } from '../../model/scenario.ts';
import { AddressPool } from './address-pool.ts';
import type { Inventory, Member } from './inventory.ts';
import { clusterDnsAddresses, pick } from './ranges.ts';
import type { ServiceEntry } from './service-ruleset.ts';

interface Service {
	name: string;
	spec: ServiceSpec;
	addresses: Addresses;
	nodePorts: Record<string, number>;
}

/** The Services of one deployment: their addresses for as long as it lives, and who is behind them now. */
export class ServiceBook {
	readonly #inventory: Inventory;
	readonly #services: Service[];

	/** `clusterDns`: beside the scenario's own there is the one of the cluster's DNS. */
	constructor(services: Record<string, ServiceSpec>, inventory: Inventory, clusterDns = false) {
		this.#inventory = inventory;
		// 10.96.0.1 is the API server's and 10.96.0.10 the cluster DNS's by custom; ours begin after them.
		const pool = new AddressPool('services', inventory.families, 16, 65_534);
		this.#services = Object.entries(services).map(([name, spec]) => ({
			name,
			spec,
			addresses: spec.headless ? {} : pool.take().addresses,
			nodePorts: spec.type === 'ClusterIP' ? {} : this.#nodePorts(spec),
		}));
		if (!clusterDns) return;
		const addresses = pick(clusterDnsAddresses, inventory.families);
		this.#services.push({ name: clusterDnsName, spec: clusterDnsSpec, addresses, nodePorts: {} });
	}

	/** What the cluster's DNS knows: every Service by its full name. */
	names(): Record<string, string[]> {
		return Object.fromEntries(
			this.#services.map(({ name, spec, addresses }) => [
				`${name === clusterDnsName ? clusterDnsService : name}.${spec.namespace}.svc.${clusterDomain}`,
				Object.values(addresses),
			]),
		);
	}

	states(): ServiceState[] {
		return this.#services.map((service) => ({
			name: service.name,
			addresses: service.addresses,
			nodePorts: service.nodePorts,
			backends: [
				...new Set(service.spec.ports.flatMap((port) => this.#backends(service, port).map(({ pod }) => pod.name))),
			],
		}));
	}

	entries(): ServiceEntry[] {
		return this.#services
			.filter(({ spec }) => !spec.headless)
			.flatMap((service) =>
				service.spec.ports.map((port) => ({
					title: `${service.spec.namespace}/${service.name}:${port.port}/${port.protocol}`,
					addresses: service.addresses,
					port: port.port,
					protocol: port.protocol,
					nodePort: service.nodePorts[portKey(port.port, port.protocol)],
					backends: this.#backends(service, port).map((backend) => ({
						addresses: backend.pod.addresses,
						port: backend.port,
					})),
				})),
			);
	}

	/** TCP ports of all Services, and the pods behind each. */
	tcpPorts() {
		return this.#services.flatMap((service) => {
			const { name, addresses, spec } = service;
			return spec.ports
				.filter(({ protocol }) => protocol === 'tcp')
				.map((port) => ({
					...{ name, namespace: spec.namespace, addresses, port: port.port },
					backends: this.#backends(service, port),
				}));
		});
	}

	/** Running pods that the selector means. A pod without the named port is no backend; a number is not looked up. */
	#backends({ spec }: Service, port: ServicePort): { pod: Member; port: number }[] {
		// A Service without a selector has no backends of its own (its EndpointSlices are somebody else's to make).
		const wanted = Object.entries(spec.selector);
		if (wanted.length === 0) return [];
		return this.#inventory
			.pods()
			.filter((pod) => pod.agent && pod.namespace === spec.namespace)
			.filter((pod) => wanted.every(([key, value]) => pod.labels[key] === value))
			.flatMap((pod) => {
				const number = targetPort(pod, port);
				return number === undefined ? [] : [{ pod, port: number }];
			});
	}

	#nodePorts(spec: ServiceSpec): Record<string, number> {
		return Object.fromEntries(
			spec.ports.map(({ port, protocol, nodePort }) => [
				portKey(port, protocol),
				this.#inventory.nodePorts.takeNodePort(nodePort, protocol),
			]),
		);
	}
}

const clusterDnsSpec: ServiceSpec = {
	...{ namespace: clusterDnsNamespace, selector: { ...clusterDnsLabels }, type: 'ClusterIP', headless: false },
	ports: clusterDnsPorts.map(({ name, port, protocol }) => ({
		name,
		port,
		targetPort: port,
		protocol,
		nodePort: undefined,
	})),
	externalTrafficPolicy: 'Cluster',
};

function targetPort(pod: Member, { targetPort: wanted, protocol }: ServicePort): number | undefined {
	const declared =
		typeof wanted === 'number'
			? wanted
			: pod.listen.find((listen) => listen.name === wanted && listen.protocol === protocol)?.port;
	return declared === undefined ? undefined : (pod.portMap[portKey(declared, protocol)] ?? declared);
}

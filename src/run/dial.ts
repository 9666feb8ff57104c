import type { SocketAddress } from '../model/address.ts';
import { type Deployment, type Endpoint, portKey } from '../model/cluster.ts';
import { clusterDnsName, nodeLocalDnsName, serviceOfName } from '../model/cluster-dns.ts';
import { namesAsked } from '../model/dns.ts';
import { metadataEndpoint } from '../model/metadata.ts';
import type { Landing } from '../model/landing.ts';
import type { Cell } from '../model/plan.ts';

/** A cell's path on the cluster as it is now: literal addresses, and who may answer. */
export interface Dialled {
	from: Endpoint;
	source: { address?: string };
	destination: SocketAddress;
	/** UIDs. */
	targets: string[];
	/** UIDs of resolvers that pass a query on to the targets. */
	through?: string[];
	/** The address that an answer has to hold, where no target can vouch for what it says. */
	expects?: string;
}

type Path = Pick<Cell, 'from' | 'to' | 'port' | 'protocol' | 'family' | 'query' | 'lands'>;
type Resolved = Pick<Dialled, 'destination' | 'targets' | 'through' | 'expects'>;

/** Undefined where an endpoint, or its address of this family, does not exist (any more). */
export function dial(cell: Path, deployment: Deployment, endpoints = deployment.endpoints()): Dialled | undefined {
	const from = endpoints.find((endpoint) => endpoint.kind === cell.from.kind && endpoint.name === cell.from.name);
	const to = resolveTarget(cell, deployment, endpoints);
	if (!from || !to) return undefined;
	const address = from.addresses[cell.family];
	return { from, source: address === undefined ? {} : { address }, ...to };
}

/** The target alone, for attempts whose source does not exist yet. */
export function resolveTarget(
	cell: Path,
	deployment: Deployment,
	endpoints = deployment.endpoints(),
): Resolved | undefined {
	const reached = addressOf(cell, deployment, endpoints);
	if (reached && cell.lands) return { ...reached, targets: targetsBehind(cell.lands, deployment, endpoints) };
	const owner = cell.to.kind === 'clusterDns' ? cell.query?.owner : undefined;
	if (!reached) return undefined;
	if (owner === undefined) return withExpected(reached, cell, deployment, endpoints);
	// The cluster's DNS knows no name outside: who answers is the resolver whose zone it is.
	const outside = endpoints.find((candidate) => candidate.kind === 'external' && candidate.name === owner);
	return outside && { ...reached, targets: [outside.uid], through: reached.targets };
}

/** The cluster's own DNS makes no MAC where it is no probe: its answer is known by the address that the cluster has given out. */
function withExpected(
	reached: Resolved,
	{ to, query }: Path,
	deployment: Deployment,
	endpoints: readonly Endpoint[],
): Resolved {
	const isProbed = endpoints.some(({ uid, agent }) => agent && reached.targets.includes(uid));
	if (to.kind !== 'clusterDns' || isProbed || (query?.type !== 'A' && query?.type !== 'AAAA')) return reached;
	const services = namesAsked(query).map(serviceOfName);
	const service = deployment.services().find((candidate) => services.includes(candidate.name));
	const expects = service?.addresses[query.type === 'A' ? 'ipv4' : 'ipv6'];
	return { ...reached, ...(expects !== undefined && { expects }) };
}

/** Who may answer where a proxy is dialled. */
function targetsBehind({ kind, name }: Landing, deployment: Deployment, endpoints: Endpoint[]): string[] {
	const service = kind === 'service' && deployment.services().find((candidate) => candidate.name === name);
	const pods = kind === 'pod' ? [name] : service ? service.backends : [];
	return endpoints.flatMap((endpoint) => (endpoint.kind === 'pod' && pods.includes(endpoint.name) ? endpoint.uid : []));
}

function addressOf(cell: Path, deployment: Deployment, endpoints: Endpoint[]): Resolved | undefined {
	switch (cell.to.kind) {
		case 'pod':
		case 'external': {
			const endpoint = endpoints.find(
				(candidate) => candidate.kind === cell.to.kind && candidate.name === cell.to.name,
			);
			return endpoint && atOwnAddress(endpoint, cell);
		}
		case 'node': {
			const node = endpoints.find((candidate) => candidate.kind === 'node' && candidate.name === cell.to.name);
			const onNode = endpoints.filter((candidate) => candidate.hostNetwork && candidate.node === cell.to.name);
			return node && at(node, cell, cell.port, [node, ...onNode]);
		}
		case 'metadata': {
			const name = metadataEndpoint(cell.to.name);
			const endpoint = endpoints.find((candidate) => candidate.kind === 'external' && candidate.name === name);
			return endpoint && atOwnAddress(endpoint, cell);
		}
		case 'clusterDns': {
			const path = { ...cell, to: { ...cell.to, kind: 'service', name: clusterDnsName } as const };
			if (cell.to.name === '') return ofService(path, deployment, endpoints);
			const name = cell.to.name === 'node-local' ? nodeLocalDnsName : clusterDnsName;
			const pod = endpoints.find((candidate) => candidate.kind === 'pod' && candidate.name === name);
			return pod && atOwnAddress(pod, cell);
		}
		case 'service':
		case 'nodePort':
			return ofService(cell, deployment, endpoints);
		default:
			return undefined;
	}
}

function ofService(cell: Path, deployment: Deployment, endpoints: Endpoint[]) {
	const service = deployment.services().find((candidate) => candidate.name === cell.to.name);
	if (!service) return undefined;
	const { backend } = cell.to;
	if (backend !== undefined) {
		const pod = endpoints.find((endpoint) => endpoint.kind === 'pod' && endpoint.name === backend);
		// What is not behind the Service now, its name does not resolve to.
		return pod && service.backends.includes(backend) ? atOwnAddress(pod, cell) : undefined;
	}
	const backends = endpoints.filter((endpoint) => endpoint.kind === 'pod' && service.backends.includes(endpoint.name));
	const targets = backends.map((endpoint) => endpoint.uid);
	if (cell.to.kind === 'nodePort') {
		const node = endpoints.find((endpoint) => endpoint.kind === 'node');
		const address = node?.addresses[cell.family];
		const port = service.nodePorts[portKey(cell.port, cell.protocol)];
		return address === undefined || port === undefined ? undefined : { destination: { address, port }, targets };
	}
	const address = service.addresses[cell.family];
	return address === undefined ? undefined : { destination: { address, port: cell.port }, targets };
}

/** A hostNetwork pod listens on another number than the declared one. */
function atOwnAddress(endpoint: Endpoint, cell: Path) {
	return at(endpoint, cell, endpoint.portMap[portKey(cell.port, cell.protocol)] ?? cell.port, [endpoint]);
}

function at(endpoint: Endpoint, cell: Path, port: number, targets: Endpoint[]) {
	const address = endpoint.addresses[cell.family];
	return address === undefined ? undefined : { destination: { address, port }, targets: targets.map(({ uid }) => uid) };
}

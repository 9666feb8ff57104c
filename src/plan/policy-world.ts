import { type IpFamily, ipFamilies } from '../model/address.ts';
import type { KnownNetwork } from '../model/cluster.ts';
import type { PodSpec, ProxySpec, Scenario } from '../model/scenario.ts';
import { podSecurityGroupModes } from '../model/security-group.ts';
import { identityOf } from '../policy/mesh/identity.ts';
import type { AddressFacts, PodFacts, SecurityGroupFacts, World } from '../policy/world.ts';
import type { ClusterState } from './cluster-state.ts';
import {
	clusterDnsLabels,
	clusterDnsName,
	clusterDnsPorts,
	nodeLocalDnsAddress,
	nodeLocalDnsName,
} from '../model/cluster-dns.ts';
import { nodeNames } from './needed-capabilities.ts';
import { asksClusterDns } from './resolvers.ts';

/** The only node where there is one: probe pods can't be anywhere else. */
export const onlyNode = 'a';

/** What policies can speak of at one moment, as far as it is known before the cluster is up. */
export function policyWorld(scenario: Scenario, state: ClusterState, known: KnownNetwork = {}): World {
	const pods = Object.entries(scenario.pods).filter(([name]) => state.pods.has(name));
	const nodes = new Set([...nodeNames(scenario), onlyNode]);
	const own: OwnFacts = asksClusterDns(scenario) ? clusterDnsFacts : { namespaces: {}, pods: {}, services: {} };
	return {
		namespaces: Object.fromEntries(
			Object.entries({ ...own.namespaces, ...scenario.namespaces }).map(([name, { existing }]) => [
				name,
				{ labels: state.namespaceLabels[name] ?? {}, ...(existing && { foreign: true }) },
			]),
		),
		pods: {
			...Object.fromEntries(pods.map(([name, pod]) => [name, podFacts(name, pod, scenario, state, known)])),
			...own.pods,
		},
		nodes: Object.fromEntries([...nodes].map((name) => [name, { addresses: withinRanges(known.nodeRanges) }])),
		external: Object.fromEntries(
			Object.entries(scenario.external).map(([name, { addresses }]) => [
				name,
				{ addresses: addresses ? exactly(addresses) : withinRanges(known.externalRanges) },
			]),
		),
		services: {
			...own.services,
			...Object.fromEntries(
				Object.entries(scenario.services).map(([name, { namespace, selector, ports, headless }]) => [
					name,
					{ namespace, selector, ports, headless, addresses: {} },
				]),
			),
		},
		securityGroups: securityGroupFacts(scenario),
		ranges: known.ranges ?? {},
	};
}

/** What a scenario needs of the plugin is what it will find there. */
function securityGroupFacts({ securityGroups: groups, requires }: Scenario): SecurityGroupFacts {
	const modes = podSecurityGroupModes.filter((mode) => requires.includes(`pod-security-group-${mode}-mode`));
	const [mode] = modes;
	return {
		groups,
		...(modes.length === 1 && mode && { mode }),
		...(requires.includes('vpc-cni-network-policy') && { networkPolicyByPlugin: true }),
	};
}

type OwnFacts = Pick<World, 'pods' | 'services'> & Pick<Scenario, 'namespaces'>;

/** As every distribution has it: CoreDNS under the labels of the kube-dns that it came after. */
const clusterDnsFacts = {
	namespaces: { 'kube-system': { labels: {}, mesh: 'none', existing: false } },
	pods: {
		[clusterDnsName]: {
			...{
				namespace: 'kube-system',
				labels: clusterDnsLabels,
				namedPorts: clusterDnsPorts,
				hostNetwork: false,
				addresses: {},
			},
		},
		[nodeLocalDnsName]: {
			...{ namespace: 'kube-system', labels: { 'k8s-app': 'node-local-dns' }, namedPorts: clusterDnsPorts },
			...{ hostNetwork: true, node: onlyNode, addresses: { ipv4: { exact: nodeLocalDnsAddress } } },
		},
	},
	services: {
		[clusterDnsName]: {
			...{ namespace: 'kube-system', selector: clusterDnsLabels, headless: false, addresses: {} },
			ports: clusterDnsPorts.map(({ port, protocol }) => ({ port, targetPort: port, protocol })),
		},
	},
} satisfies OwnFacts;

function podFacts(name: string, pod: PodSpec, scenario: Scenario, state: ClusterState, known: KnownNetwork): PodFacts {
	return {
		namespace: pod.namespace,
		labels: state.podLabels[name] ?? {},
		namedPorts: pod.listen.flatMap(({ name: port, port: number, protocol }) =>
			port === undefined ? [] : [{ name: port, port: number, protocol }],
		),
		hostNetwork: pod.hostNetwork,
		...placement(name, pod, scenario, known),
		...(pod.completes && { ended: true }),
		mesh: meshOf(pod, scenario),
		annotations: pod.annotations,
		...(state.securityGroups[name] && { securityGroups: state.securityGroups[name] }),
		...(pod.proxy && { proxy: proxyFacts(pod, pod.proxy, state.certificates[name]) }),
		...(pod.serviceAccount !== undefined && { serviceAccount: pod.serviceAccount }),
		// A pod's address is only known to lie in the range of the pods.
		addresses: {},
	};
}

function proxyFacts(
	pod: PodSpec,
	{ certificate, listeners }: ProxySpec,
	rotated = certificate,
): NonNullable<PodFacts['proxy']> {
	const names = rotated.names.length > 0 ? rotated.names : [identityOf(pod)];
	return { certificate: { ...rotated, names }, listeners };
}

/**
 * Whether it is made with a sidecar. What a pod says itself counts before its namespace, the label before the annotation.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/#controlling-the-injection-policy
 */
function meshOf({ labels, annotations, mesh, namespace }: PodSpec, { namespaces }: Scenario): 'none' | 'sidecar' {
	const key = 'sidecar.istio.io/inject';
	const said = [labels[key], annotations[key]].find((value) => value === 'true' || value === 'false');
	if (said !== undefined) return said === 'true' ? 'sidecar' : 'none';
	return mesh ?? namespaces[namespace]?.mesh ?? 'none';
}

function placement(
	name: string,
	pod: PodSpec,
	{ pods }: Scenario,
	{ nodes }: KnownNetwork,
): Pick<PodFacts, 'node' | 'nodeGroup' | 'apartFrom'> {
	if (nodes === 1) return { node: onlyNode };
	// Pods follow each other: the last one of the chain says where they are. A circle has no end.
	const seen = new Set<string>();
	let last = name;
	let spec: PodSpec | undefined = pod;
	while (spec?.placement && 'onNodeOf' in spec.placement && !seen.has(last)) {
		seen.add(last);
		last = spec.placement.onNodeOf;
		spec = pods[last];
	}
	if (spec?.placement && 'node' in spec.placement) return { node: spec.placement.node };
	const apart = spec?.placement && 'notOnNodeOf' in spec.placement ? [spec.placement.notOnNodeOf] : [];
	return { nodeGroup: last, ...(apart.length > 0 && { apartFrom: apart }) };
}

function withinRanges(ranges: KnownNetwork['nodeRanges']): AddressFacts {
	return byFamily((family) => (ranges?.[family] === undefined ? undefined : { within: [ranges[family]] }));
}

function exactly(addresses: Partial<Record<IpFamily, string>>): AddressFacts {
	return byFamily((family) => (addresses[family] === undefined ? undefined : { exact: addresses[family] }));
}

function byFamily(factOf: (family: IpFamily) => AddressFacts[IpFamily]): AddressFacts {
	return Object.fromEntries(
		ipFamilies.flatMap((family) => {
			const fact = factOf(family);
			return fact ? [[family, fact]] : [];
		}),
	);
}

/** The part of a DaemonSet or Deployment that says what runs there. */
export interface ClusterWorkload {
	kind: 'DaemonSet' | 'Deployment';
	namespace: string;
	name: string;
	containers: ClusterContainer[];
	/** Pods that should run, and that are ready; undefined where the status does not say. */
	wanted: number | undefined;
	ready: number | undefined;
}

export interface ClusterContainer {
	name: string;
	image: string;
	arguments: string[];
	environment: Record<string, string>;
	/** Variables whose value stands elsewhere (`valueFrom`). */
	references?: string[];
}

export interface NetworkProgram {
	/** As people call it. */
	name: string;
	role: 'cni' | 'enforcer' | 'mesh';
	runs: 'DaemonSet' | 'Deployment';
	/** Finds the container that is this program. Images are renamed by mirrors, workloads by installers: either will do. */
	is: (container: ClusterContainer, workload: ClusterWorkload) => boolean;
	/** Why it is there and does not enforce, or undefined; only of enforcers. */
	idle?: (container: ClusterContainer) => string | undefined;
}

/** Programs that give pods their network, enforce NetworkPolicy, or form a mesh, as their own manifests install them. */
export const networkPrograms: readonly NetworkProgram[] = [
	{ name: 'calico', role: 'cni', runs: 'DaemonSet', is: isCalico, idle: calicoPolicyOnly },
	{ name: 'calico', role: 'enforcer', runs: 'DaemonSet', is: isCalico },
	{ name: 'kindnet', role: 'cni', runs: 'DaemonSet', is: isKindnet },
	{ name: 'kindnet', role: 'enforcer', runs: 'DaemonSet', is: isKindnet, idle: kindnetBeforePolicies },
	{ name: 'cilium', role: 'cni', runs: 'DaemonSet', is: isCilium },
	{ name: 'cilium', role: 'enforcer', runs: 'DaemonSet', is: isCilium },
	{ name: 'kube-router', role: 'cni', runs: 'DaemonSet', is: image('kube-router'), idle: off('run-router') },
	{ name: 'kube-router', role: 'enforcer', runs: 'DaemonSet', is: image('kube-router'), idle: off('run-firewall') },
	// Also as a container beside flannel, as flannel's own chart installs it.
	{ name: 'kube-network-policies', role: 'enforcer', runs: 'DaemonSet', is: image('kube-network-policies') },
	{ name: 'flannel', role: 'cni', runs: 'DaemonSet', is: named('kube-flannel') },
	{ name: 'antrea', role: 'cni', runs: 'DaemonSet', is: named('antrea-agent') },
	{ name: 'antrea', role: 'enforcer', runs: 'DaemonSet', is: named('antrea-agent') },
	{ name: 'weave-net', role: 'cni', runs: 'DaemonSet', is: inWorkload('weave-net', 'weave') },
	{ name: 'weave-npc', role: 'enforcer', runs: 'DaemonSet', is: inWorkload('weave-net', 'weave-npc') },
	{ name: 'amazon-vpc-cni', role: 'cni', runs: 'DaemonSet', is: inWorkload('aws-node', 'aws-node') },
	{
		name: 'aws-network-policy-agent',
		role: 'enforcer',
		runs: 'DaemonSet',
		is: isNodeAgent,
		// Off unless the add-on's configuration says enableNetworkPolicy.
		idle: (container) =>
			argument(container, 'enable-network-policy') === 'true'
				? undefined
				: 'it runs without --enable-network-policy=true',
	},
	{ name: 'ovn-kubernetes', role: 'cni', runs: 'DaemonSet', is: workloadNamed(/^ovnkube-node/) },
	{ name: 'ovn-kubernetes', role: 'enforcer', runs: 'DaemonSet', is: workloadNamed(/^ovnkube-node/) },
	{ name: 'kube-ovn', role: 'cni', runs: 'DaemonSet', is: workloadNamed(/^kube-ovn-cni$/) },
	{ name: 'kube-ovn', role: 'enforcer', runs: 'DaemonSet', is: workloadNamed(/^kube-ovn-cni$/) },
	{ name: 'azure-cni', role: 'cni', runs: 'DaemonSet', is: workloadNamed(/^azure-cns$/) },
	{ name: 'azure-npm', role: 'enforcer', runs: 'DaemonSet', is: workloadNamed(/^azure-npm$/) },
	{ name: 'istio', role: 'mesh', runs: 'Deployment', is: (container) => container.name === 'discovery' },
	{ name: 'istio ambient (ztunnel)', role: 'mesh', runs: 'DaemonSet', is: workloadNamed(/^ztunnel$/) },
	{ name: 'linkerd', role: 'mesh', runs: 'Deployment', is: inWorkload('linkerd-destination', 'destination') },
	{ name: 'kuma', role: 'mesh', runs: 'Deployment', is: workloadNamed(/^(kuma|kong-mesh)-control-plane$/) },
	{ name: 'consul', role: 'mesh', runs: 'Deployment', is: workloadNamed(/consul-connect-injector$/) },
];

/** `--name=value` or `--name value`; a bare switch is `true`. */
export function argument(container: ClusterContainer, name: string): string | undefined {
	for (const [index, text] of container.arguments.entries()) {
		const [key, ...rest] = text.replace(/^--?/, '').split('=');
		if (key !== name || !text.startsWith('-')) continue;
		if (rest.length > 0) return rest.join('=');
		const next = container.arguments[index + 1];
		return next === undefined || next.startsWith('-') ? 'true' : next;
	}
	return undefined;
}

/** The tag of an image, without a digest: `v3.28.5`. A port of a registry is no tag. */
export function imageTag(image: string): string | undefined {
	return /:([A-Za-z0-9_][\w.-]*)$/.exec(image.split('@')[0] ?? '')?.[1];
}

/** Last part of the image's path: `quay.io/calico/node:v3` -> `node`. */
function imageName(image: string): string {
	return (
		(image.split('@')[0] ?? '')
			.replace(/:[^/]*$/, '')
			.split('/')
			.at(-1) ?? ''
	);
}

function image(name: string): NetworkProgram['is'] {
	return (container) => imageName(container.image) === name;
}

function named(name: string): NetworkProgram['is'] {
	return (container) => container.name === name;
}

function inWorkload(workload: string, container: string): NetworkProgram['is'] {
	return (one, { name }) => name === workload && one.name === container;
}

/** Once for the workload, whatever it has beside the main container. */
function workloadNamed(pattern: RegExp): NetworkProgram['is'] {
	return (container, workload) => pattern.test(workload.name) && workload.containers[0] === container;
}

function off(flag: string): NonNullable<NetworkProgram['idle']> {
	return (container) => (argument(container, flag) === 'false' ? `it runs with --${flag}=false` : undefined);
}

/** By the names of its container in AWS's manifests: the one that they have, and the one that its pages use. */
export function isNodeAgent({ name }: Pick<ClusterContainer, 'name'>): boolean {
	return name === 'aws-eks-nodeagent' || name === 'aws-network-policy-agent';
}

function isCalico(container: ClusterContainer): boolean {
	return container.name === 'calico-node';
}

function calicoPolicyOnly(container: ClusterContainer): string | undefined {
	const backend = container.environment['CALICO_NETWORKING_BACKEND'];
	return backend === 'none' ? 'it only enforces policies; another plugin gives pods their network' : undefined;
}

function isKindnet(container: ClusterContainer): boolean {
	return imageName(container.image) === 'kindnetd' || container.name === 'kindnet-cni';
}

/** kindnet enforces NetworkPolicy since kind 0.24 (https://github.com/kubernetes-sigs/kind/releases/tag/v0.24.0). */
function kindnetBeforePolicies(container: ClusterContainer): string | undefined {
	const day = /^v(\d{8})/.exec(imageTag(container.image) ?? '')?.[1];
	return day !== undefined && day < '20240813' ? 'kindnet enforces since kind 0.24 only' : undefined;
}

/** GKE's data plane 2 is Cilium under another name. */
function isCilium(container: ClusterContainer, workload: ClusterWorkload): boolean {
	return container.name === 'cilium-agent' && /^(cilium|anetd)/.test(workload.name);
}

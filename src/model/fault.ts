interface Fault {
	/** What is done to the cluster. */
	means: string;
	/** It stays until it is healed; the others are over when they have happened. */
	lasting: boolean;
	/** Whom it breaks. */
	of: 'mesh' | 'enforcer' | 'dns' | 'sidecars' | 'node' | 'control-plane';
	/** It acts on everybody in the cluster: nothing else may be deployed meanwhile. */
	alone: boolean;
}

/**
 * The closed catalogue of faults that a phase can inject. Each is a capability of its own (`fault-NAME`): a cluster that
 * lacks it makes the scenario `skipped`.
 */
export const faults = {
	'stop-mesh-control-plane': {
		of: 'mesh',
		means: 'the mesh’s control plane is stopped (Istio: istiod scaled to zero): no sidecar hears of a change',
		lasting: true,
		alone: true,
	},
	'rotate-certificates': {
		of: 'mesh',
		means: 'every sidecar of the scenario gets a new certificate of the same authority, without a restart',
		lasting: false,
		alone: false,
	},
	'rotate-mesh-root': {
		of: 'mesh',
		means:
			'the mesh’s root is replaced: sidecars get certificates of a new one and trust both until it is healed, which takes the old one away',
		lasting: true,
		alone: true,
	},
	'restart-enforcer': {
		of: 'enforcer',
		means:
			'whoever enforces NetworkPolicy is ended and comes back, at the latest when it is healed; what it had programmed stays in force, and what changes meanwhile waits',
		lasting: true,
		alone: true,
	},
	'kill-enforcer': {
		of: 'enforcer',
		means: 'whoever enforces NetworkPolicy is ended, and kept away until it is healed',
		lasting: true,
		alone: true,
	},
	'restart-enforcer-slowly': {
		of: 'enforcer',
		means:
			'whoever enforces NetworkPolicy is ended; when it is started again it isolates pods first, and what policies allow is in force only some time later',
		lasting: true,
		alone: false,
	},
	'flush-enforcer': {
		of: 'enforcer',
		means:
			'the same, and it takes its rules along: until it is healed nothing is enforced at all. What an engine must not do',
		lasting: true,
		alone: false,
	},
	'restart-dns': {
		of: 'dns',
		means: 'the cluster’s DNS is ended, and is away until it is healed',
		lasting: true,
		alone: true,
	},
	'restart-sidecars': {
		of: 'sidecars',
		means: 'the proxies of the scenario’s sidecars are ended, and are away until it is healed; what led to them stays',
		lasting: true,
		alone: false,
	},
	'restart-node': {
		of: 'node',
		means: 'a node is switched off with all that runs on it, and is back when it is healed',
		lasting: true,
		alone: true,
	},
	'restart-kubelet': {
		of: 'node',
		means: 'the kubelet of a node is ended, and is away until it is healed; pods run on',
		lasting: true,
		alone: true,
	},
	'restart-api-server': {
		of: 'control-plane',
		means: 'the API server is ended, and is away until it is healed',
		lasting: true,
		alone: true,
	},
	'restart-mesh-control-plane': {
		of: 'control-plane',
		means: 'the mesh’s control plane is ended and comes back, at the latest when it is healed',
		lasting: true,
		alone: true,
	},
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as FaultName[];

type FaultOf<Of extends Fault['of']> = {
	[Name in FaultName]: (typeof faults)[Name]['of'] extends Of ? Name : never;
}[FaultName];
export type MeshFaultName = FaultOf<'mesh'>;
export type EnforcerFaultName = FaultOf<'enforcer'>;

export function isMeshFault(fault: FaultName): fault is MeshFaultName {
	return isFaultOf('mesh', fault);
}

export function isFaultOf<Of extends Fault['of']>(of: Of, fault: FaultName): fault is FaultOf<Of> {
	return faults[fault].of === of;
}

export type FaultCapability = `fault-${FaultName}`;

export function faultCapability(fault: FaultName): FaultCapability {
	return `fault-${fault}`;
}

/**
 * Faults that are made of changes which any cluster carries out. They belong to the section `chaos` alone: phases have the
 * changes themselves.
 */
export const changeFaults = {
	'flip-policy': 'a policy is deleted, and applied again when it is healed',
	'policy-churn': 'a policy is deleted and applied again, over and over',
	'relabel-pod': 'a pod gets other labels, and its own again when it is healed',
	'relabel-namespace': 'a namespace gets other labels, and its own again when it is healed',
	'delete-pod': 'a pod is deleted, and made again under its name when it is healed',
	'pod-before-policy':
		'a pod and a policy are deleted; the pod is made again, and the policy applied right after it when it is healed',
	'pod-churn':
		'a pod is deleted and another one made in its place, which gets its address where the cluster can do that',
} as const;

export type ChangeFaultName = keyof typeof changeFaults;
export type ChaosFaultName = FaultName | ChangeFaultName;

export const changeFaultNames = Object.keys(changeFaults) as ChangeFaultName[];
export const chaosFaultNames: readonly ChaosFaultName[] = [...faultNames, ...changeFaultNames];

/** What a fault, or its healing, was seen to do. */
export interface FaultEffect {
	/** A sentence each; empty: nothing was seen, so that what was attempted under it proves nothing. */
	effects: string[];
}

/**
 * How a fault is undone by somebody who knows nothing but this: data from a closed set of verbs, written down before the
 * fault is injected.
 */
export type Recovery =
	| { do: 'scale'; namespace: string; deployment: string; replicas: number }
	/** What comes back by itself is waited for. */
	| { do: 'await-ready'; kind: 'DaemonSet' | 'Deployment'; namespace: string; name: string }
	/** Of its pods; null: it had none. */
	| { do: 'select-nodes'; namespace: string; daemonSet: string; nodeSelector: Record<string, string> | null }
	/** Containers of Docker that are nodes; with them comes all that runs there. */
	| { do: 'start-nodes'; containers: string[] }
	/** In such containers. */
	| { do: 'start-kubelets'; containers: string[] }
	/** Its manifest is moved back to where the kubelet looks for it (a static pod). */
	| { do: 'restore-api-server'; container: string }
	/** `file` holds the authority that the mesh has to sign with, and with it alone; `secret`: NAMESPACE/NAME, `deployment` too. */
	| { do: 'trust-one-root'; file: string; secret: string; deployment: string };

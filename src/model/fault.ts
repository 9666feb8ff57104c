interface Fault {
	/** What is done to the cluster. */
	means: string;
	/** It stays until it is healed; the others are over when they have happened. */
	lasting: boolean;
	/** It acts on everybody in the cluster: nothing else may be deployed meanwhile. */
	alone: boolean;
}

/**
 * The closed catalogue of faults that a phase can inject. Each is a capability of its own (`fault-NAME`): a cluster that
 * lacks it makes the scenario `skipped`.
 */
export const faults = {
	'stop-mesh-control-plane': {
		means: 'the mesh’s control plane is stopped (Istio: istiod scaled to zero): no sidecar hears of a change',
		lasting: true,
		alone: true,
	},
	'rotate-certificates': {
		means: 'every sidecar of the scenario gets a new certificate of the same authority, without a restart',
		lasting: false,
		alone: false,
	},
	'rotate-mesh-root': {
		means:
			'the mesh’s root is replaced: sidecars get certificates of a new one and trust both until it is healed, which takes the old one away',
		lasting: true,
		alone: true,
	},
} as const satisfies Record<string, Fault>;

export type FaultName = keyof typeof faults;

export const faultNames = Object.keys(faults) as FaultName[];

export type FaultCapability = `fault-${FaultName}`;

export function faultCapability(fault: FaultName): FaultCapability {
	return `fault-${fault}`;
}

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
	/** `file` holds the authority that the mesh has to sign with, and with it alone; `secret`: NAMESPACE/NAME, `deployment` too. */
	| { do: 'trust-one-root'; file: string; secret: string; deployment: string };

import type { AgentSettings, AgentStream, Endpoint } from '../model/cluster.ts';
import type { Addresses } from '../model/address.ts';
import type { ExternalSpec } from '../model/scenario.ts';

/** An endpoint outside a cluster that the harness owns, with an agent in it. */
export interface ExternalEndpoint {
	readonly endpoint: Endpoint;
	/** A control stream to its agent; again after a break. */
	open(): Promise<AgentStream>;
	/** Ends it and gives its addresses back; never rejects twice. Whoever started it calls this. */
	stop(): Promise<void>;
}

/**
 * How a cluster gets them; a cluster without has no capability `external`. Rejects when none was left behind. `relay`: addresses
 * that it gets beside its own, and reports as such.
 */
export type StartExternal = (
	name: string,
	spec: ExternalSpec,
	settings: AgentSettings,
	signal: AbortSignal,
	relay?: Addresses,
) => Promise<ExternalEndpoint>;

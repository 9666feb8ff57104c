import { type FaultName, faultNames, isFaultOf, isMeshFault } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Enforcer } from './enforcer.ts';
import { nodeName } from './inventory.ts';
import type { Mesh } from './mesh/mesh.ts';

interface Options {
	enforcer: Enforcer;
	/** @throws GatecrashError GC_CLUSTER where there is none. */
	mesh: () => Mesh;
	/** Programs what should be in force now. */
	commit: () => Promise<void>;
}

/** Those that can be injected here; `envoy`: whether there is one. */
export function embeddedFaults(envoy: boolean): FaultName[] {
	return faultNames.filter((fault) => (envoy && isMeshFault(fault)) || possible.includes(fault));
}

const possible: readonly FaultName[] = [
	'restart-enforcer',
	'restart-enforcer-slowly',
	'kill-enforcer',
	'flush-enforcer',
];

/** Returns what was seen of it. @throws GatecrashError GC_CLUSTER for what can't be broken here. */
export async function injectFault(fault: FaultName, node: string | undefined, options: Options): Promise<string[]> {
	if ((node ?? nodeName) !== nodeName) throw new GatecrashError('GC_CLUSTER', `There is no node "${node}" here.`);
	if (isMeshFault(fault)) return options.mesh().inject(fault);
	if (isFaultOf('enforcer', fault)) return options.enforcer.stop(fault);
	throw new GatecrashError('GC_CLUSTER', `The embedded cluster can’t inject the fault ${fault}.`);
}

/** Returns what was seen of it; nothing where it is healed already. */
export async function healFault(fault: FaultName, options: Options): Promise<string[]> {
	if (isMeshFault(fault)) return options.mesh().heal(fault);
	const seen = isFaultOf('enforcer', fault) ? options.enforcer.start(fault) : undefined;
	if (!seen) return [];
	await options.commit();
	return seen();
}

import { type FaultName, isMeshFault } from '../../model/fault.ts';
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

/** Returns what was seen of it. @throws GatecrashError GC_CLUSTER for what can't be broken here. */
export async function injectFault(fault: FaultName, node: string | undefined, options: Options): Promise<string[]> {
	if ((node ?? nodeName) !== nodeName) throw new GatecrashError('GC_CLUSTER', `There is no node "${node}" here.`);
	return isMeshFault(fault) ? options.mesh().inject(fault) : options.enforcer.stop(fault);
}

/** Returns what was seen of it; nothing where it is healed already. */
export async function healFault(fault: FaultName, options: Options): Promise<string[]> {
	if (isMeshFault(fault)) return options.mesh().heal(fault);
	const seen = options.enforcer.start(fault);
	if (!seen) return [];
	await options.commit();
	return seen();
}

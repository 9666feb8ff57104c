import { type FaultName, faultNames, faults, isFaultOf, isMeshFault } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { clusterDnsName } from '../../model/cluster-dns.ts';
import { DnsFault } from './dns-fault.ts';
import type { Enforcer } from './enforcer.ts';
import type { Fabric } from './fabric.ts';
import { type Inventory, type Member, nodeName } from './inventory.ts';
import type { Mesh } from './mesh/mesh.ts';
import { NodeFault } from './node-fault.ts';

interface Options {
	enforcer: Enforcer;
	/** @throws GatecrashError GC_CLUSTER where there is none. */
	mesh: () => Mesh;
	dns: DnsFault;
	node: NodeFault;
	/** Programs what should be in force now. */
	commit: () => Promise<void>;
}

/** What can be broken, made of what one deployment consists of. */
export function breakable({
	fabric,
	inventory,
	remove,
	bringUp,
	...rest
}: Pick<Options, 'enforcer' | 'mesh' | 'commit'> & {
	fabric: Fabric;
	inventory: Inventory;
	/** Ends a pod with all that it has, and programs what should be in force then. */
	remove: (pod: string) => Promise<void>;
	bringUp: (member: Member) => Promise<void>;
}): Options {
	return {
		...rest,
		dns: new DnsFault({ inventory, remove, bringUp }),
		node: new NodeFault({ fabric, enforcer: rest.enforcer, commit: rest.commit }),
	};
}

/** Names of pods that go with a fault. */
export function endedBy(fault: FaultName): string[] {
	return fault === 'restart-dns' ? [clusterDnsName] : [];
}

/** Those that can be injected here; `envoy`: whether there is one. */
export function embeddedFaults(envoy: boolean): FaultName[] {
	const ofEnvoy = (fault: FaultName) => isMeshFault(fault) || fault === 'restart-sidecars';
	return faultNames.filter((fault) => (envoy && ofEnvoy(fault)) || possible.includes(fault));
}

const possible: readonly FaultName[] = [
	'restart-enforcer',
	'restart-enforcer-slowly',
	'kill-enforcer',
	'flush-enforcer',
	'restart-dns',
	'restart-node',
];

/** Returns what was seen of it. @throws GatecrashError GC_CLUSTER for what can't be broken here. */
export async function injectFault(fault: FaultName, node: string | undefined, options: Options): Promise<string[]> {
	if ((node ?? nodeName) !== nodeName) throw new GatecrashError('GC_CLUSTER', `There is no node "${node}" here.`);
	if (isMeshFault(fault)) return options.mesh().inject(fault);
	if (isFaultOf('enforcer', fault)) return options.enforcer.stop(fault);
	switch (fault) {
		case 'restart-dns':
			return options.dns.stop();
		case 'restart-sidecars':
			return options.mesh().endSidecars();
		case 'restart-node':
			return options.node.stop();
		default:
			throw new GatecrashError('GC_CLUSTER', `The embedded cluster can’t inject the fault: ${faults[fault].means}.`);
	}
}

/** Returns what was seen of it; nothing where it is healed already. */
export async function healFault(fault: FaultName, options: Options): Promise<string[]> {
	if (isMeshFault(fault)) return options.mesh().heal(fault);
	if (fault === 'restart-dns') return options.dns.start();
	if (fault === 'restart-sidecars') return options.mesh().startSidecars();
	if (fault === 'restart-node') return options.node.start();
	const seen = isFaultOf('enforcer', fault) ? options.enforcer.start(fault) : undefined;
	if (!seen) return [];
	await options.commit();
	return seen();
}

import type { Endpoint } from '../model/cluster.ts';
import type { ScenarioPlan } from '../model/plan.ts';
import { SourcePorts } from '../plan/source-ports.ts';

/** Ports that probes listen on are not given out as source ports, nor those that an earlier run may have used. */
export function reservedPorts(plan: ScenarioPlan, endpoints: readonly Endpoint[]): SourcePorts {
	const ports = new SourcePorts();
	for (const [name, pod] of Object.entries(plan.workload.pods)) {
		const node = pod.placement && 'node' in pod.placement ? pod.placement.node : 'a';
		for (const { port } of [...pod.listen, ...(pod.proxy?.listeners ?? [])])
			ports.reserve(pod.hostNetwork ? `node/${node}` : `pod/${name}`, port);
	}
	for (const [name, { listen }] of Object.entries(plan.workload.external)) {
		for (const { port } of listen) ports.reserve(`external/${name}`, port);
	}
	for (const { kind, name, sourcePorts } of endpoints) if (sourcePorts) ports.within(`${kind}/${name}`, sourcePorts);
	return ports;
}

import type { Deployment, Endpoint } from '../model/cluster.ts';
import type { Recorder } from './recorder.ts';

/** Writes down what is new of a deployment, and gives it back. `written`: UIDs of what stands in the history; kept up. */
export function writeEndpoints(
	{ deployment, recorder }: { deployment: Deployment; recorder: Recorder },
	written: Set<string>,
): Endpoint[] {
	const names = deployment.namespaceNames?.() ?? {};
	// Certificates of workloads hold the cluster's names.
	if (Object.entries(names).some(([name, real]) => name !== real)) recorder.append({ is: 'namespaces', names });
	const endpoints = deployment.endpoints().filter(({ uid }) => !written.has(uid));
	for (const { kind, name, uid, addresses, namespace, labels, hostNetwork, node, agent } of endpoints) {
		const place = { ...(namespace === undefined ? {} : { namespace }), ...(node === undefined ? {} : { node }) };
		recorder.append({ is: 'endpoint', kind, name, uid, addresses, labels, hostNetwork, agent, ...place });
		written.add(uid);
	}
	recorder.append({ is: 'services', services: deployment.services() });
	return endpoints;
}

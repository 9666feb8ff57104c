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
	for (const { portMap: _, sourcePorts: __, ...endpoint } of endpoints) {
		recorder.append({ is: 'endpoint', ...endpoint });
		written.add(endpoint.uid);
	}
	recorder.append({ is: 'services', services: deployment.services() });
	return endpoints;
}

import type { KubeClient } from '../../kube/kube-client.ts';
import { workloadOf } from './facts.ts';
import { networkPrograms } from './network-programs.ts';
import type { WorkloadRef } from './workload-pods.ts';

/** The DaemonSets that enforce NetworkPolicy, by what runs in them. */
export async function enforcerSets(client: KubeClient, signal?: AbortSignal): Promise<WorkloadRef[]> {
	const all = await client.list({ apiVersion: 'apps/v1', kind: 'DaemonSet' }, {}, { signal });
	return all.map(workloadOf).flatMap((workload): WorkloadRef[] => {
		const enforces = networkPrograms.some(
			({ role, is, idle }) =>
				role === 'enforcer' &&
				workload.containers.some((container) => is(container, workload) && idle?.(container) === undefined),
		);
		return enforces ? [{ kind: 'DaemonSet', namespace: workload.namespace, name: workload.name }] : [];
	});
}

import type { Workload } from '../../model/plan.ts';

/** They are there in every cluster, with pods of its own: only what the scenario makes in them is made, and goes. */
const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** For clusters of ours, where scenarios may make things in them. */
export function withSystemNamespaces(workload: Workload): Workload {
	const entries = Object.entries(workload.namespaces).map(
		([name, spec]) => [name, systemNamespaces.includes(name) ? { ...spec, existing: true } : spec] as const,
	);
	return { ...workload, namespaces: Object.fromEntries(entries) };
}

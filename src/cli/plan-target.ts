import { ipFamilies } from '../model/address.ts';
import type { Cluster } from '../model/cluster.ts';
import type { Scenario } from '../model/scenario.ts';
import type { PlanTarget } from '../plan/plan-scenarios.ts';

/** What a plan has to know about a cluster that is not up yet. */
export function planTarget(cluster: Cluster): PlanTarget {
	return {
		name: cluster.name,
		capabilities: cluster.capabilities,
		remedies: cluster.remedies,
		families: ipFamilies.filter((family) => cluster.capabilities.has(family)),
		known: cluster.known,
		refuses: (scenario: Scenario) => cluster.refuses?.(scenario) ?? refusesExisting(scenario, cluster),
	};
}

/** Only the driver `existing` has namespaces that were there before; elsewhere an empty one would stand in for them. */
function refusesExisting(scenario: Scenario, cluster: Cluster): string | undefined {
	if (cluster.hasExistingNamespaces === true) return undefined;
	const existing = Object.entries(scenario.namespaces).filter(([, namespace]) => namespace.existing);
	if (existing.length === 0) return undefined;
	return `its namespace ${existing.map(([name]) => name).join(', ')} is marked existing: that needs --cluster existing`;
}

import { actsOnWholeCluster } from '../../model/policy.ts';
import type { Scenario } from '../../model/scenario.ts';
import { mapPolicy } from '../kubernetes/map-policy.ts';
import { runScoped } from '../kubernetes/naming.ts';

/** Stands for the run's id, which does not matter here: any name differs from the scenario's own. */
const someRun = '00000000-000000-000000';

/** Why a scenario can't be run on a cluster that is not ours without touching what others have; undefined when it can. */
export function whyRefused(scenario: Scenario, allowClusterScoped: boolean): string | undefined {
	const clusterScoped = scenario.policies.find(({ object }) => actsOnWholeCluster(object));
	if (clusterScoped && !allowClusterScoped) {
		return `its policy ${clusterScoped.name} acts on the whole cluster: --allow-cluster-scoped permits that`;
	}
	const service = Object.entries(scenario.services).find(
		([, { namespace }]) => scenario.namespaces[namespace]?.existing,
	);
	if (service)
		return `its Service ${service[0]} would be made in a namespace marked existing, where nothing may be added to`;
	const naming = runScoped(someRun);
	const names = new Map(
		Object.entries(scenario.namespaces).map(([name, { existing }]) => [name, existing ? name : naming.namespace(name)]),
	);
	for (const { name, object } of scenario.policies) {
		const { problem } = mapPolicy(object, names);
		if (problem !== undefined) return `its policy ${name} ${problem}`;
	}
	return undefined;
}

import { faults } from '../model/fault.ts';
import type { Workload } from '../model/plan.ts';
import { actsOnWholeCluster } from '../model/policy.ts';
import type { Scenario } from '../model/scenario.ts';
import { driverFault } from './chaos-turns.ts';
import { allAttempts, nodeNames } from './needed-capabilities.ts';
import { asksClusterDns, asksNodeLocalDns, behindClusterDns, withResolvers } from './resolvers.ts';

/** Everything that a driver stands up, and which pods are there from the beginning. */
export function planWorkload(scenario: Scenario): Workload {
	const createdLater = new Set<string>();
	const seen = new Set<string>();
	for (const phase of scenario.phases ?? []) {
		// A pod that is removed first and created afterwards was there from the beginning.
		if (phase.do === 'remove') for (const pod of phase.pods) seen.add(pod);
		if (phase.do === 'create') for (const pod of phase.pods) if (!seen.has(pod)) createdLater.add(pod);
	}
	for (const { target } of scenario.chaos) if (target.successor !== undefined) createdLater.add(target.successor);
	const attemptingNodes = new Set<string>();
	for (const attempt of [...allAttempts(scenario), ...scenario.chaos]) {
		for (const source of attempt.from) if (source.kind === 'node') attemptingNodes.add(source.name);
	}
	for (const phase of scenario.phases ?? []) {
		if (phase.do === 'hold' && phase.from.kind === 'node') attemptingNodes.add(phase.from.name);
	}
	const { pods, external } = withResolvers(scenario);
	const recursion = behindClusterDns(scenario);
	return {
		scenario: scenario.name,
		namespaces: scenario.namespaces,
		pods,
		services: scenario.services,
		external,
		...(Object.keys(scenario.serviceAccounts).length > 0 && { serviceAccounts: scenario.serviceAccounts }),
		nodes: [...nodeNames(scenario)].sort(),
		initialPods: Object.keys(scenario.pods).filter((pod) => !createdLater.has(pod)),
		attemptingNodes: [...attemptingNodes].sort(),
		...(asksClusterDns(scenario) && { clusterDns: true }),
		...(recursion.length > 0 && { recursion }),
		...(asksNodeLocalDns(scenario) && { nodeLocalDns: true }),
		...(isAlone(scenario) && { alone: true }),
		...(scenario.chaos.length > 0 && { streams: true }),
	};
}

function isAlone({ policies, phases = [], chaos }: Scenario): boolean {
	if (policies.some(({ object }) => actsOnWholeCluster(object))) return true;
	const injected = [
		...phases.flatMap((phase) => (phase.do === 'inject' ? phase.fault : [])),
		...chaos.flatMap((spec) => driverFault(spec) ?? []),
	];
	return injected.some((fault) => faults[fault].alone);
}

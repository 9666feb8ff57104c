import { type Capability, capabilityNames } from '../model/capability.ts';
import { faultCapability } from '../model/fault.ts';
import { policyKindOf } from '../model/policy.ts';
import { familyOf, findReferences } from '../model/reference.ts';
import type { Scenario } from '../model/scenario.ts';
import { driverFault } from './chaos-turns.ts';

/** What a scenario needs as a whole: what it declares, and what follows from its content. In the list's own order. */
export function neededCapabilities(scenario: Scenario): Capability[] {
	const needed = new Set<Capability>(scenario.requires);
	for (const { object } of scenario.policies) {
		const kind = policyKindOf(object);
		if (kind) needed.add(kind.needs);
		// Without such an address the policy can't be applied at all.
		for (const { reference } of findReferences(JSON.stringify(object))) {
			const family = reference && familyOf(reference);
			if (family) needed.add(family);
		}
	}
	for (const family of scenario.ipFamilies ?? []) needed.add(family);
	for (const pod of Object.values(scenario.pods)) {
		if (pod.hostNetwork) needed.add('host-network');
		if (pod.completes) needed.add('completed-pods');
		if (pod.readiness !== undefined || pod.liveness !== undefined) needed.add('kubelet-probes');
		if (pod.mesh === 'sidecar') needed.add('istio');
		if (pod.proxy) needed.add('envoy');
		if (pod.placement && 'notOnNodeOf' in pod.placement) needed.add('cross-node');
	}
	for (const phase of scenario.phases ?? []) if (phase.do === 'inject') needed.add(faultCapability(phase.fault));
	for (const chaos of scenario.chaos) {
		const fault = driverFault(chaos);
		if (fault) needed.add(faultCapability(fault));
	}
	if (nodeNames(scenario).size > 1) needed.add('cross-node');
	if (Object.values(scenario.namespaces).some((namespace) => namespace.mesh === 'sidecar')) needed.add('istio');
	if (Object.keys(scenario.external).length > 0) needed.add('external');
	for (const service of Object.values(scenario.services)) {
		if (service.type === 'NodePort') needed.add('node-port');
		if (service.type === 'LoadBalancer') needed.add('load-balancer');
	}
	return capabilityNames.filter((name) => needed.has(name));
}

export function missingCapabilities(needed: readonly Capability[], had: ReadonlySet<Capability>): Capability[] {
	return needed.filter((capability) => !had.has(capability));
}

/** Symbolic node names that pods are placed on, or that attempts name. */
export function nodeNames(scenario: Scenario): Set<string> {
	const names = new Set<string>();
	for (const pod of Object.values(scenario.pods)) {
		if (pod.placement && 'node' in pod.placement) names.add(pod.placement.node);
	}
	for (const { target } of scenario.chaos) if (target.node !== undefined) names.add(target.node);
	for (const attempt of [...allAttempts(scenario), ...scenario.chaos]) {
		for (const source of attempt.from) if (source.kind === 'node') names.add(source.name);
		for (const target of attempt.to) if (target.kind === 'node') names.add(target.name);
	}
	return names;
}

/** The attempts of a scenario, whether it has phases or not; without those around faults. */
export function allAttempts(scenario: Scenario): Scenario['attempts'] {
	const phased = (scenario.phases ?? []).flatMap((phase) => (phase.do === 'attempt' ? phase.attempts : []));
	return [...scenario.attempts, ...phased];
}

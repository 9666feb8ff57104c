import type { IpFamily } from '../model/address.ts';
import { capabilityNames } from '../model/capability.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { KnownNetwork } from '../model/cluster.ts';
import type { ScenarioPlan } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import type { ClusterState } from '../plan/cluster-state.ts';
import { policiesForFamilies } from '../plan/for-families.ts';
import { planScenarios } from '../plan/plan-scenarios.ts';
import { statesOf, type Timeline, timelineOf } from '../plan/timeline.ts';
import { type CompiledPolicies, compilePolicies } from '../policy/compile-policies.ts';
import type { Mutant } from './mutant.ts';

/** What of a cluster matters for what policies mean. */
export interface MutationTarget {
	families: readonly IpFamily[];
	known?: KnownNetwork | undefined;
}

/** A scenario with everything that its mutants are held against. */
export interface Subject {
	/** With the policies as clusters of these families have them. */
	scenario: Scenario;
	families: readonly IpFamily[];
	plan: ScenarioPlan;
	timeline: Timeline;
	states: readonly ClusterState[];
	/** By moment; each is compiled when it is first asked for. */
	compiled: (CompiledPolicies | undefined)[];
}

/** Planned as for a cluster that can do everything: which attempts one can carry out is another question. */
export function subjectOf(written: Scenario, target: MutationTarget): Subject {
	const { plan: made } = planAnywhere(written, target);
	// Without attempts nothing would be applied either; here the policies are what is asked about.
	const policies = written.policies.map(({ name }) => name);
	const plan = made.steps.length > 0 ? made : { ...made, steps: [{ do: 'apply' as const, policies }] };
	const wanted = written.ipFamilies ?? target.families;
	const here = wanted.filter((family) => target.families.includes(family));
	const families = here.length > 0 ? here : wanted;
	const scenario = { ...written, policies: policiesForFamilies(written, target.families) };
	const timeline = timelineOf(plan, scenario, target.known);
	return { scenario, families, plan, timeline, states: statesOf(timeline, plan, scenario), compiled: [] };
}

/** The plan of a scenario for a cluster that can do everything, and what is wrong with it. */
export function planAnywhere(
	scenario: Scenario,
	target: MutationTarget,
): { plan: ScenarioPlan; diagnostics: Diagnostic[] } {
	const capabilities = new Set(capabilityNames);
	const { plan, diagnostics } = planScenarios([withGroupIds(scenario)], { name: 'any', capabilities, ...target });
	const [made] = plan.scenarios;
	if (!made) throw new Error('a plan has the scenarios that were planned');
	return { plan: made, diagnostics };
}

/** Where a cluster's security groups have no id yet, the scenario would be planned as one that is skipped. */
function withGroupIds(scenario: Scenario): Scenario {
	const groups = Object.entries(scenario.securityGroups).map(([name, group]) => [
		name,
		group.exists === false ? group : { ...group, id: group.id ?? `sg-${name}` },
	]);
	return { ...scenario, securityGroups: Object.fromEntries(groups) };
}

/** What stands in the place of a policy. */
export type MutantObject = Pick<Mutant, 'policy' | 'object'>;

/** The scenario with the mutant in the place of its policy. */
export function withMutant(
	scenario: Scenario,
	{ policy, object }: MutantObject,
	families: readonly IpFamily[],
): Scenario {
	const policies = scenario.policies.flatMap((spec) => {
		if (spec.name !== policy) return [spec];
		return object ? policiesForFamilies({ ...scenario, policies: [{ ...spec, object }] }, families) : [];
	});
	return { ...scenario, policies };
}

export function compileState(world: Timeline['moments'][number]['world'], state: ClusterState): CompiledPolicies {
	const { policies, created } = state;
	const steps = [...policies.keys()].map((identity) => created.get(identity) ?? 0);
	return compilePolicies([...policies.values()], world, steps);
}

export function compiledAt(subject: Subject, moment: number): CompiledPolicies {
	const [state, at] = [subject.states[moment], subject.timeline.moments[moment]];
	if (!state || !at) throw new Error(`there is no moment ${moment}`);
	subject.compiled[moment] ??= compileState(at.world, state);
	return subject.compiled[moment];
}

import type { IpFamily } from '../model/address.ts';
import type { Capability } from '../model/capability.ts';
import type { KnownNetwork } from '../model/cluster.ts';
import { eksRemedies } from '../model/eks-remedies.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import { type Plan, planSchemaVersion, type ScenarioPlan, type Workload } from '../model/plan.ts';
import type { Scenario } from '../model/scenario.ts';
import { policiesForFamilies } from './for-families.ts';
import { missingCapabilities, neededCapabilities } from './needed-capabilities.ts';
import { whyGroupsSkipped, withGroupIds } from './security-group-ids.ts';
import { planSteps } from './plan-steps.ts';
import { planWorkload } from './plan-workload.ts';

/** What the plan has to know about the cluster, before there is one. */
export interface PlanTarget {
	name: string;
	capabilities: ReadonlySet<Capability>;
	families: readonly IpFamily[];
	/** How to get capabilities that are missing. */
	remedies?: Partial<Record<Capability, string>> | undefined;
	/** What predictions can rest on. */
	known?: KnownNetwork | undefined;
	/** What the driver knows against a scenario beyond capabilities. */
	refuses?: (scenario: Scenario) => string | undefined;
}

/** `--attempts` and `--settle`: they take precedence over what the files say. */
export interface PlanOverrides {
	tries?: number;
	settle?: number;
}

/**
 * Decides everything that can be decided before anything runs: cells with their ids, steps, what is skipped and why.
 * Pure: the same scenarios and target give the same plan. Diagnostics are the mistakes that only show when attempts
 * are spelled out cell by cell, such as two attempts with one id.
 */
export function planScenarios(
	scenarios: readonly Scenario[],
	target: PlanTarget,
	overrides: PlanOverrides = {},
): { plan: Plan; diagnostics: Diagnostic[] } {
	const diagnostics: Diagnostic[] = [];
	const planned = scenarios.map((scenario) => {
		const result = planScenario(scenario, target, overrides);
		diagnostics.push(...result.diagnostics);
		return result.plan;
	});
	return { plan: { schemaVersion: planSchemaVersion, scenarios: planned }, diagnostics };
}

function planScenario(
	written: Scenario,
	target: PlanTarget,
	overrides: PlanOverrides,
): { plan: ScenarioPlan; diagnostics: Diagnostic[] } {
	const policies = policiesForFamilies(written, target.families);
	const scenario: Scenario = { ...written, policies };
	const requires = neededCapabilities(scenario);
	const missing = missingCapabilities(requires, target.capabilities);
	const wanted = scenario.ipFamilies ?? target.families;
	const families = wanted.filter((family) => target.families.includes(family));
	const { cells, steps, diagnostics } = planSteps(scenario, {
		// A skipped scenario still lists its cells, so that a report shows what was not attempted.
		families: families.length > 0 ? families : wanted,
		capabilities: target.capabilities,
		known: target.known,
		tries: overrides.tries ?? scenario.timing.tries,
	});
	const remedies = [
		...new Set(missing.flatMap((capability) => target.remedies?.[capability] ?? eksRemedies[capability] ?? [])),
	];
	const lacks =
		missing.length === 0
			? undefined
			: [`needs ${missing.join(', ')}, which ${target.name} does not have`, ...remedies].join('. ');
	const skip = lacks ?? whyGroupsSkipped(scenario) ?? target.refuses?.(scenario);
	return {
		plan: {
			name: scenario.name,
			file: scenario.file,
			description: scenario.description,
			reference: scenario.reference,
			status: scenario.status,
			tags: scenario.tags,
			requires,
			skip,
			workload: withoutMetadata(planWorkload(scenario), scenario, target),
			policies: withGroupIds(policies, scenario).map(({ name, object, position, leftOut }) => ({
				...{ name, object, position },
				...(leftOut.length > 0 && { leftOut }),
			})),
			cells,
			steps: skip === undefined ? steps : [],
			timing: { settle: overrides.settle ?? scenario.timing.settle, hold: scenario.timing.hold },
		},
		diagnostics,
	};
}

/** What is not attempted because the cluster can't have it is not stood up either. */
function withoutMetadata(workload: Workload, { external }: Scenario, { capabilities }: PlanTarget): Workload {
	if (capabilities.has('metadata')) return workload;
	const own = Object.entries(workload.external).filter(([name]) => Object.hasOwn(external, name));
	return { ...workload, external: Object.fromEntries(own) };
}

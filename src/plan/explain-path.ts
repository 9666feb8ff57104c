import type { IpFamily, Protocol } from '../model/address.ts';
import type { KnownNetwork } from '../model/cluster.ts';
import type { SourcePosition } from '../model/diagnostic.ts';
import { policyKindOf } from '../model/policy.ts';
import type { Scenario, SourceRef, TargetRef } from '../model/scenario.ts';
import type { Explanation } from '../policy/evaluate.ts';
import { nodeNames } from './needed-capabilities.ts';
import { changeName, follow, stepOf } from './phase-step.ts';
import { planWorkload } from './plan-workload.ts';
import { onlyNode } from './policy-world.ts';
import { Predictor } from './predictor.ts';
import { resolvePorts } from './resolve-ports.ts';

/** What the policies of a scenario make of one path at one of its moments. */
export interface ExplainedPath {
	/** The number that is dialled. */
	port: number;
	protocol: Protocol;
	family: IpFamily;
	/** Undefined without explicit phases, and before anything has changed. */
	phase: string | undefined;
	explanation: Explanation;
	/** Where the NetworkPolicies stand, by `namespace/name`. */
	positions: Record<string, SourcePosition>;
}

/** Every port (that the target names, or listens on), family and moment. Empty where the target has no such port. */
export function explainPath(
	scenario: Scenario,
	from: SourceRef,
	to: TargetRef,
	target: { families: readonly IpFamily[]; known?: KnownNetwork | undefined },
): ExplainedPath[] {
	const ports = resolvePorts(to, scenario);
	return moments(scenario, target.known).flatMap(({ phase, predictor }) => {
		const positions = Object.fromEntries(
			predictor
				.policies()
				.filter(({ object }) => policyKindOf(object)?.needs === 'network-policy')
				.map(({ object: { metadata }, position }) => [`${metadata.namespace ?? 'default'}/${metadata.name}`, position]),
		);
		const compiled = predictor.now();
		return ports.flatMap(({ port, protocol }) =>
			target.families.map((family) => {
				const explanation = compiled.explain({ from, to, port, protocol, family });
				return { port, protocol, family, phase, explanation, positions };
			}),
		);
	});
}

/** Whether the scenario has an endpoint of this name. */
export function hasEndpoint(scenario: Scenario, { kind, name }: SourceRef | TargetRef): boolean {
	switch (kind) {
		case 'pod':
			return Object.hasOwn(scenario.pods, name);
		case 'service':
		case 'nodePort':
		case 'loadBalancer':
			return Object.hasOwn(scenario.services, name);
		case 'external':
			return Object.hasOwn(scenario.external, name);
		case 'node':
			return name === onlyNode || nodeNames(scenario).has(name);
		default:
			return true;
	}
}

/** The moments at which a scenario attempts something, each with a predictor that stands there. */
function moments(
	scenario: Scenario,
	known: KnownNetwork | undefined,
): { phase: string | undefined; predictor: Predictor }[] {
	const at = (steps: ReturnType<typeof stepOf>[]): Predictor => {
		const predictor = new Predictor(scenario, planWorkload(scenario).initialPods, known);
		for (const step of steps) follow(predictor, step);
		return predictor;
	};
	if (!scenario.phases) {
		const policies = scenario.policies.map(({ name }) => name);
		return [{ phase: undefined, predictor: at([{ do: 'apply', policies }]) }];
	}
	const steps: ReturnType<typeof stepOf>[] = [];
	const found = new Map<string | undefined, Predictor>();
	let since: string | undefined;
	for (const phase of scenario.phases) {
		if (phase.do === 'attempt') {
			const name = phase.name ?? since;
			if (!found.has(name)) found.set(name, at(steps));
			continue;
		}
		since = changeName(phase) ?? since;
		if (phase.do !== 'hold') steps.push(stepOf(phase, new Map()));
	}
	return [...found].map(([phase, predictor]) => ({ phase, predictor }));
}

import type { Diagnostic } from '../model/diagnostic.ts';
import type { Scenario } from '../model/scenario.ts';

/** Case ids begin with the scenario's name, so it may stand only once in a run. */
export function checkUniqueNames(scenarios: readonly Scenario[]): Diagnostic[] {
	const first = new Map<string, Scenario>();
	return scenarios.flatMap((scenario): Diagnostic[] => {
		const other = first.get(scenario.name);
		if (other === undefined) {
			first.set(scenario.name, scenario);
			return [];
		}
		const message = `a scenario named ${scenario.name} stands in ${other.file}:${other.position.line} already`;
		return [
			{
				code: 'duplicate-scenario',
				message,
				...scenario.position,
				path: 'metadata.name',
				hint: 'give one of them another name',
				severity: 'error',
			},
		];
	});
}

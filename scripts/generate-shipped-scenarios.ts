import { fileURLToPath } from 'node:url';
import type { Capability } from '../src/model/capability.ts';
import { planScenarios } from '../src/plan/plan-scenarios.ts';
import { profileOf, profiles, type Profile } from '../src/report/conformance-profiles.ts';
import { readScenarios } from '../src/scenario/read-scenarios.ts';

/** src/report/shipped-scenarios.ts: what a conformance report has to ask, from scenarios/. */
export async function shippedScenariosFile(): Promise<string> {
	const { scenarios, diagnostics } = await readScenarios([fileURLToPath(new URL('../scenarios', import.meta.url))]);
	const errors = diagnostics.filter(({ severity }) => severity === 'error');
	if (errors.length > 0) throw new Error(JSON.stringify(errors));
	// Which cluster it is makes no difference: what one lacks is skipped, and listed all the same.
	const target = { name: 'any', capabilities: new Set<Capability>(), families: ['ipv4', 'ipv6'] as const };
	const { plan } = planScenarios(scenarios, target);
	const required = plan.scenarios.filter(({ status }) => status === 'required');
	const lines = Object.keys(profiles).flatMap((profile) => [
		`\t${/^\w+$/.test(profile) ? profile : `'${profile}'`}: [`,
		...required
			.filter((scenario) => profileOf(scenario, plan) === (profile as Profile))
			.map(({ name }) => `\t\t'${name}',`)
			.sort(),
		'\t],',
	]);
	return `${[
		'// Generated from scenarios/ by scripts/generate-shipped-scenarios.ts; edits here are overwritten.',
		"import type { Profile } from './conformance-profiles.ts';",
		'',
		'/** The scenarios that ship with gatecrash and that a specification requires, by profile. */',
		'export const shippedScenarios: Readonly<Record<Profile, readonly string[]>> = {',
		...lines,
		'};',
	].join('\n')}\n`;
}

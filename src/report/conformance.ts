import type { Plan } from '../model/plan.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict } from '../model/verdict.ts';
import { type Profile, profileOf, profiles } from './conformance-profiles.ts';
import { sortKeys } from './json.ts';
import { shippedScenarios } from './shipped-scenarios.ts';

export const conformanceSchemaVersion = 1;

type Result = 'passed' | 'failed' | 'inconclusive' | 'skipped' | 'unsupported';

/** How the plan says that a cluster cannot be asked at all, unlike a cell that is left out. */
const lacksCapability = /\bneeds .+, which .+ (do|does) not have\b/;

/**
 * What an engine can be published to do: for each profile, which scenarios passed. Only scenarios that ship with gatecrash
 * and that a specification requires count; the others are listed apart. A profile holds when all of those were in the
 * run, at least one passed, and none failed or stayed inconclusive; a run that was cut off, or on a cluster that enforces
 * wrongly on purpose, holds none.
 */
export function renderConformance(run: RunVerdicts, plan: Plan, shipped = shippedScenarios): string {
	const trustworthy = run.complete && run.cluster !== undefined && run.cluster.injected.length === 0;
	const report = {
		schemaVersion: conformanceSchemaVersion,
		kind: 'ConformanceReport',
		gatecrash: run.version,
		run: run.run,
		date: run.startedAt,
		complete: run.complete,
		cluster: run.cluster && {
			name: run.cluster.name,
			driver: run.cluster.driver,
			version: run.cluster.version,
			kernel: run.cluster.kernel,
			nodes: run.cluster.nodes,
			enforcers: run.cluster.enforcers,
			network: run.cluster.network ?? {},
			injected: run.cluster.injected,
			warnings: run.cluster.warnings ?? [],
			notes: run.cluster.notes,
		},
		profiles: Object.keys(profiles).map((name) =>
			profile(name as Profile, run, plan, trustworthy, shipped[name as Profile]),
		),
	};
	return `${JSON.stringify(sortKeys(report), null, 2)}\n`;
}

function profile(
	name: Profile,
	run: RunVerdicts,
	plan: Plan,
	trustworthy: boolean,
	shipped: readonly string[],
): Record<string, unknown> {
	const all = run.scenarios
		.filter(({ scenario, cells }) => profileOf({ name: scenario, cells }, plan) === name)
		.map(scenarioResult);
	// One's own scenario may declare anything to be required.
	const counted = all.filter(({ status, scenario }) => status === 'required' && shipped.includes(scenario));
	const counts = count(counted);
	const holds = trustworthy && counts.passed > 0 && counts.failed + counts.inconclusive === 0;
	const notAttempted = shipped.filter((shippedName) => !counted.some(({ scenario }) => scenario === shippedName));
	const shown = notAttempted.length === 0 ? 'conformant' : 'partial';
	return {
		name,
		asks: profiles[name],
		result: counted.length === 0 ? 'not-attempted' : holds ? shown : 'not-shown',
		required: counts,
		notAttempted,
		beyond: count(all.filter((one) => !counted.includes(one))),
		scenarios: all,
	};
}

function scenarioResult({ scenario, status, reference, cells, verdict, reasons }: ScenarioVerdict) {
	const result = resultOf(verdict, reasons.map(({ text }) => text).join('; '));
	const failing = cells.filter((cell) => resultOf(cell.verdict, '') === 'failed' || cell.verdict === 'inconclusive');
	return {
		scenario,
		status,
		reference,
		result,
		cells: count(cells.map((cell) => ({ result: cellResult(cell) }))),
		// What is waived fails all the same: a waiver is the gate's, and no engine's.
		...(failing.length > 0 && { failing: failing.map(({ id, verdict: of }) => ({ id, verdict: of })) }),
		...(result === 'skipped' || result === 'unsupported' ? { why: reasons.map(({ text }) => text).join('; ') } : {}),
	};
}

function cellResult({ verdict, reasons }: CellVerdict): Result {
	return resultOf(verdict, reasons.map(({ text }) => text).join('; '));
}

function resultOf(verdict: ScenarioVerdict['verdict'], why: string): Result {
	if (verdict === 'leak' || verdict === 'broken') return 'failed';
	if (verdict === 'inconclusive') return 'inconclusive';
	if (verdict === 'skipped') return lacksCapability.test(why) ? 'unsupported' : 'skipped';
	return 'passed';
}

function count(list: { result: Result }[]): Record<Result, number> {
	const counts: Record<Result, number> = { passed: 0, failed: 0, inconclusive: 0, skipped: 0, unsupported: 0 };
	for (const { result } of list) counts[result] += 1;
	return counts;
}

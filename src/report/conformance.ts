import type { Plan } from '../model/plan.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict } from '../model/verdict.ts';
import { type Profile, profileOf, profiles } from './conformance-profiles.ts';
import { sortKeys } from './json.ts';

export const conformanceSchemaVersion = 1;

type Result = 'passed' | 'failed' | 'inconclusive' | 'skipped' | 'unsupported';

/** How the plan says that a cluster cannot be asked at all, unlike a cell that is left out. */
const lacksCapability = /\bneeds .+, which .+ (do|does) not have\b/;

/**
 * What an engine can be published to do: for each profile, which scenarios passed. Only scenarios that a specification
 * requires count; where it leaves a question open, or the behaviour is one engine's own, they are listed apart. A profile
 * holds when at least one of its scenarios passed and none failed or stayed inconclusive; a run that was cut off, or on a
 * cluster that enforces wrongly on purpose, holds none.
 */
export function renderConformance(run: RunVerdicts, plan: Plan): string {
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
		profiles: Object.keys(profiles).map((name) => profile(name as Profile, run, plan, trustworthy)),
	};
	return `${JSON.stringify(sortKeys(report), null, 2)}\n`;
}

function profile(name: Profile, run: RunVerdicts, plan: Plan, trustworthy: boolean): Record<string, unknown> {
	const all = run.scenarios.filter((scenario) => profileOf(scenario, plan) === name).map(scenarioResult);
	const required = all.filter(({ status }) => status === 'required');
	const counts = count(required);
	const holds = trustworthy && counts.passed > 0 && counts.failed + counts.inconclusive === 0;
	return {
		name,
		asks: profiles[name],
		result: required.length === 0 ? 'not-attempted' : holds ? 'conformant' : 'not-shown',
		required: counts,
		beyond: count(all.filter(({ status }) => status !== 'required')),
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

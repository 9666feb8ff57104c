import type { Plan } from '../model/plan.ts';
import type { CellVerdict, RunVerdicts } from '../model/verdict.ts';
import { type Answerless, answerless } from './answerless.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePath,
	describePredicted,
} from './describe-cell.ts';
import { diagnoses } from './diagnoses.ts';
import type { FileNames } from './github.ts';
import { describeWaiver, exitCodeOf } from './gate-view.ts';
import { policiesBehind } from './policies-behind.ts';
import { type RuleId, ruleIds, rules } from './sarif-rules.ts';
import { type SarifLocation, sourceRoot, physicalLocation } from './sarif-location.ts';

export interface SarifOptions {
	/** Where the policies stand; without it, results point into scenario files alone. */
	plan?: Plan;
	nameOf?: FileNames;
}

/** https://docs.github.com/code-security/code-scanning/integrating-with-code-scanning/sarif-support-for-code-scanning */
const resultsAtMost = 25_000;

/**
 * SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/): a result for each leak, broken path and inconclusive
 * cell, at the attempt that declares it, with the policies that decide it as related locations. The fingerprint is the
 * case id, so that a result is the same one from run to run.
 */
export function renderSarif(run: RunVerdicts, options: SarifOptions = {}): string {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	const found = ruleIds.flatMap((rule) => cells.filter((cell) => cell.verdict === rule));
	const missing = answerless(run);
	const results = [
		...found.slice(0, resultsAtMost - missing.length).map((cell) => resultOf(cell, run, options)),
		...missing.flatMap((one) => missingResult(one, options)),
	];
	const log = {
		$schema: 'https://json.schemastore.org/sarif-2.1.0.json',
		version: '2.1.0',
		runs: [
			{
				tool: { driver: { name: 'gatecrash', version: run.version, rules } },
				automationDetails: { id: `gatecrash/${run.cluster?.name ?? 'none'}/${run.run}` },
				originalUriBaseIds: { [sourceRoot]: { description: { text: 'The root of the repository.' } } },
				columnKind: 'utf16CodeUnits',
				invocations: [invocationOf(run, Math.max(0, found.length - (resultsAtMost - missing.length)), options.nameOf)],
				results,
				properties: { run: run.run, verdict: run.verdict, counts: run.counts, enforcers: run.cluster?.enforcers ?? [] },
			},
		],
	};
	return `${JSON.stringify(log, null, 2)}\n`;
}

function resultOf(cell: CellVerdict, run: RunVerdicts, { plan, nameOf }: SarifOptions): Record<string, unknown> {
	const policies = policiesBehind(cell, plan);
	const related = policies.map(({ name, position }, index): SarifLocation & { id: number } => ({
		id: index + 1,
		...physicalLocation(position, nameOf),
		message: { text: `policy ${name}` },
	}));
	return {
		ruleId: cell.verdict,
		ruleIndex: ruleIds.indexOf(cell.verdict as RuleId),
		level: cell.verdict === 'inconclusive' ? 'warning' : 'error',
		message: { text: messageOf(cell) },
		locations: [
			{
				...physicalLocation(cell.position, nameOf),
				logicalLocations: [{ fullyQualifiedName: cell.id, kind: 'resource' }],
			},
		],
		...(run.gate !== undefined && { suppressions: suppressionsOf(cell, nameOf) }),
		...(run.gate?.baseline !== undefined && {
			baselineState: run.gate.baseline.new.includes(cell.id) ? 'new' : 'unchanged',
		}),
		...(related.length > 0 && { relatedLocations: related }),
		partialFingerprints: fingerprints(cell.id),
		properties: {
			case: cell.id,
			scenario: cell.scenario,
			...(cell.diagnosis !== undefined && { diagnosis: cell.diagnosis }),
			reasons: cell.reasons.map((reason) => reason.code),
			evidence: describeEvidence(cell.evidence),
			repeat: cell.repeat,
		},
	};
}

/** None is said too: readers then know that the result is open. */
function suppressionsOf(cell: CellVerdict, nameOf?: FileNames): object[] {
	if (cell.waiver === undefined) return [];
	const location = physicalLocation(cell.waiver.position, nameOf);
	return [{ kind: 'external', status: 'accepted', justification: describeWaiver(cell), location }];
}

function waiverNotes({ gate }: RunVerdicts, nameOf?: FileNames): object[] {
	const said = (gate?.waivers ?? []).filter(({ state }) => state !== 'used' && state !== 'not-attempted');
	return said.map(({ state, text, position }) => ({
		level: state === 'expired' ? 'error' : 'warning',
		message: { text },
		locations: [physicalLocation(position, nameOf)],
	}));
}

/** The second is what GitHub compares; it would otherwise hash the line, which several cells share. */
function fingerprints(id: string): Record<string, string> {
	return { 'gatecrashCase/v1': id, primaryLocationLineHash: id };
}

function messageOf(cell: CellVerdict): string {
	return [
		`${cell.verdict}: ${describePath(cell)}`,
		...cell.reasons.map((reason) => reason.text),
		...(cell.diagnosis === undefined ? [] : [`Means: ${diagnoses[cell.diagnosis]}`]),
		`Declared: ${describeDeclared(cell)}`,
		`Predicted: ${describePredicted(cell)}`,
		`Observed: ${describeObserved(cell)}`,
		`Repeat: ${cell.repeat}`,
	].join('\n');
}

/** A run has no file that a result could stand in; the invocation says what is missing of it. */
function missingResult({ name, scenario, file, reasons }: Answerless, { nameOf }: SarifOptions): object[] {
	if (scenario === undefined || file === undefined) return [];
	const why = reasons.map((reason) => reason.text).join('; ') || 'nothing was shown';
	return [
		{
			ruleId: 'inconclusive',
			ruleIndex: ruleIds.indexOf('inconclusive'),
			level: 'warning',
			message: { text: `not shown: ${name}: ${why}` },
			locations: [physicalLocation({ file, line: 1, column: 1 }, nameOf)],
			partialFingerprints: fingerprints(scenario),
		},
	];
}

function invocationOf(run: RunVerdicts, leftOut: number, nameOf?: FileNames): Record<string, unknown> {
	const notes = [
		...answerless(run).flatMap(({ scenario, name, reasons }) =>
			scenario === undefined ? [`not shown: ${name}: ${reasons.map(({ text }) => text).join('; ')}`] : [],
		),
		...(run.cluster?.warnings ?? []),
		...(leftOut > 0 ? [`${leftOut} more results are in verdicts.json: readers take at most ${resultsAtMost}`] : []),
	];
	return {
		executionSuccessful: run.complete,
		...(!Number.isNaN(Date.parse(run.startedAt)) && { startTimeUtc: run.startedAt }),
		exitCode: exitCodeOf(run),
		toolExecutionNotifications: [
			...notes.map((text) => ({ level: run.complete ? 'warning' : 'error', message: { text } })),
			...waiverNotes(run, nameOf),
		],
	};
}

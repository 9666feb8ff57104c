import type { Phase } from '../model/cluster.ts';
import type { Gate } from '../model/gate.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict, Verdict } from '../model/verdict.ts';
import { type Answerless, answerless } from './answerless.ts';
import {
	describeDeclared,
	describeEvidence,
	describeObserved,
	describePosition,
	describePredicted,
} from './describe-cell.ts';
import { diagnoses } from './diagnoses.ts';
import { escapeXml, escapeXmlAttribute } from './escape-xml.ts';
import { describeWaiver } from './gate-view.ts';
import { describeWire } from './wire.ts';

interface TestCase {
	attributes: Record<string, string>;
	result: 'passed' | 'failure' | 'error' | 'skipped';
	/** Inside the element: one line of XML, or nothing. */
	body: string;
}

interface TestSuite {
	attributes: Record<string, string>;
	properties: Record<string, string>;
	cases: TestCase[];
}

/**
 * JUnit XML as CI systems read it: a suite per scenario, a case per cell. Leak and broken are failures, inconclusive is
 * an error (nothing was shown), skipped is skipped. A scenario or run that is inconclusive without an inconclusive cell
 * (nothing attempted, everything skipped, cut off) gets a case of its own: readers take a report without errors for a
 * pass. https://github.com/testmoapp/junitxml
 */
export function renderJunit(run: RunVerdicts): string {
	const missing = answerless(run);
	const suites = run.scenarios.map((scenario) =>
		suiteOf(
			scenario,
			missing.filter((one) => one.scenario === scenario.scenario),
			run,
		),
	);
	suites.push(...missing.filter(({ scenario }) => scenario === undefined).map(runSuite));
	if (run.gate !== undefined && run.gate.waivers.length > 0) suites.push(waiverSuite(run.gate));
	const duration = run.scenarios.reduce((sum, scenario) => sum + (scenario.duration ?? 0), 0);
	const attributes = { name: 'gatecrash', ...tally(suites.flatMap((suite) => suite.cases)), time: seconds(duration) };
	const lines = [
		'<?xml version="1.0" encoding="UTF-8"?>',
		`<testsuites${write({ ...attributes, timestamp: run.startedAt })}>`,
		...suites.flatMap(writeSuite),
		'</testsuites>',
	];
	return `${lines.join('\n')}\n`;
}

function suiteOf(scenario: ScenarioVerdict, missing: Answerless[], run: RunVerdicts): TestSuite {
	const cases = [
		...scenario.cells.map((cell) => caseOf(cell, scenario)),
		...missing.map((one) => errorCase(one, scenario.scenario)),
	];
	return {
		attributes: {
			name: scenario.scenario,
			...tally(cases),
			time: seconds(scenario.duration ?? 0),
			timestamp: run.startedAt,
			file: scenario.file,
		},
		properties: {
			verdict: scenario.verdict,
			status: scenario.status,
			reference: scenario.reference,
			run: run.run,
			cluster: run.cluster === undefined ? 'none' : `${run.cluster.name} (${run.cluster.version})`,
			enforcers: run.cluster?.enforcers.join(', ') ?? '',
			...networkProperties(run),
			...wireProperty(scenario),
			...phaseProperties('cluster phase', run.cluster?.phases),
			...phaseProperties('phase', scenario.phases),
		},
		cases,
	};
}

/** Only what is known: a property without a value would say that there is none. */
function networkProperties({ cluster }: RunVerdicts): Record<string, string> {
	const { cni = [], mesh = [] } = cluster?.network ?? {};
	const warnings = cluster?.warnings ?? [];
	return {
		...(cni.length > 0 && { cni: cni.join(', ') }),
		...(mesh.length > 0 && { mesh: mesh.join(', ') }),
		...(warnings.length > 0 && { warnings: warnings.join('\n') }),
	};
}

function wireProperty({ cells }: ScenarioVerdict): Record<string, string> {
	const wire = describeWire(cells);
	return wire === undefined ? {} : { wire };
}

/** What something took, in seconds, by step. */
function phaseProperties(what: string, phases: readonly Phase[] = []): Record<string, string> {
	return Object.fromEntries(phases.map(({ phase, duration }) => [`${what}: ${phase}`, seconds(duration)]));
}

function runSuite(missing: Answerless): TestSuite {
	const cases = [errorCase(missing, 'gatecrash')];
	return { attributes: { name: 'gatecrash', ...tally(cases) }, properties: {}, cases };
}

/** What has expired fails, as it fails the gate; what is not needed any more is said. */
function waiverSuite({ waivers }: Gate): TestSuite {
	const cases = waivers.map(({ case: id, state, text, position }): TestCase => {
		const { file, line } = position;
		const attributes = { name: `waiver of ${id}`, classname: 'waivers', time: seconds(0), file, line: String(line) };
		if (state === 'expired') {
			return { attributes, result: 'failure', body: `<failure${write({ message: text, type: 'waiver-expired' })}/>` };
		}
		return { attributes, result: 'passed', body: `<system-out>${escapeXml(`${state}: ${text}`)}</system-out>` };
	});
	return { attributes: { name: 'waivers', ...tally(cases) }, properties: {}, cases };
}

function errorCase({ name, reasons }: Answerless, classname: string): TestCase {
	const message = reasons.map((reason) => reason.text).join('; ') || 'nothing was shown';
	const body = `<error${write({ message, type: reasons[0]?.code ?? 'inconclusive' })}/>`;
	return { attributes: { name, classname, time: seconds(0) }, result: 'error', body };
}

const results: Record<Verdict, TestCase['result']> = {
	leak: 'failure',
	broken: 'failure',
	inconclusive: 'error',
	skipped: 'skipped',
	unprotected: 'passed',
	observed: 'passed',
	enforced: 'passed',
};

function caseOf(cell: CellVerdict, scenario: ScenarioVerdict): TestCase {
	const result = cell.waiver === undefined ? results[cell.verdict] : 'skipped';
	const { file, line } = cell.position;
	const time = seconds(cell.observed.roundTrip ?? 0);
	const attributes = { name: cell.id, classname: scenario.scenario, time, file, line: String(line) };
	return { attributes, result, body: caseBody(cell, result) };
}

function caseBody(cell: CellVerdict, result: TestCase['result']): string {
	const why = cell.reasons.map((reason) => reason.text).join('; ');
	if (result === 'passed') {
		const sides = [`declared: ${describeDeclared(cell)}`, `predicted: ${describePredicted(cell)}`];
		// Who it was, or who refused it, is what these attempts are about.
		const told =
			cell.chaos !== undefined ||
			cell.observed.forwarded !== undefined ||
			cell.observed.refusals !== undefined ||
			cell.wire !== undefined;
		const texts = [
			...cell.findings.map((finding) => finding.text),
			...(cell.diagnosis === undefined ? [] : sides),
			...(told ? [`observed: ${describeObserved(cell)}`] : []),
		];
		const findings = texts.join('\n');
		return findings === '' ? '' : `<system-out>${escapeXml(findings)}</system-out>`;
	}
	if (result === 'skipped') {
		const message = cell.waiver === undefined ? why : `${cell.verdict}, ${describeWaiver(cell)}`;
		return `<skipped${write({ message })}/>`;
	}
	const attributes = { message: `${cell.verdict}: ${why}`, type: cell.reasons[0]?.code ?? cell.verdict };
	return `<${result}${write(attributes)}>${escapeXml(detail(cell))}</${result}>`;
}

function detail(cell: CellVerdict): string {
	const evidence = describeEvidence(cell.evidence);
	return [
		...cell.reasons.map((reason) => `${reason.text} [${reason.code}]`),
		...(cell.diagnosis === undefined ? [] : [`means: ${diagnoses[cell.diagnosis]}`]),
		`declared: ${describeDeclared(cell)}, at ${describePosition(cell)}`,
		`predicted: ${describePredicted(cell)}`,
		`observed: ${describeObserved(cell)}`,
		...cell.controls.map((one) => `control: ${one.control} ${one.held ? 'held' : 'did not hold'}: ${one.detail}`),
		...(evidence === '' ? [] : [`evidence: ${evidence}`]),
		`repeat: ${cell.repeat}`,
	].join('\n');
}

function tally(cases: TestCase[]): Record<'tests' | 'failures' | 'errors' | 'skipped', string> {
	const count = (result: TestCase['result']): string => String(cases.filter((one) => one.result === result).length);
	return {
		tests: String(cases.length),
		failures: count('failure'),
		errors: count('error'),
		skipped: count('skipped'),
	};
}

function writeSuite({ attributes, properties, cases }: TestSuite): string[] {
	const named = Object.entries(properties).map(([name, value]) => `      <property${write({ name, value })}/>`);
	return [
		`  <testsuite${write(attributes)}>`,
		...(named.length > 0 ? ['    <properties>', ...named, '    </properties>'] : []),
		...cases.flatMap(writeCase),
		'  </testsuite>',
	];
}

function writeCase({ attributes, body }: TestCase): string[] {
	const open = `    <testcase${write(attributes)}`;
	return body === '' ? [`${open}/>`] : [`${open}>`, `      ${body}`, '    </testcase>'];
}

function seconds(milliseconds: number): string {
	return (milliseconds / 1000).toFixed(3);
}

function write(attributes: Record<string, string>): string {
	return Object.entries(attributes)
		.map(([name, value]) => ` ${name}="${escapeXmlAttribute(value)}"`)
		.join('');
}

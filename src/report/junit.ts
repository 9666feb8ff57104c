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
	/** Of all cases, in any order: their counts stand before them. */
	results: TestCase['result'][];
	/** After the counts. */
	details: Record<string, string>;
	properties: Record<string, string>;
	/** Made when they are written, since all of them at once may be more than memory holds. */
	cases: () => Iterable<TestCase>;
}

/**
 * JUnit XML as CI systems read it: a suite per scenario, a case per cell. Leak and broken are failures, inconclusive is
 * an error (nothing was shown), skipped is skipped. A scenario or run that is inconclusive without an inconclusive cell
 * (nothing attempted, everything skipped, cut off) gets a case of its own: readers take a report without errors for a
 * pass. https://github.com/testmoapp/junitxml
 */
export function renderJunit(run: RunVerdicts): string {
	return [...junitPieces(run)].join('');
}

/** The same line by line, for a run of which it is longer than one text can be. */
export function* junitPieces(run: RunVerdicts): Generator<string> {
	const suites = suitesOf(run);
	const duration = run.scenarios.reduce((sum, scenario) => sum + (scenario.duration ?? 0), 0);
	const attributes = { name: 'gatecrash', ...tally(suites), time: seconds(duration) };
	yield '<?xml version="1.0" encoding="UTF-8"?>\n';
	yield `<testsuites${write({ ...attributes, timestamp: run.startedAt })}>\n`;
	for (const suite of suites) for (const line of writeSuite(suite)) yield `${line}\n`;
	yield '</testsuites>\n';
}

function suitesOf(run: RunVerdicts): TestSuite[] {
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
	return suites;
}

function suiteOf(scenario: ScenarioVerdict, missing: Answerless[], run: RunVerdicts): TestSuite {
	return {
		attributes: { name: scenario.scenario },
		results: [...scenario.cells.map(resultOf), ...missing.map(() => 'error' as const)],
		details: { time: seconds(scenario.duration ?? 0), timestamp: run.startedAt, file: scenario.file },
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
		*cases() {
			for (const cell of scenario.cells) yield caseOf(cell, scenario);
			for (const one of missing) yield errorCase(one, scenario.scenario);
		},
	};
}

/** Of few cases, without anything else to say of them. */
function smallSuite(name: string, cases: TestCase[]): TestSuite {
	const results = cases.map(({ result }) => result);
	return { attributes: { name }, results, details: {}, properties: {}, cases: () => cases };
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
	return smallSuite('gatecrash', [errorCase(missing, 'gatecrash')]);
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
	return smallSuite('waivers', cases);
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

function resultOf(cell: CellVerdict): TestCase['result'] {
	return cell.waiver === undefined ? results[cell.verdict] : 'skipped';
}

function caseOf(cell: CellVerdict, scenario: ScenarioVerdict): TestCase {
	const result = resultOf(cell);
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

function tally(suites: TestSuite[]): Record<'tests' | 'failures' | 'errors' | 'skipped', string> {
	const counts: Record<TestCase['result'], number> = { passed: 0, failure: 0, error: 0, skipped: 0 };
	for (const { results } of suites) for (const result of results) counts[result] += 1;
	const { passed, failure, error, skipped } = counts;
	return {
		tests: String(passed + failure + error + skipped),
		failures: String(failure),
		errors: String(error),
		skipped: String(skipped),
	};
}

function* writeSuite(suite: TestSuite): Generator<string> {
	const { attributes, details, properties, cases } = suite;
	const named = Object.entries(properties).map(([name, value]) => `      <property${write({ name, value })}/>`);
	yield `  <testsuite${write({ ...attributes, ...tally([suite]), ...details })}>`;
	if (named.length > 0) yield* ['    <properties>', ...named, '    </properties>'];
	for (const one of cases()) yield* writeCase(one);
	yield '  </testsuite>';
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

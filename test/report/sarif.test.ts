import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import draft04 from 'ajv-draft-04';
import { expect } from 'chai';
import type { Plan } from '../../src/model/plan.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderDiagnosticsSarif } from '../../src/report/sarif-diagnostics.ts';
import { renderSarif } from '../../src/report/sarif.ts';
import {
	brokenCell,
	hostileRun,
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
	sixPods,
	warnedRun,
} from './sample-verdicts.ts';

interface Location {
	physicalLocation: {
		artifactLocation: { uri: string; uriBaseId?: string };
		region: { startLine: number; startColumn: number };
	};
	message?: { text: string };
}

interface Log {
	runs: {
		tool: { driver: { rules: { id: string }[] } };
		invocations: { executionSuccessful: boolean; toolExecutionNotifications: { message: { text: string } }[] }[];
		results: {
			ruleId: string;
			ruleIndex: number;
			level: string;
			message: { text: string };
			locations: Location[];
			relatedLocations?: Location[];
			partialFingerprints: Record<string, string>;
		}[];
	}[];
}

/** The published schema of 2.1.0, from a package of the format's own makers. */
const schema = JSON.parse(
	readFileSync(
		createRequire(import.meta.url).resolve('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json'),
		'utf8',
	),
) as object;
// Without the `u` flag, since one of its patterns is none with it.
const validator = new draft04.default({
	strict: false,
	unicodeRegExp: false,
	formats: { uri: isUri, 'uri-reference': isUri, 'date-time': isTime },
});
const validate = validator.compile(schema);

function isUri(text: string): boolean {
	return /^[\w.~:/?#[\]@!$&'()*+,;=%-]*$/.test(text);
}

function isTime(text: string): boolean {
	return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/.test(text);
}

function logOf(run: RunVerdicts, options?: Parameters<typeof renderSarif>[1]): Log['runs'][number] {
	const log = JSON.parse(renderSarif(run, options)) as Log;
	expect(validate(log), JSON.stringify(validate.errors)).to.equal(true);
	const [only] = log.runs;
	if (!only) throw new Error('no run');
	return only;
}

describe('SARIF report', () => {
	it('fits the schema, whatever the texts hold', () => {
		for (const run of [
			sampleRun([sampleScenario('six', sixPods())]),
			sampleRun([]),
			sampleRun([sampleScenario('cut', [sampleCell()])], {
				complete: false,
				reasons: [{ code: 'x', text: 'cut off' }],
			}),
			warnedRun(),
			hostileRun(),
		]) {
			logOf(run);
		}
		expect(validate({ version: '2.1.0', runs: [{}] })).to.equal(false);
	});

	it('has a result for each leak, broken path and inconclusive cell, the worst first, at its attempt', () => {
		const cells = [inconclusiveCell({ from: 'a' }), sampleCell({ from: 'b' }), brokenCell({ from: 'c' }), leakedCell()];
		const { results, tool } = logOf(sampleRun([sampleScenario('one', cells)]), { nameOf: (file) => `sub dir/${file}` });
		expect(results.map(({ ruleId, level }) => [ruleId, level])).to.deep.equal([
			['leak', 'error'],
			['broken', 'error'],
			['inconclusive', 'warning'],
		]);
		for (const result of results) {
			expect(tool.driver.rules[result.ruleIndex]?.id).to.equal(result.ruleId);
			expect(result.locations[0]?.physicalLocation).to.deep.equal({
				artifactLocation: { uri: 'sub%20dir/scenarios/allow-only-client-one.yaml', uriBaseId: '%SRCROOT%' },
				region: { startLine: 31, startColumn: 7 },
			});
			expect(result.message.text).to.match(/\nRepeat: gatecrash run .*--grep/);
		}
	});

	it('gives a case the same fingerprint in every run, and no other case that one', () => {
		const cells = [leakedCell(), leakedCell({ from: 'other' })];
		const [one, other] = logOf(sampleRun([sampleScenario('one', cells)])).results;
		const moved = leakedCell({ position: { file: 'elsewhere.yaml', line: 2, column: 1 }, reasons: [] });
		const [again] = logOf(sampleRun([sampleScenario('one', [moved])], { run: 'later' })).results;
		expect(again?.partialFingerprints).to.deep.equal(one?.partialFingerprints);
		expect(other?.partialFingerprints).to.not.deep.equal(one?.partialFingerprints);
	});

	it('points to the policies that decide, in the files that they stand in', () => {
		const policy = (name: string, line: number) => ({
			name,
			object: { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', metadata: { name, namespace: 'shop' } },
			position: { file: `policies/${name}.yaml`, line, column: 1 },
		});
		const plan = {
			schemaVersion: 1,
			scenarios: [{ name: 'one', policies: [policy('deny', 3), policy('deny-all', 9)] }],
		} as unknown as Plan;
		const related = (because: string[]) =>
			logOf(sampleRun([sampleScenario('one', [leakedCell({ prediction: { verdict: 'blocked', because } })])]), {
				plan,
			}).results[0]?.relatedLocations?.map(({ physicalLocation, message }) => [
				physicalLocation.artifactLocation.uri,
				physicalLocation.region.startLine,
				message?.text,
			]);
		expect(related(['ingress: shop/deny selects app-one and no rule allows it'])).to.deep.equal([
			['policies/deny.yaml', 3, 'policy deny'],
		]);
		// What no policy says is missing from all of them.
		expect(related(['ingress: no policy selects app-one'])).to.have.length(2);
	});

	it('has a result for a scenario without an answer, and says in the invocation that a run was cut off', () => {
		const reasons = [{ code: 'nothing-attempted', text: 'no cell of it was attempted' }];
		const { results } = logOf(sampleRun([sampleScenario('one', [], { verdict: 'inconclusive', reasons })]));
		expect(results.map(({ ruleId }) => ruleId)).to.deep.equal(['inconclusive']);
		expect(results[0]?.message.text).to.include('no cell of it was attempted');
		const cut = { complete: false, reasons: [{ code: 'run-unfinished', text: 'the run was killed' }] };
		const [invocation] = logOf(sampleRun([sampleScenario('one', [sampleCell()])], cut)).invocations;
		expect(invocation?.executionSuccessful).to.equal(false);
		expect(invocation?.toolExecutionNotifications[0]?.message.text).to.include('the run was killed');
	});

	it('of mistakes in scenario files fits the schema too', () => {
		const place = { file: 'a b.yaml', line: 3, column: 5 };
		const log = JSON.parse(
			renderDiagnosticsSarif(
				[
					{ code: 'unknown-key', message: 'unknown key "x"', hint: 'did you mean y?', severity: 'error', ...place },
					{ code: 'unused', message: 'nobody uses it', severity: 'warning', ...place },
				],
				'0.1.0',
			),
		) as Log;
		expect(validate(log), JSON.stringify(validate.errors)).to.equal(true);
		expect(log.runs[0]?.results.map(({ ruleId, level }) => [ruleId, level])).to.deep.equal([
			['unknown-key', 'error'],
			['unused', 'warning'],
		]);
	});

	it('stays within what GitHub takes, and says what it leaves out', () => {
		const cells = Array.from({ length: 25_010 }, (_, index) => leakedCell({ from: `pod-${index}` }));
		const log = JSON.parse(renderSarif(sampleRun([sampleScenario('many', cells)]))) as Log;
		expect(log.runs[0]?.results).to.have.length(25_000);
		expect(log.runs[0]?.invocations[0]?.toolExecutionNotifications[0]?.message.text).to.match(/^10 more results/);
	});
});

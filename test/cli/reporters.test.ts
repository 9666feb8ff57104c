import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { Context } from '../../src/cli/context.ts';
import { printReportFailures } from '../../src/cli/report-failures.ts';
import { renderers } from '../../src/cli/render-report.ts';
import { writeReports } from '../../src/cli/reporters.ts';
import { sampleCell, sampleRun, sampleScenario } from '../report/sample-verdicts.ts';

const throwing: Record<string, () => string | Iterable<string>> = {
	'at once': () => {
		throw new TypeError('it is not a function');
	},
	'after some of its pieces': function* () {
		yield 'x'.repeat(3 << 20);
		throw new TypeError('it is not a function');
	},
};

describe('a reporter that throws', () => {
	for (const [when, broken] of Object.entries(throwing))
		it(`${when} fails the command as a bug, and loses none of the others`, () => {
			const folder = mkdtempSync(join(tmpdir(), 'gatecrash-reporters-'));
			try {
				let said = '';
				const context = {
					stderr: (text: string) => {
						said += text;
					},
					colour: { stdout: false, stderr: false },
					version: '0.1.0',
				} as Context;
				const verdicts = sampleRun([sampleScenario('one', [sampleCell()])]);
				const plan = { schemaVersion: 1 as const, scenarios: [] };
				const failures = writeReports(
					[
						{ name: 'tap', file: join(folder, 'before.tap') },
						{ name: 'junit', file: join(folder, 'junit.xml') },
						{ name: 'tap', file: join(folder, 'after.tap') },
					],
					{ verdicts, plan, folder, duration: undefined, verbose: false },
					context,
					{ ...renderers, junit: broken },
				);
				expect(printReportFailures([...failures, ...failures], context)).to.equal('bug');
				expect(said.match(/it is not a function/g)).to.have.length(1);
				for (const name of ['before.tap', 'after.tap'])
					expect(readFileSync(join(folder, name), 'utf8')).to.match(/^TAP version 14/);
				expect(readdirSync(folder).sort()).to.deep.equal(['after.tap', 'before.tap']);
			} finally {
				rmSync(folder, { recursive: true });
			}
		});
});

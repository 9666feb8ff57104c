import { expect } from 'chai';
import { Parser } from 'tap-parser';
import type { RunVerdicts } from '../../../src/model/verdict.ts';
import { parseStrictXml } from '../../report/strict-xml.ts';

/** Each report as its readers take it; throws for what is cut off in the middle. Says whether it tells that the run is complete. */
const readers: Record<string, (text: string) => boolean> = {
	'verdicts.json': (text) => (JSON.parse(text) as RunVerdicts).complete,
	'junit.xml': (text) => {
		const suites = parseStrictXml(text).children;
		return !suites.some((suite) =>
			suite.children.some(({ attributes }) => attributes['name'] === 'the run was completed'),
		);
	},
	'results.sarif': (text) =>
		(JSON.parse(text) as { runs: { invocations: { executionSuccessful: boolean }[] }[] }).runs[0]?.invocations[0]
			?.executionSuccessful ?? false,
	'report.html': (text) => {
		expect(text.trimEnd().endsWith('</html>')).to.equal(true);
		const data = /<script type="application\/json" id="verdicts">(.*?)<\/script>/s.exec(text)?.[1] ?? '';
		return (JSON.parse(data) as { verdicts: RunVerdicts }).verdicts.complete;
	},
	'report.md': (text) => {
		expect(text).to.match(/<\/sub>\n$/);
		return !text.includes('The run was cut off');
	},
	'results.tap': (text) => {
		let bailout = false;
		const parser = new Parser({ strict: true });
		parser.on('bailout', () => {
			bailout = true;
		});
		parser.end(text);
		if (!bailout) expect(parser.ok).to.equal(true);
		return !bailout;
	},
};

/**
 * Expects that every report can be read, and that none of a cut-off run claims to be of a whole one. `complete` undefined:
 * the kill came while the last reports were written, so that each may say either.
 */
export function expectReports(reports: Record<string, string>, title: string, complete: boolean | undefined): void {
	for (const [name, text] of Object.entries(reports)) {
		const read = readers[name];
		if (!read) throw new Error(`${title}: nobody knows ${name}`);
		const told = read(text);
		if (complete !== undefined) expect(told, `${title}: ${name}`).to.equal(complete);
	}
}

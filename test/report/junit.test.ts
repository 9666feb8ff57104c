import { expect } from 'chai';
import fc from 'fast-check';
import { renderJunit } from '../../src/report/junit.ts';
import {
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
	sixPods,
	stoodUpRun,
	warnedRun,
} from './sample-verdicts.ts';
import { type XmlElement, parseStrictXml } from './strict-xml.ts';

const find = (element: XmlElement, name: string): XmlElement[] =>
	element.children.filter((child) => child.name === name);

describe('JUnit report', () => {
	it('has a suite per scenario and a case per cell, with counts that agree', () => {
		const run = sampleRun([
			sampleScenario('one', sixPods()),
			sampleScenario('two', [sampleCell({ verdict: 'skipped' })]),
		]);
		const root = parseStrictXml(renderJunit(run));
		const suites = find(root, 'testsuite');
		expect(suites.map((suite) => suite.attributes['name'])).to.deep.equal(['one', 'two']);
		expect(root.attributes).to.include({ tests: '61', failures: '5', errors: '2', skipped: '1' });
		for (const suite of [...suites, root]) {
			const cases = suite === root ? suites.flatMap((one) => find(one, 'testcase')) : find(suite, 'testcase');
			expect(cases).to.have.length(Number(suite.attributes['tests']));
			for (const [attribute, child] of [
				['failures', 'failure'],
				['errors', 'error'],
				['skipped', 'skipped'],
			] as const) {
				expect(cases.filter((one) => find(one, child).length > 0)).to.have.length(Number(suite.attributes[attribute]));
			}
		}
	});

	it('has warnings about the cluster, and its network, as properties', () => {
		const [suite] = find(parseStrictXml(renderJunit(warnedRun())), 'testsuite');
		const properties = suite?.children[0]?.children.map(({ attributes }) => attributes) ?? [];
		expect(properties).to.deep.include({
			name: 'warnings',
			value: 'Two enforcers act at once: calico v3.28.5, kindnet.',
		});
		expect(properties).to.deep.include({ name: 'mesh', value: 'istio 1.31' });
	});

	it('has what standing up the cluster took, step by step, as properties', () => {
		const [suite] = find(parseStrictXml(renderJunit(stoodUpRun())), 'testsuite');
		const properties = suite?.children[0]?.children.map(({ attributes }) => attributes) ?? [];
		expect(properties).to.deep.include({ name: 'cluster phase: creating nodes', value: '30.125' });
		expect(properties).to.deep.include({ name: 'cluster phase: getting manifests', value: '0.003' });
		expect(properties).to.deep.include({ name: 'phase: baseline', value: '0.212' });
	});

	it('says in a failure what was declared, predicted and observed, and how to repeat it', () => {
		const [suite] = find(parseStrictXml(renderJunit(sampleRun([sampleScenario('one', [leakedCell()])]))), 'testsuite');
		const failure = suite && find(suite, 'testcase')[0]?.children[0];
		expect(failure?.attributes).to.include({ type: 'token-returned' });
		expect(failure?.text).to.match(
			/declared: blocked.*\npredicted: blocked.*\nobserved: open.*\n(.*\n)*evidence: history.jsonl:41,44-46\nrepeat: gatecrash run/,
		);
	});

	it('has an error for a run without an answer, whatever the cells are', () => {
		const skipped = sampleScenario('one', [sampleCell({ verdict: 'skipped' })]);
		const reasons = [{ code: 'everything-skipped', text: 'everything was skipped' }];
		for (const run of [
			sampleRun([], { verdict: 'inconclusive' }),
			sampleRun([skipped], { verdict: 'inconclusive', reasons }),
			sampleRun([sampleScenario('one', [sampleCell()])], { complete: false }),
			sampleRun([sampleScenario('one', [], { verdict: 'inconclusive', reasons })]),
		]) {
			expect(Number(parseStrictXml(renderJunit(run)).attributes['errors'])).to.equal(1);
		}
	});

	it('is well-formed whatever the texts hold, and loses nothing that XML can hold', () => {
		const text = fc.string({
			unit: fc.oneof(
				fc.constantFrom(...'\u0000\u0001\u001f\t\n\r\u2028\ud800\udc00\uffff"\'<>&;]'),
				fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
			),
		});
		fc.assert(
			fc.property(text, (words) => {
				const reasons = [{ code: words, text: words }];
				const run = sampleRun([sampleScenario('one', [inconclusiveCell({ reasons, from: words, because: words })])]);
				const [suite] = find(parseStrictXml(renderJunit(run)), 'testsuite');
				const error = suite && find(suite, 'testcase')[0]?.children[0];
				const kept = Buffer.from(words)
					.toString()
					.replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '\ufffd');
				expect(error?.attributes['type']).to.equal(kept);
				expect(error?.text).to.include(kept);
			}),
			{ numRuns: 300 },
		);
	});
});

import { expect } from 'chai';
import { renderMarkdown } from '../../src/report/markdown.ts';
import { expectGolden } from './golden.ts';
import {
	inconclusiveCell,
	leakedCell,
	sampleRun,
	sampleScenario,
	sixPods,
	stoodUpRun,
	warnedRun,
} from './sample-verdicts.ts';

describe('Markdown report', () => {
	it('shows verdict, findings and matrices', () => {
		expectGolden('six-pods.md', renderMarkdown(sampleRun([sampleScenario('allow-only-client-one', sixPods())])));
	});

	it('says warnings about the cluster before everything else but the verdict', () => {
		const blocks = renderMarkdown(warnedRun()).split('\n\n');
		expect(blocks[2]).to.equal('> **Warning:** Two enforcers act at once: calico v3.28.5, kindnet.');
	});

	it('says what standing up the cluster took', () => {
		expect(renderMarkdown(stoodUpRun())).to.include(
			' Up in 52.1 s: creating nodes 30.1 s, waiting for nodes and add-ons 22.0 s.',
		);
	});

	it('lets no text of a scenario become markup', () => {
		const text = '<img src=x> | *bold* [a](b) `code`\n# heading';
		const cell = inconclusiveCell({ because: text, reasons: [{ code: 'x`y', text }] });
		const markdown = renderMarkdown(sampleRun([sampleScenario('one', [cell])]));
		expect(markdown).to.include('&lt;img src=x&gt; \\| \\*bold\\* \\[a\\](b) \\`code\\` # heading');
		expect(markdown)
			.to.not.include('<img')
			.and.not.match(/^# heading/m);
		expect(markdown).to.include('`` x`y ``');
	});

	it('stays within what a step summary can hold', () => {
		const cells = Array.from({ length: 3000 }, (_, index) =>
			leakedCell({ from: `pod-${index}`, reasons: [{ code: `code-${index}`, text: 'x'.repeat(200) }] }),
		);
		expect(Buffer.byteLength(renderMarkdown(sampleRun([sampleScenario('many', cells)])))).to.be.below(1024 * 1024);
	});
});

import { expect } from 'chai';
import type { Diagnostic } from '../../src/model/diagnostic.ts';
import { formatDiagnostic } from '../../src/scenario/format-diagnostic.ts';

const diagnostic: Diagnostic = {
	code: 'unknown-name',
	message: 'there is no pod named cleint',
	file: 'shop.yaml',
	line: 2,
	column: 12,
	path: 'spec.attempts[0].from',
	hint: 'did you mean client?',
	severity: 'error',
};

describe('formatDiagnostic', () => {
	it('shows message, place, line with caret and hint', () => {
		expect(formatDiagnostic(diagnostic, 'attempts:\n  - {from: cleint, to: web}\n')).to.equal(
			[
				'✘ [ERROR] there is no pod named cleint [unknown-name]',
				'',
				'    shop.yaml:2:12:  (spec.attempts[0].from)',
				'      2 │   - {from: cleint, to: web}',
				'        ╵            ^~~~~~',
				'',
				'  did you mean client?',
			].join('\n'),
		);
	});

	it('does without the line where there is none', () => {
		expect(formatDiagnostic({ ...diagnostic, line: 99 }, 'one line')).to.not.include('│');
		expect(formatDiagnostic(diagnostic, undefined)).to.include('did you mean client?');
	});

	it('keeps the caret in sight on a long line, and control characters off the terminal', () => {
		const long = formatDiagnostic(
			{ ...diagnostic, line: 1, column: 5001 },
			`${'x'.repeat(5000)}HERE${' y'.repeat(500)}`,
		);
		const [, shown = '', caret = ''] = /│ (.*)\n.*╵ (.*)/.exec(long) ?? [];
		expect(shown.slice(caret.indexOf('^'), caret.indexOf('^') + 4)).to.equal('HERE');
		expect(shown.length).to.be.at.most(120);
		expect(formatDiagnostic({ ...diagnostic, line: 1, column: 1 }, '\u001b[31mred')).to.not.include('\u001b');
	});
});

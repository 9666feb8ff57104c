import { readFileSync } from 'node:fs';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';

const sample = readFileSync('test/fixtures/scenarios/full-example.yaml', 'utf8');
const policy = readFileSync('test/fixtures/scenarios/policies/default-deny.yaml', 'utf8');

function check(text: string, policyText = policy): void {
	const { scenarios, diagnostics } = parseScenarioText(text, 'any.yaml', (path) => ({ file: path, text: policyText }));
	const errors = diagnostics.filter(({ severity }) => severity === 'error');
	expect(scenarios.length + errors.length, 'neither a scenario nor an error').to.be.greaterThan(0);
	for (const { line, column, message } of diagnostics) {
		expect(line).to.be.within(1, Math.max(text.length, policyText.length) + 1);
		expect(column).to.be.at.least(1);
		expect(message).to.not.equal('');
	}
}

const words = [
	'{',
	'}',
	'[',
	']',
	':',
	'- ',
	'\n',
	'  ',
	'"',
	"'",
	'&a ',
	'*a',
	'!x ',
	'$(',
	')',
	'# ',
	'---\n',
	'0',
	'-1',
	'null',
	'|\n',
	'\t',
	'~',
	'%',
	'\0',
	'😀',
	'__proto__',
	'constructor',
];
const edit = fc.record({
	at: fc.double({ min: 0, max: 1, noNaN: true }),
	drop: fc.integer({ min: 0, max: 40 }),
	insert: fc.oneof(fc.constantFrom(...words), fc.string({ maxLength: 8 })),
});

function mutate(text: string, edits: { at: number; drop: number; insert: string }[]): string {
	return edits.reduce((now, { at, drop, insert }) => {
		const offset = Math.floor(at * now.length);
		return now.slice(0, offset) + insert + now.slice(offset + drop);
	}, text);
}

describe('whatever is in a scenario file, it is told and not thrown', () => {
	it('random text', () => {
		fc.assert(
			fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => check(text)),
			{ numRuns: 300 },
		);
	});

	it('random YAML-like text', () => {
		fc.assert(
			fc.property(
				fc.array(fc.constantFrom(...words, 'spec', 'pods', 'apiVersion: gatecrash.dev/v1alpha1\n'), { maxLength: 60 }),
				(parts) => check(parts.join('')),
			),
			{ numRuns: 500 },
		);
	});

	it('random mutations of a valid file', () => {
		fc.assert(
			fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => check(mutate(sample, edits))),
			{ numRuns: 250 },
		);
	}).timeout(60_000);

	it('random mutations of a policy file', () => {
		fc.assert(
			fc.property(fc.array(edit, { minLength: 1, maxLength: 3 }), (edits) => check(sample, mutate(policy, edits))),
			{ numRuns: 100 },
		);
	}).timeout(60_000);

	it('a valid value replaced by any JSON', () => {
		const lines = sample.split('\n');
		fc.assert(
			fc.property(fc.nat(lines.length - 1), fc.jsonValue({ maxDepth: 2 }), (index, value) => {
				const changed = lines.with(index, (lines[index] ?? '').replace(/: [^{[].*$/, `: ${JSON.stringify(value)}`));
				check(changed.join('\n'));
			}),
			{ numRuns: 150 },
		);
	}).timeout(60_000);

	it('a mistake in every line of the largest file, in little time', () => {
		const lines = Array.from({ length: 8000 }, (_, index) => `    p${index}: {namspace: shop}\n`).join('');
		const began = performance.now();
		check(
			`apiVersion: gatecrash.dev/v1alpha1\nkind: Scenario\nmetadata: {name: a}\nspec:\n  namespaces: {}\n  pods:\n${lines}`,
		);
		expect(performance.now() - began).to.be.below(20_000);
	}).timeout(20_000);
});

import { expect } from 'chai';
import { addAttempts, type NewAttempt } from '../../src/scenario/add-attempts.ts';

const attempt = (value: string, more: Partial<NewAttempt> = {}): NewAttempt => ({
	value,
	beside: undefined,
	listen: new Map(),
	...more,
});

const head = `# what it is about
metadata: {name: one}
`;

describe('attempts added to the text of a scenario file', () => {
	it('in a list with lines, below the last, whose comment stays; the comment of each above it', () => {
		const text = `${head}spec:\n  attempts:\n    - {from: a, to: "b:80"} # why\n\n  other: 1\n`;
		const added = addAttempts(text, 'one', [
			attempt('{from: c, to: b:80}', { comment: 'notices x' }),
			attempt('{from: d, to: b:80}'),
		]);
		expect(added).to.equal(
			`${head}spec:\n  attempts:\n    - {from: a, to: "b:80"} # why\n    # notices x\n    - {from: c, to: b:80}\n    - {from: d, to: b:80}\n\n  other: 1\n`,
		);
	});

	it('in a list on one line, also one over several lines, an empty one, and one that ends with a comma', () => {
		const lists: [string, string][] = [
			['[{from: a}]', '[{from: a}, {from: c}]'],
			['[]', '[{from: c}]'],
			['[{from: a},]', '[{from: a}, {from: c}]'],
			['[\n      {from: a}\n    ]', '[\n      {from: a}, {from: c}\n    ]'],
		];
		for (const [before, after] of lists) {
			const text = `${head}spec:\n  attempts: ${before}\n`;
			const added = addAttempts(text, 'one', [attempt('{from: c}', { comment: 'lost' })]);
			expect(added).to.equal(`${head}spec:\n  attempts: ${after}\n`);
		}
	});

	it('in the list of the attempt that it stands beside, in the scenario that is named', () => {
		const other = `metadata: {name: other}\nspec:\n  attempts: [{from: a}]\n---\n`;
		const text = `${other}${head}spec:\n  phases:\n    - attempt:\n        - {from: a}\n    - attempt: [{from: b}]\n`;
		const line = text.split('\n').findIndex((one) => one.includes('{from: b}')) + 1;
		const added = addAttempts(text, 'one', [attempt('{from: c}', { beside: { line, column: 17 } })]);
		expect(added).to.equal(text.replace('[{from: b}]', '[{from: b}, {from: c}]'));
		expect(addAttempts(text, 'one', [attempt('{from: c}', { beside: { line: 1, column: 1 } })])).to.equal(text);
		expect(addAttempts(text, 'nobody', [attempt('{from: c}')])).to.equal(text);
	});

	it('as the first ones: before `chaos`, or at the end', () => {
		const text = `${head}spec:\n  pods: {}\n  # around it\n  chaos:\n    - fault: x\n`;
		const added = addAttempts(text, 'one', [attempt('{from: c}', { comment: 'notices x' })]);
		expect(added).to.equal(
			`${head}spec:\n  pods: {}\n  # around it\n  attempts:\n    # notices x\n    - {from: c}\n  chaos:\n    - fault: x\n`,
		);
		const last = addAttempts(`${head}spec:\n  pods: {}`, 'one', [attempt('{from: c}')]);
		expect(last).to.equal(`${head}spec:\n  pods: {}\n  attempts:\n    - {from: c}`);
	});

	it('with listeners: in a list that is there, in either style, or a new one; ports of several attempts once', () => {
		const text = `${head}spec:
  pods:
    a: {namespace: shop}
    b: {namespace: shop, listen: [80/tcp]}
    c:
      namespace: shop
      listen:
        - 80/tcp
    d:
      namespace: shop
  external:
    outside: {}
  attempts: []
`;
		const listen = new Map(
			['pods.a', 'pods.b', 'pods.c', 'pods.d', 'external.outside'].map((name) => [name, new Set(['81/tcp'])]),
		);
		const added = addAttempts(text, 'one', [
			attempt('{from: c}', { listen }),
			attempt('{from: d}', { listen: new Map([['pods.a', new Set(['81/tcp', '53/udp'])]]) }),
		]);
		expect(added).to.equal(`${head}spec:
  pods:
    a: {namespace: shop, listen: [81/tcp, 53/udp]}
    b: {namespace: shop, listen: [80/tcp, 81/tcp]}
    c:
      namespace: shop
      listen:
        - 80/tcp
        - 81/tcp
    d:
      namespace: shop
      listen: [81/tcp]
  external:
    outside: {listen: [81/tcp]}
  attempts: [{from: c}, {from: d}]
`);
	});

	it('leaves alone what can’t be edited in its place', () => {
		const text = `${head}spec:\n  attempts: &all\n    - {from: a}\n  phases:\n    - attempt: *all\n`;
		expect(
			addAttempts(text, 'one', [attempt('{from: c}', { listen: new Map([['pods.a', new Set(['1/tcp'])]]) })]),
		).to.equal(`${head}spec:\n  attempts: &all\n    - {from: a}\n    - {from: c}\n  phases:\n    - attempt: *all\n`);
		expect(addAttempts('{metadata: {name: one}, spec: {}}', 'one', [attempt('{from: c}')])).to.equal(
			'{metadata: {name: one}, spec: {}}',
		);
		expect(addAttempts('', 'one', [attempt('{from: c}')])).to.equal('');
	});
});

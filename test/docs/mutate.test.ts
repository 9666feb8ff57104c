import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { operators } from '../../src/mutate/operators.ts';

describe('docs/mutate.md', () => {
	it('names every operator with the mistake that it stands for', () => {
		const page = readFileSync('docs/mutate.md', 'utf8');
		const rows = [...page.matchAll(/^\| `([a-z-]+)` \| (.*) \|$/gm)].map(([, name, mistake]) => [name, mistake]);
		expect(Object.fromEntries(rows)).to.deep.equal(operators);
	});
});

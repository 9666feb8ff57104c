import { readFileSync } from 'node:fs';
import { expect } from 'chai';

const page = readFileSync(new URL('../../docs/trust.md', import.meta.url), 'utf8');
const rows = [...page.matchAll(/\| `(test\/[^`]+)`: (.+?) \|$/gm)].map(([, file = '', title = '']) => ({
	file,
	title,
}));

describe('docs/trust.md', () => {
	it('has a test for every promise in its tables', () => {
		const promises = page.split('\n').filter((line) => line.startsWith('| ') && !/^\| (---|promise|way of)/.test(line));
		expect(rows).to.have.length(promises.length);
		expect(rows.length).to.be.greaterThan(20);
	});

	for (const { file, title } of rows) {
		it(`names a test that exists: ${title}`, () => {
			const source = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
			expect(source, file).to.contain(title);
		});
	}
});

import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

const page = readFileSync(new URL('../../docs/catalogue.md', import.meta.url), 'utf8');

interface Entry {
	name: string;
	file: string;
	status: string;
}

/** The links of the page's tables, each with the heading of its column: `required`, `open` or `extension`. */
function entries(folder: string): Entry[] {
	const found: Entry[] = [];
	let columns: string[] = [];
	for (const line of page.split('\n').filter((text) => text.startsWith('|'))) {
		const cells = line.split('|').map((cell) => cell.trim());
		if (cells.includes('required') || cells.includes('extension')) columns = cells;
		for (const [index, cell] of cells.entries()) {
			for (const [, name = '', file = ''] of cell.matchAll(
				new RegExp(String.raw`\[([a-z0-9-]+)\]\(\.\./scenarios/${folder}/([^)]+)\)`, 'g'),
			))
				found.push({ name, file, status: columns[index] ?? '' });
		}
	}
	return found;
}

describe('docs/catalogue.md', () => {
	for (const [folder, least] of [
		['network-policy', 30],
		['istio', 30],
		['dns', 30],
		['tls', 8],
		['chaos', 8],
		['eks', 12],
	] as const) {
		it(`names each scenario of ${folder} once, with its file, in the column of its status, and no other`, async () => {
			const { scenarios } = await readScenarios([`scenarios/${folder}`]);
			const shipped = scenarios.map(({ name, file, status }) => ({ name, file: basename(file), status }));
			const byName = (a: Entry, b: Entry): number => a.name.localeCompare(b.name);
			expect(shipped.length).to.be.at.least(least);
			expect(entries(folder).sort(byName)).to.deep.equal(shipped.sort(byName));
		});
	}

	it('knows every folder of scenarios', () => {
		expect(readdirSync(new URL('../../scenarios', import.meta.url)).sort()).to.deep.equal([
			'chaos',
			'dns',
			'eks',
			'istio',
			'network-policy',
			'tls',
		]);
	});

	it('lists the points of the catalogue in order', () => {
		const points = [...page.matchAll(/^\| (\d+) \|/gm)].map(([, point]) => Number(point));
		expect(points).to.deep.equal(Array.from({ length: 25 }, (_, index) => index + 1));
	});
});

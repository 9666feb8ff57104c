import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { inBatches } from '../../src/cli/in-batches.ts';
import { replaceFile } from '../../src/cli/replace-file.ts';

describe('a text in pieces', () => {
	it('is put together to pieces of a megabyte, in order and without a loss', () => {
		const pieces = Array.from({ length: 300_000 }, (_, index) => `line ${index}\n`);
		const batches = [...inBatches(pieces)];
		expect(batches.length).to.equal(4);
		expect(batches.join('') === pieces.join('')).to.equal(true);
		expect([...inBatches('one text')]).to.deep.equal(['one text']);
		expect([...inBatches([])]).to.deep.equal([]);
	});

	it('replaces a file as a whole or not at all', () => {
		const folder = mkdtempSync(join(tmpdir(), 'gatecrash-pieces-'));
		const file = join(folder, 'report.txt');
		replaceFile(file, ['one ', 'two', '→']);
		const breaking = function* () {
			yield 'x'.repeat(3 << 20);
			throw new Error('no more');
		};
		expect(() => replaceFile(file, breaking())).to.throw('no more');
		expect(readFileSync(file, 'utf8')).to.equal('one two→');
		replaceFile(file, '');
		expect(readFileSync(file, 'utf8')).to.equal('');
		expect(readdirSync(folder)).to.deep.equal(['report.txt']);
		rmSync(folder, { recursive: true });
	});
});

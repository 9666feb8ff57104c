import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { makeFolder } from '../../src/cli/make-folder.ts';

describe('makeFolder', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-make-folder-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));

	it('makes those above it too, and leaves what is there', () => {
		makeFolder(join(folder, 'a/b/c'));
		makeFolder(join(folder, 'a/b/c'));
		expect(existsSync(join(folder, 'a/b/c'))).to.equal(true);
	});

	it('says so where a file is in its way', () => {
		writeFileSync(join(folder, 'file'), '');
		expect(() => makeFolder(join(folder, 'file'))).to.throw('EEXIST');
		expect(() => makeFolder(join(folder, 'file/below'))).to.throw('ENOTDIR');
	});

	it('ends below /proc, where nothing can be made', () => {
		expect(() => makeFolder('/proc/no-such-thing/below')).to.throw('ENOENT');
	});
});

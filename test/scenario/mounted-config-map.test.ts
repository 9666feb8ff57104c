import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { discoverFiles } from '../../src/scenario/discover-files.ts';

describe('scenarios in a mounted ConfigMap', () => {
	it('are found once, although the kubelet keeps the files in a folder of their own', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'gatecrash-mounted-'));
		const data = '..2026_01_01_12_00_00.123456789';
		mkdirSync(join(folder, data));
		writeFileSync(join(folder, data, 'one.yaml'), 'apiVersion: gatecrash.dev/v1alpha1\nkind: Scenario\n');
		symlinkSync(data, join(folder, '..data'));
		symlinkSync('..data/one.yaml', join(folder, 'one.yaml'));
		const { files, diagnostics } = await discoverFiles([folder]);
		rmSync(folder, { recursive: true });
		expect(diagnostics).to.deep.equal([]);
		expect(files.map(({ file }) => file)).to.deep.equal([join(folder, 'one.yaml')]);
	});
});

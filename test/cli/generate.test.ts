import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { networkPolicy } from '../mutate/support.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

const web = networkPolicy(
	'{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: front}}}]}]}',
);

describe('gatecrash generate', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
		writeFileSync(join(folder, 'web.yaml'), web);
		writeFileSync(join(folder, 'list.json'), JSON.stringify({ apiVersion: 'v1', kind: 'List', items: [] }));
		writeFileSync(join(folder, 'wrong.yaml'), web.replace('matchLabels', 'matchLabel'));
		writeFileSync(join(folder, 'map.yaml'), '{apiVersion: v1, kind: ConfigMap, metadata: {name: x}}');
	});
	after(() => remove());

	it('writes a scenario that is valid and notices every mutant', async () => {
		const made = await gatecrash(
			['generate', 'web.yaml', 'list.json', '--output', 'made.yaml', '--name', 'made'],
			folder,
		);
		expect(made.stderr).to.match(
			/^1 policy, \d attempts: (\d+) of \1 mutants noticed, and \d+ mistakes? that engines make\n$/,
		);
		expect(made).to.include({ code: 0, stdout: '' });
		expect(await gatecrash(['validate', 'made.yaml'], folder)).to.include({ code: 0 });
		expect(await gatecrash(['mutate', 'made.yaml', '--strict'], folder)).to.include({ code: 0 });
	});

	it('shows mistakes of manifests where they stand', async () => {
		const { code, stderr } = await gatecrash(['generate', 'wrong.yaml'], folder);
		expect(code).to.equal(64);
		expect(stderr).to.match(/wrong\.yaml:1:\d+/);
		expect(stderr).to.contain('matchLabel');
	});

	it('refuses to make something of nothing', async () => {
		expect(await gatecrash(['generate', 'map.yaml'], folder)).to.include({ code: 64 });
		expect(await gatecrash(['generate'], folder)).to.include({ code: 64 });
		expect(await gatecrash(['generate', 'nowhere.yaml'], folder)).to.include({ code: 64 });
	});
});

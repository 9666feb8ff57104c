import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { expect } from 'chai';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

const scenario = (name: string): string =>
	`apiVersion: gatecrash.dev/v1alpha1\nkind: Scenario\nmetadata: {name: ${name}}\nspec:\n  namespaces: {n: {}}\n  pods: {a: {namespace: n, listen: [80]}, b: {namespace: n}}\n  attempts: [{from: b, to: a, expect: allowed}]\n`;

describe('readScenarios', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-'));
	});
	afterEach(() => rmSync(folder, { recursive: true }));
	const write = (name: string, text: string): string => {
		mkdirSync(join(folder, name, '..'), { recursive: true });
		writeFileSync(join(folder, name), text);
		return join(folder, name);
	};

	it('finds scenario files below a directory, and leaves everything else alone', async () => {
		write('a.yaml', scenario('one'));
		write('deep/er/b.yml', `${scenario('two')}---\n${scenario('three')}`);
		write('policies/deny.yaml', 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n');
		write('values.yaml', 'a: [broken');
		write('kind.yaml', 'apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: c}\n');
		write('waivers.yaml', '# for now\nkind: "Waivers"\r\napiVersion: gatecrash.dev/v1alpha1\nwaivers: []\n');
		write('notes.txt', scenario('not-me'));
		const { scenarios, diagnostics } = await readScenarios([folder]);
		expect(diagnostics).to.deep.equal([]);
		expect(scenarios.map(({ name }) => name)).to.deep.equal(['one', 'two', 'three']);
	});

	it('does not pass over a broken scenario in a directory', async () => {
		write('broken.yaml', `${scenario('one')}  attempts: [`);
		const { diagnostics } = await readScenarios([folder]);
		expect(diagnostics.map(({ code }) => code)).to.deep.equal(['yaml-syntax']);
	});

	it('says what a file is for that is named and is another of ours', async () => {
		const waivers = write('waivers.yaml', 'apiVersion: gatecrash.dev/v1alpha1\nkind: Waivers\nwaivers: []\n');
		const { diagnostics } = await readScenarios([waivers]);
		expect(diagnostics).to.have.length(1);
		expect(diagnostics[0]).to.include({ code: 'not-a-scenario', line: 2 });
		expect(diagnostics[0]?.message).to.include('Waivers');
		expect(diagnostics[0]?.hint).to.include('--waivers');
	});

	it('refuses a directory without scenarios, a file without them, and one that is missing', async () => {
		const other = write('other.yaml', 'a: 1\n');
		const codes = async (path: string) => (await readScenarios([path])).diagnostics.map(({ code }) => code);
		expect(await codes(folder)).to.deep.equal(['nothing-found']);
		expect(await codes(other)).to.include('missing-key');
		expect(await codes(join(folder, 'missing.yaml'))).to.deep.equal(['file-missing']);
	});

	it('refuses a name that stands in two files, and reads a file once', async () => {
		const first = write('a.yaml', scenario('same'));
		write('b.yaml', scenario('same'));
		const { diagnostics } = await readScenarios([folder, first]);
		expect(diagnostics.map(({ code, file }) => [code, file])).to.deep.equal([
			['duplicate-scenario', join(folder, 'b.yaml')],
		]);
	});

	it('does not wait for a named pipe', async () => {
		execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
		const began = performance.now();
		const { diagnostics } = await readScenarios([join(folder, 'pipe.yaml')]);
		expect(diagnostics.map(({ code }) => code)).to.deep.equal(['not-a-file']);
		expect(performance.now() - began).to.be.below(10_000);
	});
});

import { type ChildProcess, spawn } from 'node:child_process';
import { readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import { makeSandbox, root, tsxLoader } from './sandbox.ts';

describe('gatecrash watch', function () {
	this.timeout(120_000);
	let folder: string;
	let remove: () => void;
	let child: ChildProcess;
	let said: string;
	const policy = (port: number): string =>
		[
			'apiVersion: networking.k8s.io/v1',
			'kind: NetworkPolicy',
			'metadata: {name: front-to-orders, namespace: shop}',
			`spec: {podSelector: {matchLabels: {app: orders}}, ingress: [{from: [{podSelector: {matchLabels: {app: front}}}], ports: [{protocol: TCP, port: ${port}}]}]}`,
			'',
		].join('\n');
	/** What it says from here until the next answer. */
	const nextAnswer = async (): Promise<string> => {
		while (!said.includes('waiting for the next one') && child.exitCode === null) await delay(10);
		const text = said;
		said = '';
		return text;
	};
	/** As editors do it: a new file in the place of the old one. */
	const save = (name: string, text: string): void => {
		writeFileSync(join(folder, `${name}.new`), text);
		renameSync(join(folder, `${name}.new`), join(folder, name));
	};

	before(() => {
		({ folder, remove } = makeSandbox());
		const inFile = sampleScenario.replace(
			/front-to-orders:\n[^]*?(?=\n {2}# What is declared)/,
			'front-to-orders: {file: policy.yaml}\n',
		);
		expect(inFile).to.include('policy.yaml');
		writeFileSync(join(folder, 'shop.yaml'), inFile);
		writeFileSync(join(folder, 'policy.yaml'), policy(8080));
		said = '';
		const args = ['--import', tsxLoader, join(root, 'src/main.ts'), 'watch', 'shop.yaml', '--out', 'runs'];
		child = spawn(process.execPath, args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });
		for (const stream of [child.stdout, child.stderr]) {
			stream?.setEncoding('utf8').on('data', (text: string) => {
				said += text;
			});
		}
	});
	after(() => {
		child.kill('SIGKILL');
		remove();
	});

	it('answers at once, and again when a policy file is saved', async () => {
		expect(await nextAnswer()).to.include(' ENFORCED ');
		save('policy.yaml', policy(8081));
		const answer = await nextAnswer();
		expect(answer).to.include(' LEAK ').and.include('means');
		// With how long it took: how short that is depends on what else the machine does.
		expect(answer).to.match(/answered [\d.]+ m?s after the change/);
	});

	it('tells mistakes with their places, and goes on when they are mended', async () => {
		save('shop.yaml', 'apiVersion: gatecrash.dev/v1alpha1\nkind: Scenario\n');
		expect(await nextAnswer()).to.match(/shop\.yaml:1:1/);
		save('policy.yaml', policy(8080));
		expect(await nextAnswer()).to.match(/shop\.yaml:1:1/);
		save('shop.yaml', sampleScenario);
		expect(await nextAnswer()).to.include(' ENFORCED ');
	});

	it('says when nothing differs, keeps one run, and ends with 130 when it is interrupted', async () => {
		save('shop.yaml', sampleScenario);
		expect(await nextAnswer()).to.include('nothing differs');
		expect(readdirSync(join(folder, 'runs')))
			.to.have.length(2)
			.and.include('latest');
		child.kill('SIGINT');
		const code = await new Promise((resolve) => child.once('exit', resolve));
		expect(code).to.equal(130);
	});
});

import { cpSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { execa } from 'execa';
import { makeSandbox, root } from '../cli/sandbox.ts';

/** As a user would: from the packed file, in an empty folder, without the network and without anything of ours around it. */
describe('the package', function () {
	this.timeout(600_000);
	let folder: string;
	let remove: () => void;
	let tarball: string;
	let packed: string[];
	const example = () => join(folder, 'example');

	/** Without what npm and mocha hand down to the programs that a test starts. */
	const inFolder = (cwd: string, env: Record<string, string> = {}) => ({
		...({ cwd, reject: false, all: true, extendEnv: false, stdin: 'ignore', timeout: 240_000 } as const),
		env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NO_COLOR: '1', ...env },
	});

	before(async () => {
		({ folder, remove } = makeSandbox());
		const pack = await execa('npm', ['pack', '--json', '--pack-destination', folder], inFolder(root));
		expect(pack.exitCode, pack.all).to.equal(0);
		const [file] = readdirSync(folder).filter((name) => name.endsWith('.tgz'));
		tarball = join(folder, file ?? '');
		packed = (await execa('tar', ['tzf', tarball])).stdout.split('\n').map((name) => name.replace(/^package\//, ''));

		cpSync(join(root, 'test/package/example'), example(), { recursive: true });
		const install = await execa(
			'npm',
			['install', '--offline', '--no-audit', '--no-fund', tarball],
			inFolder(example()),
		);
		expect(install.exitCode, install.all).to.equal(0);
		// What the user has beside it. Their own registry would bring these.
		for (const name of ['mocha', 'chai', '@types/chai', '@types/deep-eql', '@types/mocha', 'assertion-error']) {
			mkdirSync(join(example(), 'node_modules', name, '..'), { recursive: true });
			symlinkSync(join(root, 'node_modules', name), join(example(), 'node_modules', name));
		}
	});
	after(() => remove());

	it('holds what it needs and nothing else', () => {
		expect(packed).to.include.members([
			'dist/main.js',
			'dist/agent.cjs',
			'dist/testing/mocha.js',
			'dist/third-party-licences.txt',
			'types/testing/chai.d.ts',
			'schema/scenario.schema.json',
			'LICENSE',
			'README.md',
			'package.json',
		]);
		const rooms = new Set(packed.map((name) => name.split('/')[0]));
		expect([...rooms]).to.have.members([
			'LICENSE',
			'README.md',
			'clusters',
			'deploy',
			'dist',
			'package.json',
			'scenarios',
			'schema',
			'types',
		]);
		// Everything is bundled: whoever installs it gets one package.
		const installed = readdirSync(join(example(), 'node_modules')).filter((name) => !name.startsWith('.'));
		expect(installed).to.have.members(['@types', 'assertion-error', 'chai', 'gatecrash', 'mocha']);
	});

	it('has a package.json without a fault', async () => {
		const lint = await execa('npx', ['publint', '--strict', tarball], inFolder(root));
		expect(lint.exitCode, lint.all).to.equal(0);
	});

	it('runs the demo that is in it', async () => {
		const demo = 'node_modules/gatecrash/scenarios/network-policy';
		const run = await execa(
			'npx',
			['--offline', 'gatecrash', 'run', demo, '--tag', 'demo', '--quiet'],
			inFolder(example()),
		);
		expect(run.exitCode, run.all).to.equal(0);
		expect(run.stdout).to.include(' ENFORCED ');
	});

	it('makes mocha tests of scenario files, and gives chai its words', async () => {
		const run = await execa('node_modules/mocha/bin/mocha.js', ['tests/*.test.js'], inFolder(example()));
		expect(run.exitCode, run.all).to.equal(0);
		expect(run.stdout)
			.to.match(/only-the-frontend\n +✔ connect\/frontend→database:5432\/tcp\/ipv4/)
			.and.match(/✔ keeps strangers from the database/)
			.and.match(/ passing/)
			.and.not.match(/ failing/);
	});

	it('fails them where the engine leaks, with what was declared and what was observed', async () => {
		const run = await execa(
			'node_modules/mocha/bin/mocha.js',
			['tests/*.test.js'],
			inFolder(example(), { INJECT: 'ingress-unchecked' }),
		);
		expect(run.exitCode, run.all).to.be.greaterThan(0);
		expect(run.stdout)
			.to.match(/leak: stranger → database:5432\/tcp, ipv4/)
			.and.match(/- +"stranger → database:5432\/tcp, ipv4": "allowed"/)
			.and.match(/\+ +"stranger → database:5432\/tcp, ipv4": "blocked"/)
			.and.match(/at scenarios\/shop\.yaml:\d+:\d+/)
			.and.match(/expected stranger → database:5432 to be blocked/)
			.and.match(/repeat: npx gatecrash run scenarios\/shop\.yaml --grep '.*' --inject ingress-unchecked/);
	});

	it('has types that fit', async () => {
		writeFileSync(
			join(example(), 'tsconfig.json'),
			JSON.stringify({
				compilerOptions: { module: 'nodenext', target: 'es2022', strict: true, noEmit: true, types: ['mocha', 'chai'] },
				include: ['tests/types.ts'],
			}),
		);
		const tsc = join(root, 'node_modules/typescript/bin/tsc');
		const check = await execa(process.execPath, [tsc, '-p', '.'], inFolder(example()));
		expect(check.exitCode, check.all).to.equal(0);
	});

	it('tells all mistakes of a scenario file before any test', async () => {
		const bad = readFileSync(join(example(), 'scenarios/shop.yaml'), 'utf8').replaceAll('expect:', 'expects:');
		writeFileSync(join(example(), 'scenarios/bad.yaml'), bad);
		const run = await execa('node_modules/mocha/bin/mocha.js', ['tests/scenarios.test.js'], inFolder(example()));
		expect(run.exitCode).to.be.greaterThan(0);
		expect(run.all?.match(/unknown key "expects"/g)).to.have.length(2);
		expect(run.all).to.match(/scenarios\/bad\.yaml:\d+:\d+/);
	});
});

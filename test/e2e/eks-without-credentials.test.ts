import { mkdtempSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { expect } from 'chai';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const scenario = fileURLToPath(new URL('../../scenarios/network-policy/three-tier-shop.yaml', import.meta.url));

/** Loaded before gatecrash: writes down every connection and name that it asks for, and lets none through. */
const recorder = `
const { appendFileSync } = require('node:fs');
const { Socket } = require('node:net');
const dns = require('node:dns');
const note = (what) => appendFileSync(process.env.RECORD, what + '\\n');
Socket.prototype.connect = function (...args) {
	const [options] = Array.isArray(args[0]) ? args[0] : args;
	note('connect ' + JSON.stringify(options));
	this.destroy(new Error('no network in this test'));
	return this;
};
for (const name of ['lookup', 'resolve', 'resolve4', 'resolve6']) {
	dns[name] = (host, ...rest) => (note(name + ' ' + host), rest.at(-1)(new Error('no network in this test')));
}
process.on('exit', () => {
	const { user, system } = process.cpuUsage();
	appendFileSync(process.env.RECORD + '.time', String((user + system) / 1000));
});
`;

describe('EKS without AWS credentials', () => {
	let folder: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-no-aws-'));
		writeFileSync(join(folder, 'recorder.cjs'), recorder);
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** As on a machine where nobody has ever heard of AWS: not even of its metadata service. */
	async function gatecrash(...args: string[]) {
		const { exitCode, stderr, stdout } = await execa(process.execPath, [main, ...args], {
			...{ cwd: folder, reject: false, extendEnv: false },
			env: {
				...{ PATH: '/usr/bin:/bin', HOME: folder, NO_COLOR: '1', RECORD: join(folder, 'calls') },
				NODE_OPTIONS: `--require ${join(folder, 'recorder.cjs')}`,
			},
		});
		const calls = existsSync(join(folder, 'calls')) ? readFileSync(join(folder, 'calls'), 'utf8') : '';
		const took = Number(readFileSync(join(folder, 'calls.time'), 'utf8'));
		return { exitCode, stderr, stdout, calls, took };
	}

	for (const args of [
		['cluster', 'up', 'eks-vpc-cni'],
		['cluster', 'up', 'eks-istio', '--yes', '--region', 'eu-west-1'],
		['run', scenario, '--cluster', 'eks-vpc-cni', '--yes'],
		['run', scenario, '--cluster', 'eks-calico'],
		['clean', '--cloud', '--yes'],
	]) {
		it(`${args.filter((part) => part !== scenario).join(' ')}: one sentence, exit 3, and nobody is asked`, async () => {
			const { exitCode, stderr, stdout, calls, took } = await gatecrash(...args);
			expect(exitCode, stderr).to.equal(3);
			expect(stdout).to.equal('');
			const [error, hint, ...rest] = stderr.trim().split('\n');
			expect(error).to.match(
				/^error There are no AWS credentials, which (eks-\S+|clean --cloud) needs: nothing was asked of AWS, and nothing was made\.$/,
			);
			expect(hint).to.include('AWS_PROFILE');
			expect(rest).to.deep.equal([]);
			expect(calls).to.equal('');
			// Of a processor, in milliseconds: nobody was waited for, so on a quiet machine it is what the clock says.
			expect(took).to.be.lessThan(1000);
		});
	}

	it('notices calls at all', async () => {
		writeFileSync(join(folder, 'config'), '[profile p]\nsso_start_url = x\n');
		const began = await execa(
			process.execPath,
			['-e', "require('net').connect(80, '169.254.169.254').on('error', () => {})"],
			{
				env: { RECORD: join(folder, 'calls'), NODE_OPTIONS: `--require ${join(folder, 'recorder.cjs')}` },
			},
		);
		expect(began.exitCode).to.equal(0);
		expect(readFileSync(join(folder, 'calls'), 'utf8')).to.include('169.254.169.254');
	});

	it('plans for a cluster of EKS without any', async () => {
		const { exitCode, stdout, calls } = await gatecrash('plan', scenario, '--cluster', 'eks-vpc-cni');
		expect(exitCode).to.equal(0);
		expect(stdout).to.include('eks-vpc-cni');
		expect(calls).to.equal('');
	});
});

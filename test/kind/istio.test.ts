import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { parse, stringify } from 'yaml';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { gatecrash, runsFolder, start, workFolder } from './support/gatecrash.ts';

const scenario = (name: string): string => `scenarios/istio/${name}.yaml`;

async function run(...files: string[]) {
	const where = ['--cluster', 'kind-calico-istio', '--out', runsFolder, '--reporter', 'json=-'];
	const { exitCode, stdout, stderr } = await start(['run', ...files, ...where]);
	const verdicts = JSON.parse(stdout) as RunVerdicts;
	const cells = verdicts.scenarios.flatMap((one) => one.cells);
	return {
		exitCode,
		stderr,
		verdicts,
		cells,
		ids: (verdict: string) => cells.filter((cell) => cell.verdict === verdict),
	};
}

describe('Istio on kind', function () {
	this.timeout(900_000);
	before(async () => {
		const { exitCode, stderr } = await gatecrash('cluster', 'up', 'kind-calico-istio');
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
	});
	after(() => gatecrash('cluster', 'down', 'kind-calico-istio'));

	it('is judged as the embedded mesh: plaintext, identities, certificates, declared holes', async () => {
		const names = ['permissive-accepts-both', 'strict-namespace', 'wrong-authority', 'excluded-inbound-port'];
		const { exitCode, stderr, verdicts, cells, ids } = await run(...names.map(scenario));
		const wrong = cells
			.filter(({ verdict }) => ['leak', 'broken', 'inconclusive', 'skipped'].includes(verdict))
			.map(({ id, verdict, reasons }) => ({ id, verdict, reasons }));
		expect(wrong, stderr.slice(-2000)).to.deep.equal([]);
		expect(exitCode).to.equal(0);
		expect(verdicts.cluster?.network?.mesh.join()).to.match(/^istio 1\./);
		for (const kind of ['plaintext', 'mtls', 'tls'] as const) {
			expect(
				ids('enforced').filter((cell) => cell.kind === kind),
				kind,
			).to.not.be.empty;
		}
		expect(
			ids('unprotected')
				.map(({ id }) => id)
				.join(),
		).to.include('app-one:9090');
	});

	it('shows on the wire what could be read there, and leaves no capture in the node', async () => {
		const names = ['nothing-readable-on-the-wire', 'client-tls-disabled-permissive'];
		const { exitCode, stderr, cells, verdicts } = await run(...names.map(scenario));
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
		const wire = (scenarioName: string, kind: string, expectation = 'allowed') =>
			cells
				.filter((cell) => cell.scenario === scenarioName && cell.kind === kind && cell.expectation === expectation)
				.map((cell) => cell.wire?.state);
		const [strict = '', disabled = ''] = names;
		expect(wire(strict, 'mtls')).to.deep.equal(['absent', 'absent']);
		expect(wire(strict, 'plaintext')).to.deep.equal(['readable', 'readable']);
		expect(wire(disabled, 'mtls', 'unprotected')).to.deep.equal(['readable']);
		expect(verdicts.cluster?.wireCapture).to.equal(true);
		const left = execFileSync('docker', ['exec', node, 'sh', '-c', 'pgrep -c perl || true'], { encoding: 'utf8' });
		expect(left.trim()).to.equal('0');
	});

	it('is captured by a pod where the cluster is somebody else’s and that is permitted, with the rights that rbac prints', async () => {
		const file = join(workFolder, 'staging.yaml');
		const spec = '{driver: existing, provides: [istio]}';
		writeFileSync(
			file,
			`apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: staging}\nspec: ${spec}\n`,
		);
		const wire = scenario('nothing-readable-on-the-wire');
		const { kubeconfig, remove } = await limited(wire, '--wire-capture');
		const runOn = async (path: string, ...flags: string[]) => {
			const where = ['--cluster', file, '--kubeconfig', kubeconfig, '--out', runsFolder, '--reporter', 'json=-'];
			const { exitCode, stdout, stderr } = await start(['run', path, ...where, ...flags]);
			return { exitCode, stderr, verdicts: JSON.parse(stdout) as RunVerdicts };
		};
		try {
			const { exitCode, stderr, verdicts } = await runOn(wire, '--wire-capture');
			const cells = verdicts.scenarios.flatMap((one) => one.cells);
			expect(exitCode, stderr.slice(-2000)).to.equal(0);
			const states = (kind: string) => cells.filter((cell) => cell.kind === kind).map((cell) => cell.wire?.state);
			expect(states('mtls')).to.deep.equal(['absent', 'absent']);
			expect(states('plaintext')).to.include('readable');
			expect(verdicts.cluster?.notes.join()).to.include('CAP_NET_RAW');
			// Without perl nobody looks: nothing of it is enforced, nor is it a leak.
			const blind = await runOn(wire, '--wire-capture', '--wire-capture-image', 'registry.k8s.io/pause:3.10.2');
			const mtls = blind.verdicts.scenarios.flatMap((one) => one.cells).filter(({ kind }) => kind === 'mtls');
			expect(mtls.map(({ verdict }) => verdict)).to.deep.equal(['inconclusive', 'inconclusive']);
			expect(mtls.flatMap(({ reasons }) => reasons.map(({ text }) => text)).join()).to.include('"perl"');
			const without = await runOn(scenario('permissive-accepts-both'));
			expect(without.exitCode, without.stderr.slice(-2000)).to.equal(0);
			expect(without.verdicts.cluster?.wireCapture).to.equal(undefined);
		} finally {
			await remove();
		}
		expect(await kubectl(['get', 'namespaces', '--output', 'name'])).to.not.match(/\/(gc|gatecrash)-/);
	});

	it('has a leak where a hole is not declared', async () => {
		const file = join(workFolder, 'undeclared.yaml');
		const text = readFileSync(scenario('excluded-inbound-port'), 'utf8');
		writeFileSync(file, text.replace('expect: unprotected', 'expect: blocked'));
		const { exitCode, ids } = await run(file);
		expect(exitCode).to.equal(1);
		expect(
			ids('leak')
				.map(({ id }) => id)
				.join(),
		).to.include('app-one:9090');
		expect(ids('leak').every(({ evidence }) => evidence.length > 0)).to.equal(true);
	});

	it('istiod at zero: plaintext stays blocked and mutual TLS goes on, and what is changed then waits for it', async () => {
		const names = ['control-plane-stopped', 'changed-without-control-plane'];
		const { exitCode, stderr, verdicts, cells } = await run(...names.map(scenario));
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
		for (const { faults } of verdicts.scenarios) {
			expect(faults[0]?.injection?.effects.join()).to.include('1 became 0');
			expect(faults[0]?.healing?.effects.join()).to.include('1 ready again');
		}
		const meanwhile = cells.filter(({ kind, phase }) => kind === 'plaintext' && phase === 'changed-meanwhile');
		expect(meanwhile.map(({ observed }) => observed.state)).to.deep.equal(['closed']);
		expect(await replicas()).to.equal('1');
	});

	it('STRICT, PERMISSIVE, STRICT: a plaintext connection that is held is cut after a while, and the report says when', async () => {
		const { exitCode, stderr, verdicts } = await run(
			...['held-plaintext', 'held-plaintext-flipped-back'].map(scenario),
		);
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
		for (const { holds, flips } of verdicts.scenarios) {
			const [hold] = holds;
			expect(hold).to.deep.include({ name: 'long-lived', state: 'ended', outcome: 'closed' });
			const cutAfter = hold?.since.find(({ change }) => change === 'apply strict')?.after;
			// Istio drains for a while; the embedded mesh does not.
			expect(cutAfter).to.be.within(1000, 60_000);
			expect(flips[0]?.closed?.within).to.be.below(15_000);
		}
		// Over TCP nothing ends it before the drain time of Istio's sidecars, 45 s.
		const tcp = verdicts.scenarios.flatMap(({ holds }) => holds).find(({ name }) => name === 'long-lived-tcp');
		expect(tcp?.since.find(({ change }) => change === 'apply strict')?.after).to.be.within(40_000, 60_000);
	});

	it('certificates and the root are replaced under the traffic, and the harness’s own authority goes along', async () => {
		const names = ['leaf-certificates-rotated', 'root-certificate-rotated'];
		const { exitCode, stderr, verdicts, cells } = await run(...names.map(scenario));
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
		for (const { faults } of verdicts.scenarios) expect(faults[0]?.injection?.effects.length).to.equal(2);
		const shown = cells.filter(({ scenario: of, observed }) => of === 'root-certificate-rotated' && observed.presented);
		const issuers = new Set(shown.flatMap(({ observed }) => observed.presented?.map(({ issuer }) => issuer) ?? []));
		expect(issuers.size).to.equal(2);
		// Another run on the same cluster has to sign with the new root.
		const after = await run(scenario('wrong-authority'));
		expect(after.exitCode, after.stderr.slice(-2000)).to.equal(0);
	});
});

const node = 'gatecrash-kind-calico-istio-control-plane';
const ownKubeconfig = fileURLToPath(
	new URL('../../.gatecrash/clusters/gatecrash-kind-calico-istio/kubeconfig', import.meta.url),
);

async function kubectl(args: readonly string[], input = ''): Promise<string> {
	const admin = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
	return (await execa('docker', ['exec', '--interactive', node, ...admin, ...args], { input })).stdout;
}

/** A kubeconfig with the rights that `gatecrash rbac` prints for this, and no others. */
async function limited(...args: string[]): Promise<{ kubeconfig: string; remove: () => Promise<unknown> }> {
	const account = 'wire-test';
	const subject = `serviceaccount/default/${account}`;
	const { stdout, stderr, exitCode } = await gatecrash('rbac', ...args, '--name', account, '--subject', subject);
	expect(exitCode, stderr).to.equal(0);
	await kubectl(['create', 'serviceaccount', account, '--namespace', 'default']);
	await kubectl(['apply', '--filename', '-'], stdout);
	const token = (await kubectl(['create', 'token', account, '--namespace', 'default', '--duration=1h'])).trim();
	const config = parse(readFileSync(ownKubeconfig, 'utf8')) as { users: { user: object }[] };
	for (const entry of config.users) entry.user = { token };
	const kubeconfig = join(workFolder, 'limited.kubeconfig');
	writeFileSync(kubeconfig, stringify(config));
	const remove = async () => {
		await kubectl(['delete', 'serviceaccount', account, '--namespace', 'default']);
		await kubectl(['delete', '--filename', '-'], stdout);
	};
	return { kubeconfig, remove };
}

/** Of istiod, as they are wanted. */
function replicas(): Promise<string> {
	return kubectl([
		'get',
		'deployment',
		'istiod',
		'--namespace',
		'istio-system',
		'--output',
		'jsonpath={.spec.replicas}',
	]);
}

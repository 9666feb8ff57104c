import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { refuseKindnet, whyNoKindnet } from '../../src/cluster/kind/kindnet.ts';
import { readDefinition } from '../../src/cluster/read-definition.ts';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { twoClients } from '../e2e/support/two-pods.ts';
import { gatecrash, start } from './support/gatecrash.ts';
import { offlineEnvironment } from './support/offline.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a run of the kind driver could leave on this machine. */
async function machine(): Promise<string[]> {
	const containers = await execa('docker', ['ps', '--all', '--format', '{{.Names}}']);
	const records = join(root, '.gatecrash/clusters');
	const all = [...containers.stdout.split('\n'), ...(existsSync(records) ? readdirSync(records) : [])];
	return all.filter((name) => name.startsWith('gatecrash-')).sort();
}

describe('the kind driver', function () {
	this.timeout(300_000);
	let folder: string;
	let out: string;
	let file: string;
	let before: string[];
	beforeEach(async () => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-driver-'));
		out = join(folder, 'runs');
		file = join(folder, 'scenario.yaml');
		writeFileSync(file, twoClients().replace('  ipFamilies: [ipv4]\n', ''));
		before = await machine();
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	/** A definition that nobody has a kept cluster of. */
	function definition(spec: string): string {
		const path = join(folder, 'definition.yaml');
		const head = 'apiVersion: gatecrash.dev/v1alpha1\nkind: Cluster\nmetadata: {name: driver-test}\n';
		const config =
			"{networking: {disableDefaultCNI: true}, kubeadmConfigPatches: ['{kind: KubeletConfiguration, failCgroupV1: false}']}";
		writeFileSync(path, `${head}spec: {driver: kind, ipFamily: ipv4, config: ${config}, ${spec}}\n`);
		return path;
	}

	it('makes a dual-stack cluster from nothing, attempts in both families, and takes it away', async () => {
		const { exitCode, stdout, stderr } = await start([
			...['run', file, '--cluster', 'kind-calico-dual-stack', '--out', out, '--json'],
		]);
		const verdicts = JSON.parse(stdout) as RunVerdicts;
		const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
		expect(
			cells.map(({ verdict }) => verdict),
			stderr,
		).to.deep.equal(cells.map(() => 'enforced'));
		expect(new Set(cells.map(({ family }) => family))).to.deep.equal(new Set(['ipv4', 'ipv6']));
		expect(exitCode).to.equal(0);
		const phases = verdicts.cluster?.phases ?? [];
		expect(phases.map(({ phase }) => phase)).to.include.members(['creating nodes', 'waiting for nodes and add-ons']);
		expect(phases.every(({ duration }) => duration < 120_000)).to.equal(true);
		expect(await machine()).to.deep.equal(before);
	});

	it('undoes a cluster that is interrupted while it is made', async () => {
		const run = start(['run', file, '--cluster', definition('agentImage: x'), '--out', out]);
		run.stderr.on('data', (text: Buffer) => {
			if (text.includes('starting control-plane')) run.kill('SIGINT');
		});
		const { exitCode, stderr } = await run;
		expect(exitCode, stderr).to.equal(130);
		expect(await machine()).to.deep.equal(before);
	});

	it('is killed together with kind, and clean removes what there was by then', async () => {
		const run = start(['run', file, '--cluster', definition('agentImage: x'), '--out', out]);
		run.stderr.on('data', (text: Buffer) => {
			if (text.includes('starting control-plane')) run.kill('SIGKILL');
		});
		await run;
		const [id = ''] = readdirSync(out).filter((name) => name !== 'latest');
		const processes = await execa('ps', ['-eo', 'args']);
		expect(processes.stdout).not.to.include(`kind create cluster --name gatecrash-${id}`);
		expect(await machine()).to.include(`gatecrash-${id}-control-plane`);
		const list = await gatecrash('cluster', 'list');
		expect(list.stdout).to.match(new RegExp(`gatecrash-${id} +incomplete, 1 node; of run ${id}`));
		const cleaned = await gatecrash('clean', '--run', id, '--out', out, '--yes');
		expect(cleaned.exitCode, cleaned.stderr).to.equal(0);
		expect(await machine()).to.deep.equal(before);
	});

	it('keeps the logs of what failed, and says what is missing', async () => {
		const mirror = join(folder, 'mirror');
		const manifest = 'apiVersion: v1\nkind: Namespace\nmetadata: {name: engine}\n';
		mkdirSync(mirror);
		writeFileSync(join(mirror, 'engine.yaml'), manifest);
		const sha256 = createHash('sha256').update(manifest).digest('hex');
		const ready = 'ready: [{daemonSet: engine/engine}], readyWithin: 2';
		const addOns = `addOns: [{name: engine, url: 'https://example.invalid/engine.yaml', sha256: '${sha256}', ${ready}}]`;
		const { exitCode, stderr } = await start([
			...['run', file, '--cluster', definition(addOns), '--mirror', mirror, '--out', out],
		]);
		expect(stderr).to.match(/waited 2 s for DaemonSets: there is no engine\/engine/);
		expect(exitCode).to.equal(3);
		const [id = ''] = readdirSync(out).filter((name) => name !== 'latest');
		const logs = join(out, id, 'logs', `gatecrash-${id}`);
		expect(existsSync(join(logs, `gatecrash-${id}-control-plane`, 'kubelet.log')), stderr).to.equal(true);
		expect(await machine()).to.deep.equal(before);
	});

	it('makes nothing where a manifest is missing', async () => {
		const { exitCode, stderr } = await start([
			'run',
			file,
			'--cluster',
			'kind-calico-two-nodes',
			'--mirror',
			folder,
			'--out',
			out,
		]);
		expect(stderr).to.match(/no file with the checksum of add-on calico/);
		expect(exitCode).to.equal(3);
		expect(stderr).not.to.include('preparing nodes');
		expect(await machine()).to.deep.equal(before);
	});

	it('has a kept cluster that is there, is listed, and is not made twice', async () => {
		const again = await gatecrash('cluster', 'up', 'kind-calico');
		expect(again.exitCode).to.equal(0);
		expect(again.stdout).to.match(/gatecrash-kind-calico is up already/);
		const { clusters } = JSON.parse((await gatecrash('cluster', 'list', '--json')).stdout);
		const kept = clusters.find(({ name }: { name: string }) => name === 'gatecrash-kind-calico');
		expect(kept).to.deep.include({ cluster: 'kind-calico', state: 'up', nodes: 1 });
		const wrong = await gatecrash('cluster', 'down', 'dev');
		expect(wrong.exitCode).to.equal(64);
		expect((await execa('docker', ['ps', '--format', '{{.Names}}'])).stdout).to.include(
			'gatecrash-kind-calico-control-plane',
		);
	});

	it('runs kindnet, or says why it can not', async function () {
		const image = offlineEnvironment().GATECRASH_NODE_IMAGE ?? '';
		const reason = await whyNoKindnet(image);
		const { definition: kindnet } = await readDefinition('kind-kindnet');
		if (reason !== undefined) {
			const refused = await refuseKindnet(kindnet, image, new AbortController().signal).catch(
				(error: unknown) => error,
			);
			expect(String(refused)).to.include(reason);
			const { exitCode, stderr } = await start(['run', file, '--cluster', 'kind-kindnet', '--out', out]);
			expect(exitCode).to.equal(3);
			expect(stderr).to.include(reason);
			expect(await machine()).to.deep.equal(before);
			if (this.test) this.test.title += `: ${reason}`;
			this.skip();
		}
		const { exitCode, stderr } = await start(['run', file, '--cluster', 'kind-kindnet', '--out', out]);
		expect(exitCode, stderr).to.equal(0);
	});
});

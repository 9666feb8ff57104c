import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { kubectl, node, onNode } from './support/cluster.ts';
import { endDuring, endInFirstRound, instants } from './support/end-during.ts';
import { gatecrash } from './support/gatecrash.ts';
import { testCluster } from './support/which-cluster.ts';

/** What must hold again, by the cluster's own word. */
async function expectHealed(): Promise<void> {
	const state = await execa('docker', ['inspect', '--format', '{{.State.Status}}', node]);
	expect(state.stdout).to.equal('running');
	expect(await onNode('systemctl', 'is-active', 'kubelet')).to.equal('active');
	expect(await kubectl('get', '--raw', '/readyz')).to.equal('ok');
	const system = (kind: string, path: string) =>
		kubectl('get', kind, '--namespace=kube-system', `--output=jsonpath={${path}}`);
	expect(await system('daemonset/calico-node', '.spec.template.spec.nodeSelector')).to.equal(
		'{"kubernetes.io/os":"linux"}',
	);
	expect(await system('daemonset/calico-node', '.status.numberReady')).to.equal('1');
	expect(await system('deployment/coredns', '.spec.replicas')).to.equal('2');
	await kubectl('rollout', 'status', 'deployment/coredns', '--namespace=kube-system', '--timeout=60s');
	const namespaces = await kubectl('get', 'namespaces', '--output=name');
	if (namespaces.includes('chaos-test')) await kubectl('wait', '--for=delete', 'namespace/chaos-test', '--timeout=60s');
}

describe('a run that is killed while a fault is in force on a real cluster', function () {
	this.timeout(400_000);
	this.retries(0);
	let out: string;
	beforeEach(async () => {
		out = await mkdtemp(join(tmpdir(), 'gatecrash-chaos-'));
	});
	afterEach(() => rm(out, { recursive: true, force: true }));

	const ended = (fault: string, after: number, how: 'SIGKILL' | 'SIGINT') =>
		endDuring({ fault, after, how, cluster: testCluster, out });

	for (const fault of [
		'restart-enforcer',
		'kill-enforcer',
		'restart-dns',
		'restart-kubelet',
		'restart-api-server',
		'restart-node',
	]) {
		for (const after of instants) {
			it(`${fault}, ${after} ms after it was written down: clean heals everything`, async () => {
				await ended(fault, after, 'SIGKILL');
				const cleaned = await gatecrash('clean', '--yes', '--out', out);
				expect(cleaned.exitCode, `${cleaned.stdout}\n${cleaned.stderr}`).to.equal(0);
				expect(cleaned.stdout).not.to.include('deleted fault');
				await expectHealed();
				const again = await gatecrash('clean', '--yes', '--out', out);
				expect(again.stdout).to.equal('nothing to delete');
				expect(again.exitCode).to.equal(0);
			});
		}
	}

	// Faults that are made of changes: what is there belongs to the run, and goes with it.
	for (const scenario of [
		'policy-flipped',
		'policies-churned',
		'pod-relabelled-under-attempts',
		'namespace-relabelled-under-attempts',
		'client-recreated',
		'server-recreated',
		'policy-after-pod',
		'address-used-again',
		'held-connection-through-flip',
	]) {
		it(`${scenario}, in its first round: clean takes everything away`, async () => {
			const before = await kubectl('get', 'namespaces', '--output=name');
			await endInFirstRound(scenario, { cluster: testCluster, out });
			const cleaned = await gatecrash('clean', '--yes', '--out', out);
			expect(cleaned.exitCode, `${cleaned.stdout}\n${cleaned.stderr}`).to.equal(0);
			expect(cleaned.stdout).to.include('deleted Namespace ');
			for (let waited = 0; (await kubectl('get', 'namespaces', '--output=name')) !== before; waited += 500) {
				if (waited > 60_000) expect(await kubectl('get', 'namespaces', '--output=name')).to.equal(before);
				await sleep(500);
			}
			const again = await gatecrash('clean', '--yes', '--out', out);
			expect(again.stdout).to.equal('nothing to delete');
		});
	}

	for (const fault of ['kill-enforcer', 'restart-api-server', 'restart-node']) {
		it(`${fault}: after Ctrl-C the run heals it by itself`, async () => {
			expect(await ended(fault, 500, 'SIGINT')).to.equal(130);
			await expectHealed();
			const cleaned = await gatecrash('clean', '--yes', '--out', out);
			expect(cleaned.stdout).to.equal('nothing to delete');
		});
	}
});

import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { dnsScenario, outside } from '../e2e/support/dns-scenario.ts';
import { admin, adminKubeconfig, expectUnchanged, objectsAtRest } from './support/admin.ts';
import { onNode } from './support/cluster.ts';
import { gatecrash, run, start } from './support/gatecrash.ts';
import { watchWayOut } from './support/way-out.ts';

const large = outside.replace('size: 400', 'size: 1500');
const codes = ({ reasons }: CellVerdict) => reasons.map(({ code }) => code);

/** Under a rule that names UDP alone. */
const scenario = dnsScenario({
	egress: '[{ports: [{protocol: UDP, port: 53}]}]',
	pods: `    app: {namespace: shop, labels: {app: app}, listen: [80/tcp]}
    on-node: {namespace: shop, labels: {app: on-node}, hostNetwork: true}`,
	attempts: `
    - {name: small, kind: dns, from: client, via: cluster, ${outside}, expect: unprotected, reason: recursion}
    - {name: over-tcp, kind: dns, from: client, via: cluster, over: tcp, ${outside}, expect: blocked}
    - {name: large-relayed, kind: dns, from: client, via: cluster, ${large}, expect: allowed}
    - {name: large-direct, kind: dns, from: client, via: external/outside, ${large}, expect: allowed}
    - {name: large-free, kind: dns, from: free, via: cluster/pod, ${large}, expect: allowed}
    - {name: name, kind: dns, from: client, via: cluster, query: {name: app.shop.svc.cluster.local}, expect: allowed}
    - {name: on-node, kind: dns, from: on-node, via: external/outside, over: [udp, tcp], ${outside}, expect: observe}
    - {name: on-node-relayed, kind: dns, from: on-node, via: cluster, over: [udp, tcp], ${outside}, expect: observe}
    - {name: metadata, kind: dns, from: [client, free], via: metadata/dns, over: tcp, query: {name: "$(token).example", type: TXT}, expect: predicted}
    - {name: instance, from: client, to: metadata, expect: blocked}`,
}).replace(
	'  external:',
	'  services: {app: {namespace: shop, selector: {app: app}, ports: [{port: 80}]}}\n  external:',
);

describe('the cluster’s own DNS on kind-calico', function () {
	this.timeout(300_000);
	let folder: string;
	let file: string;
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-dns-'));
		file = join(folder, 'dns.yaml');
		writeFileSync(file, scenario);
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));

	const configuration = () => admin(['get', 'configmap', 'coredns', '--namespace', 'kube-system', '--output', 'json']);
	const forward = async () => /forward .*/.exec(await configuration())?.[0] ?? '';

	it('recursion through the real CoreDNS, truncation, names, the node’s network; and no packet gets out', async function () {
		if (process.getuid?.() !== 0) this.skip();
		const before = await objectsAtRest();
		const { data } = JSON.parse(await configuration()) as { data: unknown };
		const way = await watchWayOut();
		try {
			await way.quiet();
			// What is counted really is, and stays here: addresses for documentation (RFC 5737).
			const [packets, queries] = [await way.packets(), await way.queries()];
			await onNode('bash', '-c', 'echo > /dev/udp/198.51.100.1/53');
			expect(await way.packets()).to.equal(packets + 1);
			let after = [Number.NaN];
			const { cell, stderr } = await run([file], {
				// Before CoreDNS is as before, and at its start asks whom it asked before.
				phase: 'completed',
				act: async () => {
					after = await Promise.all([way.packets(), way.queries()]);
				},
			});
			expect(after, stderr).to.deep.equal([packets + 1, queries]);

			const small = cell('/small/');
			expect(small.verdict, JSON.stringify(small.reasons)).to.equal('unprotected');
			expect(small.findings.map(({ code }) => code)).to.include('dns-recursion');
			const answers = { reach: 'yes', resolve: 'yes', carry: { out: 'yes', in: 'yes' } };
			expect(small.observed.dns).to.deep.include({ ...answers, broughtBy: ['kube-system/cluster-dns'] });
			expect(cell('/over-tcp/')).to.include({ verdict: 'enforced', proof: 'bracketed' });

			for (const name of ['/large-relayed/', '/large-direct/']) {
				expect(cell(name), JSON.stringify(cell(name).reasons)).to.include({ verdict: 'broken', diagnosis: 'policy' });
				expect(codes(cell(name))).to.include('dns-truncated');
				expect(cell(name).reasons[0]?.text).to.include('an answer of 1500 bytes, over TCP: timed-out');
			}
			expect(cell('/large-free/').verdict).to.equal('enforced');
			expect(cell('/name/').verdict).to.equal('enforced');
			for (const part of [
				'/on-node/on-node→external/outside:53/dns-udp',
				'/on-node/on-node→external/outside:53/dns-tcp',
			]) {
				expect(codes(cell(part))).to.deep.equal(['observed-open']);
				expect(cell(part).observed.dns).to.deep.include({ ...answers, broughtBy: ['on-node'] });
			}
			expect(cell('/on-node-relayed/').observed.dns?.broughtBy).to.deep.equal(['kube-system/cluster-dns']);

			expect(cell('/metadata/client').verdict).to.equal('enforced');
			expect(cell('/metadata/free').verdict).to.equal('enforced');
			expect(cell('/instance/').verdict).to.equal('enforced');
		} finally {
			await way.close();
		}
		expect((JSON.parse(await configuration()) as { data: unknown }).data).to.deep.equal(data);
		const ownPods = /^(Pod|EndpointSlice|PodMetrics) kube-system (coredns|kube-dns)-/;
		const others = (all: string[]) => all.filter((line) => !ownPods.test(line));
		await expectUnchanged(others(before), async () => others(await objectsAtRest()), 'after the run');
	});

	it('is put back after a kill, by the ledger alone and by its label alone, and nobody else’s change is touched', async () => {
		const out = join(folder, 'runs');
		const original = await forward();
		expect(original).to.include('/etc/resolv.conf');
		for (const byLabel of [false, true]) {
			const killed = start(['run', file, '--cluster', 'kind-calico', '--out', out, '--quiet']);
			while (killed.exitCode === null && (await forward()) === original) await sleep(50);
			killed.kill('SIGKILL');
			await killed;
			expect(await forward()).not.to.equal(original);
			const [id = ''] = readdirSync(out).filter((name) => /^\d{8}-/.test(name));
			if (byLabel) rmSync(out, { recursive: true });
			const where = byLabel ? ['--kubeconfig', adminKubeconfig] : ['--out', out];
			const { exitCode, stdout, stderr } = await gatecrash('clean', '--run', id, ...where, '--yes');
			expect(exitCode, stdout + stderr).to.equal(0);
			expect(stdout).to.include('ConfigMap kube-system/coredns changed');
			expect(await forward()).to.equal(original);
			if (existsSync(out)) rmSync(out, { recursive: true });
		}
		expect(await configuration()).not.to.include('gatecrash.dev');
		// Another run's, by its label: not ours to put back.
		const label = ['label', 'configmap', 'coredns', '--namespace', 'kube-system'];
		await admin([...label, 'gatecrash.dev/changed-by=20260101-000000-00aabb']);
		const { exitCode } = await gatecrash('clean', '--kubeconfig', adminKubeconfig, '--out', out, '--yes');
		expect(exitCode).to.equal(0);
		expect(await configuration()).to.include('20260101-000000-00aabb');
		await admin([...label, 'gatecrash.dev/changed-by-']);
	});
});

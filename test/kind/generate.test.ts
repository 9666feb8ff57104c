import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { admin, adminKubeconfig, apply } from './support/admin.ts';
import { gatecrash } from './support/gatecrash.ts';

const place = 'generate-test';
const ours = 'generate-test-ours';
const labels = { 'app.kubernetes.io/managed-by': 'gatecrash' };

const web = {
	apiVersion: 'networking.k8s.io/v1',
	kind: 'NetworkPolicy',
	metadata: { name: 'web', namespace: place },
	spec: {
		podSelector: { matchLabels: { app: 'web' } },
		ingress: [{ from: [{ podSelector: { matchLabels: { app: 'front' } } }], ports: [{ port: 80 }] }],
	},
};

describe('generate --from-cluster', function () {
	this.timeout(120_000);
	let folder: string;
	before(async () => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-generate-'));
		const namespaces = [{ name: place }, { name: ours, labels }].map((metadata) => ({
			...{ apiVersion: 'v1', kind: 'Namespace', metadata },
		}));
		await apply(...namespaces, web, { ...web, metadata: { name: 'probe', namespace: ours, labels } });
	});
	after(async () => {
		await admin(['delete', 'namespace', place, ours, '--ignore-not-found', '--wait=false']);
		rmSync(folder, { recursive: true });
	});

	it('writes a scenario of what stands there, without what a run of ours has there, that notices every mutant', async () => {
		const output = join(folder, 'generated.yaml');
		const from = ['--from-cluster', '--kubeconfig', adminKubeconfig, '--output', output];
		const generated = await gatecrash('generate', ...from);
		expect(generated.exitCode, generated.stderr).to.equal(0);
		expect(generated.stderr).to.match(/1 policy, \d+ attempts: (\d+) of \1 mutants noticed/);
		const mutated = await gatecrash('mutate', output);
		expect(mutated.exitCode, mutated.stdout).to.equal(0);
		const { stdout } = await gatecrash('list', output);
		expect(stdout).to.include('generated');
		const { stdout: plan } = await gatecrash('plan', output);
		expect(plan).to.include(place).and.not.include(ours);
	});
});

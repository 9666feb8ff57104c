import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { execa } from 'execa';
import { parseAllDocuments } from 'yaml';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { admin, adminKubeconfig, apply, nodeName } from './support/admin.ts';
import { gatecrash, start } from './support/gatecrash.ts';
import { offlineEnvironment } from './support/offline.ts';
import { loadRunnerImage, runnerImage } from './support/runner-image.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const names = [
	'allow-from-namespace',
	'deny-all-ingress',
	'end-port',
	'match-expressions',
	'node-to-pod',
	'pod-relabelled',
];
const scenarios = names.map((name) => join(root, 'scenarios/network-policy', `${name}.yaml`));
const place = 'gatecrash';
/** On the node; what stands in for a volume that a cluster would bring. */
const volume = '/var/lib/gatecrash-test-reports';

type Manifest = Record<string, unknown> & { kind: string; spec: Record<string, unknown> };

/** The manifests as they ship, with what a user has to put in. */
function manifests(file: string): Manifest[] {
	const text = readFileSync(join(root, 'deploy', file), 'utf8').replace(/image: .*/, `image: ${runnerImage}`);
	return parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}

const persistentVolume = {
	apiVersion: 'v1',
	kind: 'PersistentVolume',
	metadata: { name: 'gatecrash-test-reports' },
	spec: {
		capacity: { storage: '10Gi' },
		accessModes: ['ReadWriteMany'],
		hostPath: { path: volume },
		storageClassName: '',
		claimRef: { namespace: place, name: 'gatecrash-reports' },
		persistentVolumeReclaimPolicy: 'Delete',
	},
};

describe('the nightly CronJob', function () {
	this.timeout(400_000);
	let folder: string;
	before(async () => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-job-'));
		await loadRunnerImage(nodeName());
		await execa('docker', ['exec', nodeName(), 'install', '-d', '-m', '0777', volume]);
		const base = manifests('base.yaml');
		const claim = base.find(({ kind }) => kind === 'PersistentVolumeClaim');
		if (claim) claim.spec = { ...claim.spec, storageClassName: '' };
		await apply(...base, persistentVolume);
		const { stdout, exitCode } = await gatecrash(
			'rbac',
			...scenarios,
			'--subject',
			`serviceaccount/${place}/gatecrash`,
		);
		expect(exitCode).to.equal(0);
		await apply(...parseAllDocuments(stdout).map((document) => document.toJS() as object));
		const policies = ['default-deny-ingress', 'allow-ingress-app-one'].map((name) =>
			join(root, 'scenarios/network-policy/policies', `${name}.yaml`),
		);
		await apply(configMap('gatecrash-scenarios', scenarios), configMap('gatecrash-policies', policies));
	});
	after(async () => {
		if (process.env.GATECRASH_KEEP_JOB !== undefined) return;
		await admin(['delete', 'namespace', place, '--ignore-not-found']);
		await admin(['delete', 'persistentvolume', 'gatecrash-test-reports', '--ignore-not-found']);
		await execa('docker', ['exec', nodeName(), 'rm', '-rf', volume]);
		const roles = ['clusterrole', 'clusterrolebinding'].map((kind) => `${kind}/gatecrash`);
		await admin(['delete', '--ignore-not-found', ...roles, ...roles.map((role) => `${role}-facts`)]);
		rmSync(folder, { recursive: true, force: true });
	});

	it('runs four shards with in-cluster credentials under `restricted`, and the last merges them to what one run says', async () => {
		const [cronJob] = manifests('nightly-cron-job.yaml');
		if (!cronJob) throw new Error('there is no CronJob');
		setAgentImage(cronJob);
		await apply(cronJob);
		await admin(['create', 'job', 'gatecrash-now', '--namespace', place, '--from', 'cronjob/gatecrash-nightly']);
		const logs = await ended('gatecrash-now');
		await execa('docker', ['cp', `${nodeName()}:${volume}/.`, folder]);

		const parts = readdirSync(join(folder, 'parts/gatecrash-now')).filter((name) => /^\d+$/.test(name));
		expect(parts, logs).to.have.length(4);
		const [run = '', ...more] = readdirSync(join(folder, 'runs')).filter((name) => name !== 'latest');
		expect(more, 'merged once').to.deep.equal([]);
		const merged = JSON.parse(readFileSync(join(folder, 'runs', run, 'verdicts.json'), 'utf8')) as RunVerdicts;
		expect(merged.shards).to.have.length(4);
		expect(readdirSync(join(folder, 'runs', run))).to.include.members(['report.html', 'junit.xml', 'history.jsonl']);
		expect(readdirSync(folder)).to.include('trend.html');

		const one = await fromOutside(folder);
		expect(verdictsOf(merged)).to.deep.equal(verdictsOf(one));
		expect(merged.counts.enforced).to.be.greaterThan(40);
		const judged = await gatecrash('judge', join(folder, 'runs', run), '--json');
		expect(JSON.parse(judged.stdout)).to.deep.equal(merged);
	});

	it('leaves nothing of its runs in the cluster', async () => {
		const namespaces = await admin(['get', 'namespaces', '--selector', 'gatecrash.dev/run', '--output', 'name']);
		expect(namespaces.trim()).to.equal('');
	});
});

/** One run of all scenarios from this machine. Where the machine was too busy for an answer, it is asked again, twice. */
async function fromOutside(folder: string): Promise<RunVerdicts> {
	const where = ['--cluster', 'existing', '--kubeconfig', adminKubeconfig, '--out', join(folder, 'one')];
	for (let left = 2; ; left -= 1) {
		const { stdout } = await start(['run', ...scenarios, ...where, '--json', '--quiet']);
		const verdicts = JSON.parse(stdout) as RunVerdicts;
		if (verdicts.counts.inconclusive === 0 || left === 0) return verdicts;
	}
}

/** What `kubectl create configmap --from-file` makes. */
function configMap(name: string, files: string[]): object {
	const data = Object.fromEntries(files.map((file) => [basename(file), readFileSync(file, 'utf8')]));
	return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: place }, data };
}

/** As a machine without a registry needs it. */
function setAgentImage(cronJob: Manifest): void {
	const { spec } = cronJob.spec['jobTemplate'] as { spec: { template: { spec: { containers: { env: object[] }[] } } } };
	const value = offlineEnvironment()['GATECRASH_AGENT_IMAGE'];
	spec.template.spec.containers[0]?.env.push({ name: 'GATECRASH_AGENT_IMAGE', value });
}

function verdictsOf({ scenarios: all }: RunVerdicts): Record<string, string> {
	return Object.fromEntries(
		all.flatMap(({ cells }) => cells.map(({ id, verdict, proof }) => [id, `${verdict}, ${proof}`])),
	);
}

/** The logs of its pods, once the Job is over; throws with them when it failed. */
async function ended(job: string): Promise<string> {
	for (let waited = 0; waited < 300; waited += 2) {
		const text = await admin(['get', 'job', job, '--namespace', place, '--output', 'json']);
		const { status } = JSON.parse(text) as {
			status: { conditions?: { type: string; status: string; message?: string }[] };
		};
		const over = status.conditions?.find(({ type, status: is }) => /^(Complete|Failed)$/.test(type) && is === 'True');
		if (over) {
			const logs = await admin([
				'logs',
				'--namespace',
				place,
				'--selector',
				`batch.kubernetes.io/job-name=${job}`,
				'--prefix',
				'--tail=-1',
			]);
			if (over.type === 'Failed') throw new Error(`the Job failed: ${over.message}\n${logs}`);
			return logs;
		}
		await sleep(2000);
	}
	throw new Error(`the Job is not over: ${await admin(['describe', 'pods', '--namespace', place])}`);
}

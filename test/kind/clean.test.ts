import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import type { LedgerEntry } from '../../src/model/cluster.ts';
import { openLedger } from '../../src/run/ledger.ts';
import {
	admin,
	adminKubeconfig,
	apply,
	expectUnchanged,
	isOwnCluster,
	machine,
	objects,
	objectsAtRest,
} from './support/admin.ts';
import { gatecrash, start } from './support/gatecrash.ts';

const trials = Number(process.env.GATECRASH_KILL_TRIALS ?? 20);
const managed = { 'app.kubernetes.io/managed-by': 'gatecrash' };
const theirs = 'clean-test-theirs';
const anotherRun = '20260101-000000-00aabb';

/** Everything that a run makes: namespaces, pods, a Service, accounts, policies with and without a namespace, pods with others. */
const scenario = (external: string) => `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: everything}
spec:
  namespaces: {clean-test: {}, ${theirs}: {existing: true}}
  pods:
    client: {namespace: clean-test, labels: {app: client}}
    server: {namespace: clean-test, labels: {app: server}, serviceAccount: server, listen: [80/tcp]}
    guest: {namespace: ${theirs}, labels: {app: guest}}
  services: {web: {namespace: clean-test, selector: {app: server}, ports: [{port: 80}]}}
${external}
  policies:
    deny:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: deny, namespace: clean-test}
        spec: {podSelector: {matchLabels: {app: server}}}
    everywhere:
      object:
        apiVersion: projectcalico.org/v3
        kind: GlobalNetworkPolicy
        metadata: {name: clean-test}
        spec: {selector: "app == 'no-such-pod'", types: [Ingress]}
  attempts:
    - {from: [client, guest], to: server:80, expect: blocked}
    - {from: node/a, to: server:80, expect: observe}
`;

interface Trial {
	flags: string[];
	file: string;
}

describe('gatecrash clean', () => {
	let folder: string;
	let out: string;
	const existing = ['--cluster', 'existing', '--kubeconfig', adminKubeconfig, '--allow-cluster-scoped'];
	beforeEach(() => {
		folder = mkdtempSync(join(tmpdir(), 'gatecrash-clean-'));
		out = join(folder, 'runs');
	});
	afterEach(() => rmSync(folder, { recursive: true, force: true }));
	before(() => apply(namespace(theirs, {})));
	after(() => admin(['delete', 'namespace', theirs]));

	function trial(index: number): Trial {
		// The kind driver has containers beyond the node, and no namespaces of others.
		const onKind = isOwnCluster && index % 4 >= 2;
		const text = onKind
			? scenario('  external: {internet: {listen: [443/tcp]}}').replaceAll(
					`, ${theirs}: {existing: true}`,
					', guests: {}',
				)
			: scenario('');
		const file = join(folder, `trial-${index}.yaml`);
		writeFileSync(file, onKind ? text.replaceAll(theirs, 'guests') : text);
		return { file, flags: onKind ? ['--cluster', 'kind-calico'] : existing };
	}

	function runs(): string[] {
		return existsSync(out) ? readdirSync(out).filter((name) => /^\d{8}-/.test(name)) : [];
	}

	it('leaves everything as it was after a kill at any instant, by the ledger alone and by labels alone', async function () {
		this.timeout(trials * 60_000);
		const lookAlikes = [
			namespace('gc-00aabb-shop', { ...managed, 'gatecrash.dev/run': anotherRun }),
			namespace('clean-test-look-alike', { 'gatecrash.dev/run': anotherRun }),
			namespace('gatecrash', managed),
		];
		await apply(...lookAlikes);
		const before = await objectsAtRest();
		const machineBefore = await machine();
		let lasted = 9000;
		for (let index = 0; index < trials; index += 1) {
			const { flags, file } = trial(index);
			const instant = Math.round(500 + Math.random() * lasted);
			const run = start(['run', file, ...flags, '--out', out, '--quiet']);
			const began = performance.now();
			const ended = await Promise.race([run.then(() => true), sleep(instant, false)]);
			if (ended) lasted = performance.now() - began;
			run.kill('SIGKILL');
			await run;
			const [id] = runs();
			const byLabels = index % 2 === 1;
			const what = `trial ${index}: killed after ${instant} ms, clean by ${byLabels ? 'labels' : 'the ledger'}`;
			if (id !== undefined) {
				if (byLabels) rmSync(out, { recursive: true });
				const where = byLabels ? ['--kubeconfig', adminKubeconfig] : ['--out', out];
				// Without a name: this run is known to be dead.
				const which = index % 4 === 0 ? [] : ['--run', id];
				const cleaned = await gatecrash('clean', ...which, ...where, '--yes');
				expect(cleaned.exitCode, `${what}\n${cleaned.stdout}${cleaned.stderr}`).to.equal(0);
			}
			await expectUnchanged(before, objects, what);
			await expectUnchanged(machineBefore, machine, what);
			rmSync(out, { recursive: true, force: true });
		}
		await admin(['delete', 'namespace', ...lookAlikes.map(({ metadata }) => metadata.name)]);
	});

	it('takes a half-made kind cluster away, by the ledger and by its name', async function () {
		this.timeout(300_000);
		const definition = fileURLToPath(new URL('../../clusters/kind-calico.yaml', import.meta.url));
		const file = join(folder, 'clean-test.yaml');
		writeFileSync(file, readFileSync(definition, 'utf8').replace('name: kind-calico', 'name: clean-test'));
		const before = await machine();
		for (const byName of [false, true]) {
			const run = start(['run', trial(0).file, '--cluster', file, '--out', out, '--quiet']);
			// From the moment in which Docker has its node; how long that takes is the machine's affair.
			while (run.exitCode === null && (await machine()).length === before.length) await sleep(200);
			await sleep(byName ? 10_000 : 500);
			run.kill('SIGKILL');
			await run;
			const [id = ''] = runs();
			const made = (await machine()).filter((name) => !before.includes(name));
			expect(made.join()).to.include(`gatecrash-${id}`);
			if (byName) {
				rmSync(out, { recursive: true });
				rmSync(join('.gatecrash/clusters', `gatecrash-${id}`), { recursive: true });
			}
			const where = byName ? [] : ['--out', out];
			const { exitCode, stdout, stderr } = await gatecrash('clean', '--run', id, ...where, '--yes');
			expect(exitCode, stderr).to.equal(0);
			expect(stdout).to.include(`deleted kind cluster gatecrash-${id} (run ${id})`);
			await expectUnchanged(before, machine, byName ? 'by its name' : 'by the ledger');
			expect(existsSync(join('.gatecrash/clusters', `gatecrash-${id}`))).to.equal(false);
			rmSync(out, { recursive: true, force: true });
		}
	});

	it('is what a second Ctrl-C prints, and works; one Ctrl-C undoes everything by itself', async function () {
		this.timeout(240_000);
		const before = await objectsAtRest();
		for (const twice of [true, false]) {
			const { file } = trial(0);
			const run = start(['run', file, ...existing, '--out', out]);
			await new Promise<void>((resolve) =>
				run.stderr.on('data', (text: Buffer) => {
					if (text.includes('everything: starting agents')) resolve();
				}),
			);
			run.kill('SIGINT');
			if (twice) {
				await sleep(100);
				run.kill('SIGINT');
			}
			const { exitCode, stderr } = await run;
			expect(exitCode).to.equal(130);
			const command = /^ {2}gatecrash (clean --run \S+ .*)$/m.exec(stderr)?.[1];
			if (!twice) {
				expect(command).to.equal(undefined);
			} else {
				expect(stderr).to.match(/Left: .*Namespace/);
				const { exitCode: cleaned, stdout } = await gatecrash(...(command ?? '').split(' '));
				expect(cleaned, command).to.equal(0);
				expect(stdout).to.match(/deleted Namespace gc-[0-9a-f]{6}-clean-test \(run /);
			}
			await expectUnchanged(before, objects, twice ? 'two Ctrl-C' : 'one Ctrl-C');
			rmSync(out, { recursive: true, force: true });
		}
	});

	it('takes no object of the same name for the run’s', async () => {
		const entry = (kind: string, name: string, place: string | undefined): LedgerEntry => ({
			...{ makes: 'object', kubeconfig: adminKubeconfig, context: undefined, apiVersion: 'v1' },
			...{ kind, namespace: place, name },
		});
		const run = '20260101-000000-ccddee';
		const mine = { ...managed, 'gatecrash.dev/run': run };
		const map = (name: string, labels: Record<string, string>) => ({
			apiVersion: 'v1',
			kind: 'ConfigMap',
			metadata: { name, namespace: theirs, labels },
		});
		await apply(
			map('mine', mine),
			map('unlabelled', {}),
			map('of-another-run', { ...managed, 'gatecrash.dev/run': anotherRun }),
			map('of-another-tool', { ...mine, 'app.kubernetes.io/managed-by': 'helm' }),
		);
		const ledger = openLedger(join(folder, 'ledger.jsonl'), run);
		for (const name of ['mine', 'unlabelled', 'of-another-run', 'of-another-tool', 'never-made']) {
			ledger.intend(entry('ConfigMap', name, theirs));
		}
		ledger.intend(entry('Namespace', theirs, undefined));
		ledger.close();
		// This process is still there, and with it the run.
		const alive = await gatecrash('clean', '--run', folder, '--yes');
		expect(alive.exitCode).to.equal(3);
		expect(alive.stderr).to.include('still going on');
		const file = join(folder, 'ledger.jsonl');
		const [head = '', ...rest] = readFileSync(file, 'utf8').split('\n');
		const dead = head.replace(/"started":"\d+"/, '"started":"1"');
		writeFileSync(file, [dead, ...rest].join('\n'));

		const dry = await gatecrash('clean', '--run', folder, '--dry-run');
		expect(dry).to.deep.include({ exitCode: 0, stdout: `would delete ConfigMap ${theirs}/mine (run ${run})` });
		const { exitCode, stdout } = await gatecrash('clean', '--run', folder, '--yes');
		expect({ exitCode, stdout }).to.deep.equal({
			exitCode: 0,
			stdout: `deleted ConfigMap ${theirs}/mine (run ${run})`,
		});
		const left = await admin(['get', 'configmaps', '--namespace', theirs, '--output', 'name']);
		expect(left.split('\n')).to.include.members([
			'configmap/unlabelled',
			'configmap/of-another-run',
			'configmap/of-another-tool',
		]);
		const again = await gatecrash('clean', '--run', folder, '--yes');
		expect(again.stdout).to.equal('nothing to delete');
	});

	it('asks first, and without a terminal wants --yes', async () => {
		await apply(namespace('clean-test-asks', { ...managed, 'gatecrash.dev/run': anotherRun }));
		const flags = ['clean', '--run', anotherRun, '--kubeconfig', adminKubeconfig];
		const { exitCode, stderr } = await gatecrash(...flags);
		expect(exitCode).to.equal(64);
		expect(stderr).to.include('Namespace clean-test-asks').and.include('--yes');
		await admin(['get', 'namespace', 'clean-test-asks']);
		expect((await gatecrash(...flags, '--yes')).exitCode).to.equal(0);
	});

	it('leaves what may belong to a run that goes on elsewhere, until its time is over', async () => {
		const labels = { ...managed, 'gatecrash.dev/run': anotherRun };
		const expiring = (name: string, at: number) => ({
			...namespace(name, labels),
			metadata: { name, labels, annotations: { 'gatecrash.dev/expires': new Date(at).toISOString() } },
		});
		await apply(
			expiring('clean-test-fresh', Date.now() + 3_600_000),
			expiring('clean-test-expired', Date.now() - 1000),
			namespace('clean-test-unknown', labels),
		);
		const { exitCode, stdout, stderr } = await gatecrash(
			'clean',
			'--kubeconfig',
			adminKubeconfig,
			'--out',
			out,
			'--yes',
		);
		expect({ exitCode, stdout }).to.deep.equal({
			exitCode: 0,
			stdout: `deleted Namespace clean-test-expired (run ${anotherRun})`,
		});
		expect(stderr).to.include('kept: Namespace clean-test-fresh').and.include('kept: Namespace clean-test-unknown');
		await admin(['delete', 'namespace', 'clean-test-fresh', 'clean-test-unknown']);
	});

	it('says what is left when the cluster of a ledger does not answer', async () => {
		const file = join(folder, 'kubeconfig');
		writeFileSync(file, readFileSync(adminKubeconfig, 'utf8').replace(/127\.0\.0\.1:\d+/, '127.0.0.1:1'));
		const program = `
			import { openLedger } from ${JSON.stringify(new URL('../../src/run/ledger.ts', import.meta.url).href)};
			openLedger(${JSON.stringify(join(folder, 'ledger.jsonl'))}, '20260101-000000-112233').intend({
				makes: 'object', kubeconfig: ${JSON.stringify(file)}, context: undefined,
				apiVersion: 'v1', kind: 'Namespace', namespace: undefined, name: 'somewhere' });`;
		writeFileSync(join(folder, 'ledger.mts'), program);
		const { execa } = await import('execa');
		await execa(process.execPath, ['--import', import.meta.resolve('tsx'), join(folder, 'ledger.mts')]);
		const { exitCode, stderr } = await gatecrash('clean', '--run', folder, '--yes');
		expect(exitCode).to.equal(3);
		expect(stderr).to.match(/left: what run 20260101-000000-112233 made \(Namespace somewhere\): .*no connection/);
	});
});

function namespace(name: string, labels: Record<string, string>) {
	return { apiVersion: 'v1', kind: 'Namespace', metadata: { name, labels } };
}

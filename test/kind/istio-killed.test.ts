import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import { endDuring, instants } from './support/end-during.ts';
import { gatecrash, start } from './support/gatecrash.ts';

const cluster = 'kind-calico-istio';
const node = `gatecrash-${cluster}-control-plane`;

async function kubectl(...args: readonly string[]): Promise<string> {
	const admin = ['kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf'];
	return (await execa('docker', ['exec', node, ...admin, ...args])).stdout;
}

/** Of istiod: as they are wanted, and as they are. */
function replicas(of: 'spec.replicas' | 'status.readyReplicas'): Promise<string> {
	return kubectl('get', 'deployment', 'istiod', '--namespace=istio-system', `--output=jsonpath={.${of}}`);
}

describe('a run that is killed while the mesh has no control plane', function () {
	this.timeout(900_000);
	this.retries(0);
	let out: string;
	before(async () => {
		const { exitCode, stderr } = await gatecrash('cluster', 'up', cluster);
		expect(exitCode, stderr.slice(-2000)).to.equal(0);
	});
	after(() => gatecrash('cluster', 'down', cluster));
	beforeEach(async () => {
		out = await mkdtemp(join(tmpdir(), 'gatecrash-chaos-'));
	});
	afterEach(() => rm(out, { recursive: true, force: true }));

	for (const after of instants) {
		it(`restart-mesh-control-plane, ${after} ms after it was written down: clean heals everything`, async () => {
			await endDuring({ fault: 'restart-mesh-control-plane', after, how: 'SIGKILL', cluster, out });
			const cleaned = await gatecrash('clean', '--yes', '--out', out);
			expect(cleaned.exitCode, `${cleaned.stdout}\n${cleaned.stderr}`).to.equal(0);
			expect([await replicas('spec.replicas'), await replicas('status.readyReplicas')]).to.deep.equal(['1', '1']);
			await kubectl('wait', '--for=delete', 'namespace/chaos-test', '--timeout=60s');
			const again = await gatecrash('clean', '--yes', '--out', out);
			expect(again.stdout).to.equal('nothing to delete');
			expect(again.exitCode).to.equal(0);
		});
	}

	it('restart-mesh-control-plane: after Ctrl-C the run heals it by itself', async () => {
		const end = { fault: 'restart-mesh-control-plane', after: 500, how: 'SIGINT', cluster, out } as const;
		expect(await endDuring(end)).to.equal(130);
		expect(await replicas('status.readyReplicas')).to.equal('1');
		expect((await gatecrash('clean', '--yes', '--out', out)).stdout).to.equal('nothing to delete');
	});

	/** Kills a run of a scenario when its progress names the fault, and `clean` has to find it. */
	const killAt = async (scenario: string, fault: string, isInForce: () => Promise<boolean>) => {
		const file = `scenarios/istio/${scenario}.yaml`;
		const started = start(['run', file, '--cluster', cluster, '--out', out]);
		let injected = false;
		started.stderr.on('data', (text: Buffer) => {
			injected ||= text.toString().includes(`inject: ${fault}`);
		});
		for (let waited = 0; !injected || !(await isInForce()); waited += 50) {
			if (waited > 120_000) throw new Error(`${fault} was never in force`);
			await sleep(50);
		}
		started.kill('SIGKILL');
		await started;
		const cleaned = await gatecrash('clean', '--yes', '--out', out);
		expect(cleaned.exitCode, `${cleaned.stdout}\n${cleaned.stderr}`).to.equal(0);
		const again = await gatecrash('clean', '--yes', '--out', out);
		expect(again.stdout).to.equal('nothing to delete');
		return cleaned.stdout;
	};

	it('istiod at zero: clean brings it back', async () => {
		const isInForce = async () => (await replicas('spec.replicas')) === '0';
		expect(await killAt('control-plane-stopped', 'istiod-down', isInForce)).to.include(
			'healed fault stop-mesh-control-plane in force: Deployment istio-system/istiod back to 1',
		);
		expect(await replicas('spec.replicas')).to.equal('1');
	});

	for (const [scenario, fault] of [
		['leaf-certificates-rotated', 'renewal'],
		['root-certificate-rotated', 'new-root'],
	] as const) {
		it(`${scenario}, while certificates are replaced: after clean the mesh has one root, and judges as before`, async () => {
			await killAt(scenario, fault, () => Promise.resolve(true));
			const file = 'scenarios/istio/wrong-authority.yaml';
			const { exitCode, stderr } = await gatecrash('run', file, '--cluster', cluster, '--out', out);
			expect(exitCode, stderr.slice(-2000)).to.equal(0);
		});
	}
});

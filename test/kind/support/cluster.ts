import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { listKindClusters } from '../../../src/cluster/kind/kind-clusters.ts';
import { gatecrash, workFolder } from './gatecrash.ts';
import { kindOffline } from './offline.ts';
import { testCluster, testClusterName } from './which-cluster.ts';

export const node = `${testClusterName}-control-plane`;
let warm: Promise<void> | undefined;

/** The kept cluster that all files of the suite share: brought up by the first, taken down at the end. */
export function warmCluster(): Promise<void> {
	warm ??= (async () => {
		await execa('bash', [join(kindOffline, 'up.sh')]);
		if (process.env.GATECRASH_KEEP_TEST_CLUSTER !== undefined && (await listKindClusters()).includes(testClusterName))
			return;
		const { exitCode, stderr } = await gatecrash('cluster', 'up', testCluster);
		if (exitCode !== 0) throw new Error(`cluster up ended with ${exitCode}:\n${stderr.slice(-4000)}`);
	})();
	return warm;
}

/** A command on the cluster's node, as its administrator. */
export async function onNode(...command: string[]): Promise<string> {
	const { stdout } = await execa('docker', ['exec', node, ...command]);
	return stdout;
}

export async function kubectl(...args: string[]): Promise<string> {
	return onNode('kubectl', '--kubeconfig', '/etc/kubernetes/admin.conf', ...args);
}

export const mochaHooks = {
	async beforeAll(this: Mocha.Context) {
		this.timeout(600_000);
		await warmCluster();
	},
	async afterAll(this: Mocha.Context) {
		this.timeout(120_000);
		if (process.env.GATECRASH_KEEP_TEST_CLUSTER === undefined) await gatecrash('cluster', 'down', testCluster);
		await rm(workFolder, { recursive: true, force: true });
	},
};

import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The definition of the suite's own cluster, a name or a file: another one where kind-calico of this machine is somebody else's. */
export const testCluster = process.env.GATECRASH_TEST_CLUSTER ?? 'kind-calico';

/** kind's name of it. */
export const testClusterName = `gatecrash-${basename(testCluster, '.yaml')}`;

export const testKubeconfig = fileURLToPath(
	new URL(`../../../.gatecrash/clusters/${testClusterName}/kubeconfig`, import.meta.url),
);

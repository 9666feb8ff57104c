// A runner that is killed: deploys, then changes policies and pods for as long as it lives.
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { probeAgent, policy, settings } from './test-cluster.ts';
import { pod, service, workload } from './workload.ts';

const pods = Object.fromEntries(
	Array.from({ length: 4 }, (_, index) => [`p-${index}`, pod('shop', 'app', ['80/tcp'])]),
);
process.stdout.write('deploying\n');
const deployment = await createEmbeddedCluster({ agent: process.env.PROBE_AGENT ?? probeAgent }).deploy(
	workload({ pods, services: { app: service('shop', 'app') }, initialPods: ['p-0', 'p-1', 'p-2'] }),
	settings,
	AbortSignal.timeout(60_000),
);
process.stdout.write('deployed\n');
for (;;) {
	await deployment.apply([policy({ spec: { podSelector: {} } })]);
	await deployment.createPods(['p-3'], {});
	await deployment.removePods(['p-3']);
}

// Runs as somebody else (an ordinary user, a machine without user namespaces): deploys, applies a policy, and prints
// what it saw, or the GatecrashError.
import { createEmbeddedCluster } from '../../src/cluster/netns/embedded-cluster.ts';
import { checkPreconditions } from '../../src/cluster/netns/preconditions.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';
import { TestCluster } from './test-cluster.ts';
import { pod, workload } from './workload.ts';

async function visit(): Promise<object> {
	const agent = process.argv[2] ?? '';
	const facts = await createEmbeddedCluster().up(AbortSignal.timeout(10_000));
	const pods = { client: pod('shop', 'client'), app: pod('shop', 'app', ['80/tcp', '80/udp']) };
	const cluster = await TestCluster.start(workload({ pods, attemptingNodes: ['a'] }), { agent });
	try {
		const open = await cluster.reaches('client', 'app', 80);
		await cluster.only({ spec: { podSelector: {} } });
		const closed = await cluster.reaches('client', 'app', 80, { protocol: 'udp' });
		const node = await cluster.reaches('node/a', 'app', 80);
		const losses = await cluster.deployment.lossCounters();
		return { user: process.getuid?.(), notes: facts.notes.length, open, closed, node, losses };
	} finally {
		await cluster.close();
	}
}

const preconditions = (await checkPreconditions()).filter(({ status }) => status === 'fail');
const report = await visit().catch((error: unknown) => {
	if (!(error instanceof GatecrashError)) throw error;
	return { code: error.code, message: error.message, hint: error.hint };
});
process.stdout.write(JSON.stringify({ ...report, failing: preconditions.map(({ name }) => name) }));

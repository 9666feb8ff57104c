import { enforcerSets } from '../kubernetes/enforcer-sets.ts';
import type { PodObject } from '../kubernetes/pod-state.ts';
import { deletePods, podsOf, readWorkload, selectNodes, type WorkloadRef } from '../kubernetes/workload-pods.ts';
import { waitForProcessesEnd } from './in-node.ts';
import type { Inject, Injection } from './injection.ts';

/** No node has it. */
const nowhere = { 'gatecrash.dev/fault': 'kill-enforcer' };

/** Its pods are deleted; their DaemonSet makes others at once. */
export const restartEnforcer: Inject = async (injection) => {
	const set = await enforcerOf(injection);
	if (!set) return [];
	const pods = (await podsOf(injection.client, set, injection.signal)).filter(({ spec }) =>
		injection.nodes.includes(spec?.nodeName ?? ''),
	);
	if (pods.length === 0) return [];
	injection.intend({ do: 'await-ready', ...set });
	await deletePods(injection.client, pods, injection.signal);
	return ends(pods, injection);
};

/** Their DaemonSet wants none any more. Acts on all nodes: another choice of nodes would restart the others, too. */
export const killEnforcer: Inject = async (injection) => {
	const { client, signal } = injection;
	const set = await enforcerOf(injection);
	if (!set) return [];
	const pods = await podsOf(client, set, signal);
	const { spec } = await readWorkload(client, set, signal);
	const nodeSelector = spec?.template?.spec?.nodeSelector ?? null;
	const { namespace, name: daemonSet } = set;
	injection.intend({ do: 'select-nodes', namespace, daemonSet, nodeSelector });
	await selectNodes(client, { namespace, daemonSet }, nowhere, signal);
	return ends(pods, injection);
};

/** Of several it would not be known whose effect is seen. */
async function enforcerOf({ client, signal }: Injection): Promise<WorkloadRef | undefined> {
	const sets = await enforcerSets(client, signal);
	return sets.length === 1 ? sets[0] : undefined;
}

async function ends(pods: readonly PodObject[], { signal }: Injection): Promise<string[]> {
	const began = performance.now();
	return Promise.all(
		pods.map(async ({ metadata: { name, namespace, uid = '' }, spec }) => {
			const node = spec?.nodeName ?? '';
			await waitForProcessesEnd(node, uid, signal);
			const took = Math.round(performance.now() - began);
			return `the last process of pod ${namespace}/${name} on ${node} ended, ${took} ms after it was told to`;
		}),
	);
}

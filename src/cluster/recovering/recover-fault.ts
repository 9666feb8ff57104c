import type { KubeClient } from '../../kube/kube-client.ts';
import type { Recovery } from '../../model/fault.ts';
import { scale, wantedReplicas } from '../kubernetes/control-plane.ts';
import { isWhole, readWorkload, selectNodes, waitUntilWhole } from '../kubernetes/workload-pods.ts';
import { trustOneRoot, trustsOneRoot } from './mesh-root.ts';
import { areNodesDown, bringNodesBack, isOfNodes } from './node-recovery.ts';
import { waitForApiServer, waitForControlPlane, waitForNodesAgain } from './await-recovery.ts';

/** Whether something of a fault is still there, by the recipe that was written down before it was injected. */
export async function isInForce(client: KubeClient, recovery: Recovery): Promise<boolean> {
	if (isOfNodes(recovery)) return areNodesDown(recovery);
	switch (recovery.do) {
		case 'scale': {
			const replicas = await wantedReplicas(client, recovery);
			return replicas !== undefined && replicas !== recovery.replicas;
		}
		case 'await-ready':
			return !(await isWhole(client, recovery));
		case 'select-nodes': {
			const { spec } = await readWorkload(client, setOf(recovery));
			const now = spec?.template?.spec?.nodeSelector ?? {};
			return !isSame(now, recovery.nodeSelector ?? {}) || !(await isWhole(client, setOf(recovery)));
		}
		case 'trust-one-root':
			return !(await trustsOneRoot(client, recovery));
	}
}

/** Undoes it, and resolves when it is undone, with what was seen of that. @throws GatecrashError GC_CLUSTER, GC_CLEANUP. */
export async function recover(client: KubeClient, recovery: Recovery): Promise<string> {
	if (isOfNodes(recovery)) {
		const since = Date.now();
		await bringNodesBack(recovery);
		await waitForApiServer(client);
		if (recovery.do === 'start-nodes') await waitForNodesAgain(client, recovery.containers, since);
		const missing = recovery.do === 'restore-api-server' ? await waitForControlPlane(client) : [];
		const rest = missing.length === 0 ? '' : `, and these are not ready yet: ${missing.join(', ')}`;
		return `${describeRecovery(recovery)}${rest}`;
	}
	switch (recovery.do) {
		case 'scale':
			await scale(client, recovery, recovery.replicas);
			return `Deployment ${recovery.namespace}/${recovery.deployment}: ${recovery.replicas} ready again`;
		case 'await-ready':
			return ready(client, recovery);
		case 'select-nodes': {
			const { nodeSelector } = recovery;
			const { spec } = await readWorkload(client, setOf(recovery));
			const others = Object.keys(spec?.template?.spec?.nodeSelector ?? {});
			const gone = Object.fromEntries(others.map((key) => [key, null]));
			await selectNodes(client, recovery, nodeSelector && { ...gone, ...nodeSelector });
			return ready(client, setOf(recovery));
		}
		case 'trust-one-root':
			await trustOneRoot(client, recovery);
			return describeRecovery(recovery);
	}
}

/** For people. */
export function describeRecovery(recovery: Recovery): string {
	switch (recovery.do) {
		case 'scale':
			return `Deployment ${recovery.namespace}/${recovery.deployment} back to ${recovery.replicas}`;
		case 'await-ready':
			return `${recovery.kind} ${recovery.namespace}/${recovery.name} is ready again`;
		case 'select-nodes':
			return `DaemonSet ${recovery.namespace}/${recovery.daemonSet} is on its nodes again`;
		case 'start-nodes':
			return `${recovery.containers.join(', ')} run again`;
		case 'start-kubelets':
			return `the kubelet of ${recovery.containers.join(', ')} runs again`;
		case 'restore-api-server':
			return `the API server of ${recovery.container} runs again`;
		case 'trust-one-root':
			return `the mesh of ${recovery.deployment} trusts one root again`;
	}
}

async function ready(client: KubeClient, ref: Parameters<typeof waitUntilWhole>[1]): Promise<string> {
	const pods = await waitUntilWhole(client, ref);
	const names = pods.map(({ metadata }) => metadata.name).sort();
	return `${ref.kind} ${ref.namespace}/${ref.name} is ready with ${names.join(', ')}`;
}

function setOf({ namespace, daemonSet }: Extract<Recovery, { do: 'select-nodes' }>) {
	return { kind: 'DaemonSet', namespace, name: daemonSet } as const;
}

function isSame(one: Record<string, string>, other: Record<string, string>): boolean {
	const keys = Object.keys({ ...one, ...other });
	return keys.every((key) => one[key] === other[key]);
}

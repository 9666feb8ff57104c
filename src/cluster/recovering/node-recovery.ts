import type { Recovery } from '../../model/fault.ts';
import { command } from '../kind/command.ts';
import { holdsInNode, inNode } from '../kind/in-node.ts';

/** What is undone beneath the API server, which is perhaps not there: it needs Docker alone. */
export type NodesRecovery = Extract<Recovery, { do: 'start-nodes' | 'start-kubelets' | 'restore-api-server' }>;

/** kubeadm's; the kubelet runs what is there. */
export const apiServerManifest = {
	here: '/etc/kubernetes/manifests/kube-apiserver.yaml',
	away: '/etc/kubernetes/gatecrash-kube-apiserver.yaml',
} as const;

/** Milliseconds; Docker has been seen to take 10 s on a busy machine. */
const startBound = 60_000;

export function isOfNodes(recovery: Recovery): recovery is NodesRecovery {
	return ['start-nodes', 'start-kubelets', 'restore-api-server'].includes(recovery.do);
}

/** Whether any of them is not as it should be. A node that is gone for good has nothing to be healed. */
export async function areNodesDown(recovery: NodesRecovery): Promise<boolean> {
	switch (recovery.do) {
		case 'start-nodes':
			return (await stopped(recovery.containers)).length > 0;
		case 'start-kubelets': {
			const { containers } = recovery;
			const active = containers.map((one) => holdsInNode(one, ['systemctl', 'is-active', '--quiet', 'kubelet']));
			return (await Promise.all(active)).includes(false) && (await stopped(containers)).length === 0;
		}
		case 'restore-api-server':
			return holdsInNode(recovery.container, ['test', '-e', apiServerManifest.away]);
	}
}

/** Resolves when they have been started; what runs there needs longer. @throws GatecrashError GC_CLUSTER. */
export async function bringNodesBack(recovery: NodesRecovery): Promise<void> {
	switch (recovery.do) {
		case 'start-nodes':
			// In order: Docker gives each of them the lowest free address.
			for (const container of [...recovery.containers].sort()) {
				await command('docker', ['start', container], { ends: 'by-itself', timeout: startBound });
			}
			return;
		case 'start-kubelets':
			await Promise.all(recovery.containers.map((one) => inNode(one, ['systemctl', 'start', 'kubelet'])));
			return;
		case 'restore-api-server': {
			const { here, away } = apiServerManifest;
			await inNode(recovery.container, ['sh', '-c', `if [ -e ${away} ]; then mv ${away} ${here}; fi`]);
		}
	}
}

async function stopped(containers: readonly string[]): Promise<string[]> {
	const text = await command('docker', ['ps', '--all', '--format', '{{.Names}}\t{{.State}}']);
	const states = new Map(text.split('\n').map((line) => line.split('\t') as [string, string]));
	return containers.filter((name) => states.has(name) && states.get(name) !== 'running');
}

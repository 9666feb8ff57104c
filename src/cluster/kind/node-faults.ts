import { setTimeout as sleep } from 'node:timers/promises';
import { command } from './command.ts';
import { holdsInNode, inNode } from './in-node.ts';
import type { Inject } from './injection.ts';
import { apiServerManifest } from '../recovering/node-recovery.ts';

/** Milliseconds. */
const endBound = 20_000;
const pause = 200;

// What changes a node is not broken off when the run is: nobody would know what had come of it when it is healed.

/** As when its power fails: nothing on it is told to end. */
export const restartNode: Inject = async ({ nodes, intend, signal }) => {
	signal.throwIfAborted();
	if (nodes.length === 0) return [];
	intend({ do: 'start-nodes', containers: [...nodes] });
	await command('docker', ['kill', ...nodes], { ends: 'by-itself' });
	return nodes.map((node) => `the container ${node}, which is the node, was killed with all that ran in it`);
};

export const restartKubelet: Inject = async ({ nodes, intend, signal }) => {
	signal.throwIfAborted();
	if (nodes.length === 0) return [];
	intend({ do: 'start-kubelets', containers: [...nodes] });
	const effects = nodes.map(async (node) => {
		const before = (await inNode(node, ['systemctl', 'show', '--property=MainPID', '--value', 'kubelet'])).trim();
		await inNode(node, ['systemctl', 'stop', 'kubelet']);
		const runs = before === '0' || (await holdsInNode(node, ['systemctl', 'is-active', '--quiet', 'kubelet']));
		return runs ? [] : [`the kubelet of ${node}, process ${before}, ended`];
	});
	return (await Promise.all(effects)).flat();
};

/** Its manifest goes first, or the kubelet would start it again; then it is killed, or it would take its leave for 20 s. */
export const restartApiServer: Inject = async ({ nodes, intend, signal }) => {
	const { here, away } = apiServerManifest;
	const held = await Promise.all(nodes.map((node) => holdsInNode(node, ['test', '-e', here])));
	const container = nodes.find((_, index) => held[index]);
	if (container === undefined) return [];
	const before = (await inNode(container, ['pgrep', '-x', 'kube-apiserver'], signal)).trim();
	intend({ do: 'restore-api-server', container });
	await inNode(container, ['mv', here, away]);
	const ended = await killAll(container, 'kube-apiserver', signal);
	return ended ? [`kube-apiserver on ${container}, process ${before.replaceAll('\n', ', ')}, ended`] : [];
};

/** Whether none was left before the bound: a killed process may need a moment to be gone, and a kubelet may have made another. */
async function killAll(node: string, program: string, signal: AbortSignal): Promise<boolean> {
	const until = performance.now() + endBound;
	while (performance.now() < until) {
		await holdsInNode(node, ['pkill', '-KILL', '-x', program]);
		if (!(await holdsInNode(node, ['pgrep', '-x', program]))) return true;
		await sleep(pause, undefined, { signal });
	}
	return false;
}

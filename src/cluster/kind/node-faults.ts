import { command } from './command.ts';
import { holdsInNode, inNode } from './in-node.ts';
import type { Inject } from './injection.ts';
import { apiServerManifest } from '../recovering/nodes-back.ts';

/** As when its power fails: nothing on it is told to end. */
export const restartNode: Inject = async ({ nodes, intend, signal }) => {
	if (nodes.length === 0) return [];
	intend({ do: 'start-nodes', containers: [...nodes] });
	await command('docker', ['kill', ...nodes], { signal, ends: 'by-itself' });
	return nodes.map((node) => `the container ${node}, which is the node, was killed with all that ran in it`);
};

export const restartKubelet: Inject = async ({ nodes, intend, signal }) => {
	if (nodes.length === 0) return [];
	intend({ do: 'start-kubelets', containers: [...nodes] });
	const effects = nodes.map(async (node) => {
		const before = (await inNode(node, ['systemctl', 'show', '--property=MainPID', '--value', 'kubelet'])).trim();
		await inNode(node, ['systemctl', 'stop', 'kubelet'], signal);
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
	await inNode(container, ['mv', here, away], signal);
	await inNode(container, ['pkill', '-KILL', '-x', 'kube-apiserver'], signal);
	const runs = await holdsInNode(container, ['pgrep', '-x', 'kube-apiserver']);
	return runs ? [] : [`kube-apiserver on ${container}, process ${before.replaceAll('\n', ', ')}, ended`];
};

import type { KubeClient } from '../../kube/kube-client.ts';
import { isStatus } from '../../kube/kube-error.ts';
import type { PolicyEvent, PolicyEventLog, PolicyEventsOfNode } from '../../model/policy-event.ts';
import { readPolicyEvent } from './policy-events.ts';

/** Below /var/log of a node, which its kubelet serves. aws-network-policy-agent, README.md, and its DaemonSet. */
const file = 'aws-routed-eni/network-policy-agent.log';
/** So much is read of one node for one scenario; 200 MiB is what the agent writes before it begins another file. */
const mostBytes = 32 * 2 ** 20;

/**
 * Opens the node agents' logs at their present end, by the kubelets (`nodes/proxy`, which needs `get`). Nothing is left
 * behind. What can't be opened is told by `read`; nothing rejects but an abort.
 */
export async function openPolicyEventLog(
	client: KubeClient,
	nodes: readonly { name: string }[],
	signal: AbortSignal,
): Promise<PolicyEventLog> {
	const opened = await Promise.all(
		nodes.map(async ({ name: node }) => ({
			node,
			begin: await sizeOf(client, node, signal).catch((error: unknown) => why(error, signal)),
		})),
	);
	return {
		read: (reading) =>
			Promise.all(
				opened.map(async ({ node, begin }): Promise<PolicyEventsOfNode> => {
					if (typeof begin === 'string') return { node, events: [], unreadable: 0, missing: begin };
					return readNode(client, node, begin, reading).catch((error: unknown) => ({
						...{ node, events: [], unreadable: 0, missing: why(error, reading) },
					}));
				}),
			),
	};
}

async function sizeOf(client: KubeClient, node: string, signal: AbortSignal): Promise<number> {
	return (await client.nodeLog(node, file, { from: 0, most: 1 }, { signal })).size;
}

async function readNode(
	client: KubeClient,
	node: string,
	begin: number,
	signal: AbortSignal,
): Promise<PolicyEventsOfNode> {
	const { text, size } = await client.nodeLog(node, file, { from: begin, most: mostBytes }, { signal });
	const events: PolicyEvent[] = [];
	let unreadable = 0;
	// What stands behind the last end of a line is still being written.
	for (const line of text.split('\n').slice(0, -1)) {
		const event = readPolicyEvent(line);
		if (event === 'unreadable') unreadable += 1;
		else if (event) events.push(event);
	}
	const missing =
		size < begin
			? 'the node agent began another file meanwhile'
			: size > begin + mostBytes
				? `more than ${mostBytes / 2 ** 20} MiB were written`
				: undefined;
	return { node, events, unreadable, missing };
}

function why(error: unknown, signal: AbortSignal): string {
	signal.throwIfAborted();
	if (isStatus(error, 404)) return `there is no /var/log/${file}`;
	if (isStatus(error, 403)) return 'reading it needs the right to get nodes/proxy';
	return error instanceof Error ? error.message : String(error);
}

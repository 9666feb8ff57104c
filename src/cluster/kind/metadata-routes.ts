import { metadataAddresses } from '../../model/metadata.ts';
import { command } from './command.ts';

/**
 * Addresses of a cloud's metadata services lead to the network of kind and no further: there a container of ours has them
 * while a scenario attempts them, and nobody else. Otherwise they would leave through the machine, which may be in a
 * cloud itself. The routes are the nodes' for as long as they live, and are there again after a restart.
 */
export async function keepMetadataHere(nodes: readonly string[], signal: AbortSignal): Promise<void> {
	const all = Object.values(metadataAddresses);
	const ipv4 = all.map((one) => `route replace ${one.ipv4}/32 dev eth0\n`).join('');
	const ipv6 = all.map((one) => `route replace ${one.ipv6}/128 dev eth0\n`).join('');
	const inNode = (node: string, args: string[], input: string) =>
		command('docker', ['exec', '--interactive', node, 'ip', ...args, '-batch', '-'], {
			signal,
			input,
			timeout: 10_000,
		});
	await Promise.all(nodes.map((node) => inNode(node, [], ipv4)));
	// Where nodes have no IPv6, nothing leaves them over it either.
	await Promise.all(nodes.map((node) => inNode(node, ['-6'], ipv6).catch(() => signal.throwIfAborted())));
}

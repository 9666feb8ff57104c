import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { findTool } from '../../../src/cluster/netns/tools.ts';
import { node } from './cluster.ts';

const table = 'gatecrash_test_way_out';

export interface WayOut {
	/** Resolves when nothing has left for a while: CoreDNS asks at its start whether what it asks comes back to it. */
	quiet(): Promise<void>;
	/** Packets that were about to leave the network of kind through this machine; each was dropped. */
	packets(): Promise<number>;
	/** Queries that went to Docker's own resolver, which asks whomever the machine asks. */
	queries(): Promise<number>;
	close(): Promise<void>;
}

/** Counts, on this machine, what would leave the network of kind, and keeps it here. Needs root; whoever watches closes. */
export async function watchWayOut(): Promise<WayOut> {
	const { stdout: id } = await execa('docker', ['network', 'inspect', '--format', '{{.Id}}', 'kind']);
	const bridge = `br-${id.slice(0, 12)}`;
	const rules = `table inet ${table}
delete table inet ${table}
table inet ${table} {
	chain leaving {
		type filter hook forward priority -300; policy accept;
		iifname "${bridge}" oifname != "${bridge}" counter drop
	}
}
`;
	const nft = findTool('nft');
	if (nft === undefined) throw new Error('nft is not installed');
	await execa(nft, ['-f', '-'], { input: rules });
	const packets = async () => {
		const { stdout } = await execa(nft, ['list', 'table', 'inet', table]);
		return Number(/counter packets (\d+)/.exec(stdout)?.[1]);
	};
	return {
		packets,
		async quiet() {
			let still = 0;
			for (let last = await packets(), tries = 0; still < 10 && tries < 200; tries += 1) {
				await sleep(500);
				const now = await packets();
				still = now === last ? still + 1 : 0;
				last = now;
			}
			if (still < 10) throw new Error('packets go on leaving the network of kind');
		},
		async queries() {
			// kind leads what its nodes and pods ask of Docker's resolver through this chain.
			const args = ['iptables', '--table', 'nat', '--list', 'DOCKER_OUTPUT', '--numeric', '--verbose', '--exact'];
			const { stdout } = await execa('docker', ['exec', node, ...args]);
			const counted = [...stdout.matchAll(/^\s*(\d+)\s+\d+\s+DNAT/gm)];
			if (counted.length === 0) throw new Error(`no rules for Docker's resolver:\n${stdout}`);
			return counted.reduce((sum, [, packets]) => sum + Number(packets), 0);
		},
		async close() {
			await execa(nft, ['delete', 'table', 'inet', table]);
		},
	};
}

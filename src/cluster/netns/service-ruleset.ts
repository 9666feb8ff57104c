import type { Addresses, IpFamily, Protocol } from '../../model/address.ts';
import { ipFamilies } from '../../model/address.ts';
import { nodeAddresses, ranges } from './ranges.ts';
import { type Block, chain, type Ruleset } from './ruleset.ts';

/** One port of a Service, with where its connections go. */
export interface ServiceEntry {
	/** For people who read the ruleset. */
	title: string;
	addresses: Addresses;
	port: number;
	protocol: Protocol;
	nodePort: number | undefined;
	/** Undefined port: the pod has no port of that name. */
	backends: { addresses: Addresses; port: number }[];
}

const ipKeyword: Record<IpFamily, string> = { ipv4: 'ip', ipv6: 'ip6' };
/** Connections with this mark get the node's address as their source (kube-proxy has such a mark too). */
const masqueradeMark = '0x4000';

/**
 * Services as kube-proxy's nftables mode does them, in one table: a random backend for each connection, the node's
 * address as the source where replies would otherwise not come back (a pod that reaches itself, node ports), and a
 * rejection for a Service address that leads nowhere.
 */
export function serviceRuleset(entries: ServiceEntry[], families: readonly IpFamily[]): Ruleset {
	const blocks: Block[] = [];
	const clusterIps = { ipv4: [] as string[], ipv6: [] as string[] };
	const nodePorts = { ipv4: [] as string[], ipv6: [] as string[] };
	for (const [index, entry] of entries.entries()) {
		for (const family of families) {
			const targets = entry.backends.flatMap(({ addresses, port }) => {
				const address = addresses[family];
				return address === undefined ? [] : [{ address, port }];
			});
			if (targets.length === 0) continue;
			const name = `service_${index}_${family}`;
			blocks.push(...backendChains(name, entry.title, family, targets));
			const key = `${entry.protocol} . `;
			const address = entry.addresses[family];
			if (address) clusterIps[family].push(`${address} . ${key}${entry.port} : goto ${name}`);
			if (entry.nodePort === undefined) continue;
			blocks.push(chain(`${name}_node`, [`meta mark set meta mark | ${masqueradeMark}`, `goto ${name}`]));
			nodePorts[family].push(`${nodeAddresses[family]} . ${key}${entry.nodePort} : goto ${name}_node`);
		}
	}
	const dispatch = ipFamilies.flatMap((family) => {
		const elements = [...clusterIps[family], ...nodePorts[family]];
		const key = `${ipKeyword[family]} daddr . meta l4proto . th dport`;
		return elements.length === 0 ? [] : [`${key} vmap { ${elements.join(', ')} }`];
	});
	return { blocks: [...blocks, chain('services', dispatch)], hooks: baseChains(families) };
}

function backendChains(
	name: string,
	title: string,
	family: IpFamily,
	targets: { address: string; port: number }[],
): Block[] {
	const ip = ipKeyword[family];
	const backends = targets.map(({ address, port }, index) =>
		chain(`${name}_${index}`, [
			`${ip} saddr ${address} meta mark set meta mark | ${masqueradeMark}`,
			`meta l4proto { tcp, udp, sctp } dnat ${ip} to ${family === 'ipv6' ? `[${address}]` : address}:${port}`,
		]),
	);
	const choices = targets.map((_, index) => `${index} : goto ${name}_${index}`);
	const choose = `numgen random mod ${targets.length} vmap { ${choices.join(', ')} }`;
	return [...backends, chain(name, [`# ${title}`, choose])];
}

function baseChains(families: readonly IpFamily[]): Ruleset['hooks'] {
	const mark = `meta mark & ${masqueradeMark} == ${masqueradeMark}`;
	const snat = families.map((family) => `${mark} snat ${ipKeyword[family]} to ${nodeAddresses[family]}`);
	const reject = families.flatMap((family) => {
		const nowhere = `${ipKeyword[family]} daddr ${ranges.services[family]}`;
		// kube-proxy answers TCP with ICMP too. Here that comes back while connect() still holds the socket, where the kernel
		// only notes it and goes on waiting (tcp_v6_err); a reset is never lost this way.
		return [`${nowhere} meta l4proto tcp reject with tcp reset`, `${nowhere} reject`];
	});
	return [
		chain('prerouting', ['type nat hook prerouting priority -100;', 'jump services']),
		chain('output', ['type nat hook output priority -100;', 'jump services']),
		chain('postrouting', ['type nat hook postrouting priority 100;', ...snat]),
		chain('forward', ['type filter hook forward priority -5;', ...reject]),
		chain('filter_output', ['type filter hook output priority -5;', ...reject]),
	];
}

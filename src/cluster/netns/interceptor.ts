import { randomBytes, randomUUID } from 'node:crypto';
import { type AgentConfig, defaultAgentLimits } from '../../model/agent.ts';
import { resolversOutside } from './cluster-dns.ts';
import type { Inventory } from './inventory.ts';
import { nodeAddresses, ranges } from './ranges.ts';
import { chain } from './ruleset.ts';

/** Where ztunnel listens for DNS, too. */
const port = 15_053;

/**
 * A node's own resolver in the way of every query: it answers by itself, or asks in the pod's place. It has no key of the
 * run, and nobody hears what it witnesses: to the run it is a stranger.
 */
export function interceptorConfig(how: 'answers' | 'forwards', inventory: Inventory): AgentConfig {
	const dns = { names: {}, forward: resolversOutside(inventory) };
	return {
		...{ run: 'nobody', endpoint: 'interceptor', uid: randomUUID(), key: randomBytes(16).toString('hex'), boot: [] },
		limits: defaultAgentLimits,
		listen: (['udp', 'tcp'] as const).map((over) => ({ port, protocol: over, speaks: over, resolves: over })),
		...(how === 'forwards' && { dns }),
	};
}

/** Leads what pods send to port 53 outside to the node itself, before policies see it. */
export function interception() {
	const rules = Object.entries({ ip: 'ipv4', ip6: 'ipv6' } as const).map(([ip, family]) => {
		const node = family === 'ipv6' ? `[${nodeAddresses.ipv6}]` : nodeAddresses.ipv4;
		const outside = `iifname "p*" ${ip} daddr ${ranges.external[family]} meta l4proto { tcp, udp } th dport 53`;
		return `${outside} dnat ${ip} to ${node}:${port}`;
	});
	return chain('intercept', ['type nat hook prerouting priority -110;', ...rules]);
}

import type { Addresses, IpFamily } from '../../model/address.ts';

/**
 * Every fabric has the same ranges: fabrics can't see each other. The node and the outside world are in
 * documentation ranges (RFC 5737, RFC 3849), so that a mistake could never reach anybody.
 */
export const ranges = {
	pods: { ipv4: '10.244.0.0/16', ipv6: 'fd00:10:244::/56' },
	services: { ipv4: '10.96.0.0/16', ipv6: 'fd00:10:96::/112' },
	external: { ipv4: '203.0.113.0/24', ipv6: '2001:db8:113::/64' },
} as const;

/** The cluster's DNS, as kubeadm and its relatives give it out: the tenth address of the Services. */
export const clusterDnsAddresses = { ipv4: '10.96.0.10', ipv6: 'fd00:10:96::a' } as const;

/** The only node, `a`. */
export const nodeAddresses = { ipv4: '192.0.2.10', ipv6: '2001:db8:192::10' } as const;

/** What a pod has as its gateway; only permanent neighbour entries stand behind them. */
export const gateways = { ipv4: '169.254.1.1', ipv6: 'fe80::1' } as const;

/** Only the families asked for. */
export function pick(addresses: Record<IpFamily, string>, families: readonly IpFamily[]): Addresses {
	return Object.fromEntries(families.map((family) => [family, addresses[family]]));
}

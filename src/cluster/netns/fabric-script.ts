import type { IpFamily } from '../../model/address.ts';
import { nodeAddresses, ranges } from './ranges.ts';

/**
 * What every network namespace of ours needs: low ports without rights, long queues, no address detection delays, and
 * for namespaces made from it a table of connections of their own: agents read it whole (src/agent/half-open.ts),
 * and the machine's is hundreds of times larger.
 */
export function commonSysctls(): string {
	return `w() { if [ -w "/proc/sys/net/$1" ]; then echo "$2" > "/proc/sys/net/$1"; fi; }
w ipv4/ip_unprivileged_port_start 0
w core/somaxconn 16384
w ipv4/tcp_max_syn_backlog 16384
w ipv4/tcp_child_ehash_entries 1024
for scope in all default; do
	w ipv6/conf/$scope/disable_ipv6 0
	w ipv6/conf/$scope/accept_dad 0
	w ipv6/conf/$scope/accept_ra 0
	w ipv6/conf/$scope/accept_redirects 0
	w ipv4/conf/$scope/rp_filter 0
	w ipv4/conf/$scope/accept_redirects 0
done
w ipv6/conf/default/addr_gen_mode 1
`;
}

/**
 * What the fabric's init (process 1 of its pid namespace) does. When it is done it becomes a shell that runs what it is
 * told (fabric-shell.ts), and ends when its standard input closes, that is when the runner is gone, however it went: the
 * kernel then kills every process of the pid namespace, and with them go the namespaces and interfaces.
 *
 * Sysctls of conntrack: TIME_WAIT entries of finished attempts would otherwise fill the table for two minutes
 * (nf_conntrack_max can only be changed for the whole machine); the timeouts that can decide whether an
 * established connection or a UDP flow is known stay as on a real node.
 */
export function fabricInitScript(families: readonly IpFamily[]): string {
	return `set -e
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/netns
${commonSysctls()}
w ipv4/ip_forward 1
w ipv6/conf/all/forwarding 1
w ipv4/conf/all/send_redirects 0
w ipv4/conf/default/send_redirects 0
w ipv4/icmp_ratelimit 0
w ipv6/icmp/ratelimit 0
w netfilter/nf_conntrack_tcp_timeout_time_wait 10
w netfilter/nf_conntrack_tcp_timeout_close 5
w netfilter/nf_conntrack_tcp_timeout_close_wait 10
ip -batch - <<'END'
${fabricLinks(families).join('\n')}
END
echo ready
exec sh -s
`;
}

/**
 * The node's own addresses are on lo. A packet that the node itself sends to a Service needs a route before the
 * output hook can translate it; `node0` is what that route points at (IPv6 turns routes over lo into unreachable ones).
 */
function fabricLinks(families: readonly IpFamily[]): string[] {
	return [
		'link set lo up',
		'link add node0 type veth peer name node1',
		'link set node0 up',
		'link set node1 up',
		...families.flatMap((family) => {
			const address = nodeAddresses[family];
			return [
				family === 'ipv4' ? `addr add ${address}/32 dev lo` : `addr add ${address}/128 dev lo nodad`,
				`route add ${ranges.services[family]} dev node0 src ${address}`,
			];
		}),
	];
}

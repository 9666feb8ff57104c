import type { Addresses, IpFamily } from '../../model/address.ts';
import { ipFamilies } from '../../model/address.ts';
import { commonSysctls } from './fabric-script.ts';
import { gateways, nodeAddresses } from './ranges.ts';

/** A namespace with one interface that leads into the fabric. */
export interface Attachment {
	/** Name of the network namespace, and of the interface on the fabric's side. At most 15 bytes (IFNAMSIZ). */
	device: string;
	addresses: Addresses;
	/** Hardware addresses of both ends, so that permanent neighbour entries can name them before they exist. */
	fabricMac: string;
	ownMac: string;
}

/** `kind` 'p' for pods, 'x' for the outside world; numbers are unique within a kind. */
export function attachment(kind: 'p' | 'x', number: number, addresses: Addresses): Attachment {
	const tail = `${kind === 'p' ? '00' : '01'}:${hex(number >> 8)}:${hex(number & 255)}`;
	return { device: `${kind}${number}`, addresses, fabricMac: `02:67:00:${tail}`, ownMac: `02:67:01:${tail}` };
}

/**
 * The shell script that attaches endpoints to the fabric, run inside it. Only `lanes` of the namespaces are set up at a
 * time. Nobody ever has to ask for a hardware address: each side has a permanent entry for the other, so that no first
 * packet waits for ARP or neighbour discovery.
 */
export function attachScript(attachments: readonly Attachment[], lanes: number): string {
	const perLane = Array.from({ length: Math.min(lanes, attachments.length) }, (_, lane) =>
		attachments.filter((_unused, index) => index % lanes === lane),
	);
	return `set -e
ip -batch - <<'END'
${attachments.flatMap(fabricSide).join('\n')}
END
inside='${commonSysctls()}exec ip -batch -'
lanes=
${perLane.map((lane) => `(\nset -e\n${lane.map(ownSide).join('\n')}\n) &\nlanes="$lanes $!"`).join('\n')}
for lane in $lanes; do wait "$lane"; done
`;
}

/** Batch lines that detach endpoints; what their packets left in conntrack stays, as on a real node. */
export function detachBatch(attachments: readonly Attachment[]): string {
	return `${attachments.flatMap(({ device }) => [`link del ${device}`, `netns del ${device}`]).join('\n')}\n`;
}

function fabricSide({ device, addresses, fabricMac, ownMac }: Attachment): string[] {
	return [
		`netns add ${device}`,
		`link add ${device} address ${fabricMac} type veth peer name eth0 address ${ownMac} netns ${device}`,
		`link set ${device} up`,
		...eachFamily(addresses, (family, address) => [
			// Before the route: whoever attempts this address already would make the kernel begin an entry of its own.
			`neigh replace ${address} lladdr ${ownMac} dev ${device} nud permanent`,
			`route add ${address}/${hostPrefix[family]} dev ${device} src ${nodeAddresses[family]}`,
		]),
	];
}

function ownSide({ device, addresses, fabricMac }: Attachment): string {
	const lines = [
		'link set lo up',
		'link set eth0 addrgenmode none',
		...eachFamily(addresses, (family, address) => [
			`addr add ${address}/${hostPrefix[family]} dev eth0${family === 'ipv6' ? ' nodad' : ''}`,
		]),
		'link set eth0 up',
		...eachFamily(addresses, (family) => [
			`neigh add ${gateways[family]} lladdr ${fabricMac} dev eth0 nud permanent`,
			...(family === 'ipv4' ? [`route add ${gateways[family]} dev eth0 scope link`] : []),
			`route add default via ${gateways[family]} dev eth0`,
		]),
	];
	return `nsenter --net=/run/netns/${device} sh -c "$inside" <<'END'\n${lines.join('\n')}\nEND`;
}

const hostPrefix: Record<IpFamily, number> = { ipv4: 32, ipv6: 128 };

function eachFamily(addresses: Addresses, lines: (family: IpFamily, address: string) => string[]): string[] {
	return ipFamilies.flatMap((family) => {
		const address = addresses[family];
		return address === undefined ? [] : lines(family, address);
	});
}

function hex(byte: number): string {
	return byte.toString(16).padStart(2, '0');
}

import type { Addresses, IpFamily } from '../../model/address.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { command } from './command.ts';
import { containerAddresses } from './pod-routes.ts';

interface NetworkState {
	IPAM: { Config: { Subnet: string }[] };
	Containers: Record<string, { IPv4Address: string; IPv6Address: string }>;
}

/**
 * An address on the network of kind that Docker gives to nobody, and no other cluster there takes: Docker counts upwards,
 * so it is as far from the upper end as the cluster's first node is from the lower one.
 * @throws GatecrashError GC_CLUSTER where somebody has it.
 */
export async function relayAddress(node: string, family: IpFamily, signal: AbortSignal): Promise<Addresses> {
	const [state, own] = await Promise.all([networkState(signal), containerAddresses(node, signal)]);
	const address =
		family === 'ipv4'
			? mirrored(
					own.ipv4 ?? '',
					state.IPAM.Config.map(({ Subnet }) => Subnet),
				)
			: beside(own.ipv6 ?? '');
	const taken = Object.values(state.Containers).flatMap((one) => [one.IPv4Address, one.IPv6Address]);
	if (address !== undefined && !taken.some((one) => one.split('/')[0] === address)) return { [family]: address };
	throw new GatecrashError('GC_CLUSTER', `There is no free address for a resolver beside the node ${node}.`, {
		hint: 'Look at what this says: docker network inspect kind',
	});
}

/** 172.18.0.3 in 172.18.0.0/16 becomes 172.18.255.252. */
export function mirrored(address: string, subnets: readonly string[]): string | undefined {
	for (const subnet of subnets) {
		const [start = '', bits = ''] = subnet.split('/');
		const size = 2 ** (32 - Number(bits));
		const first = numberOf(start);
		const number = numberOf(address);
		if (first === undefined || number === undefined || number < first || number >= first + size) continue;
		return textOf(first + size - 1 - (number - first));
	}
	return undefined;
}

/** fc00:f853:ccd:e793::3 becomes fc00:f853:ccd:e793::53:3. */
function beside(address: string): string | undefined {
	const [, prefix, last] = /^([0-9a-f:]+)::([0-9a-f]{1,4})$/.exec(address) ?? [];
	return prefix === undefined ? undefined : `${prefix}::53:${last}`;
}

async function networkState(signal: AbortSignal): Promise<NetworkState> {
	const text = await command('docker', ['network', 'inspect', 'kind'], { signal, timeout: 10_000 });
	const [state] = JSON.parse(text) as NetworkState[];
	if (!state) throw new GatecrashError('GC_CLUSTER', 'Docker has no network "kind".');
	return state;
}

function numberOf(address: string): number | undefined {
	const parts = address.split('.').map(Number);
	if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part))) return undefined;
	return parts.reduce((number, part) => number * 256 + part, 0);
}

function textOf(number: number): string {
	return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

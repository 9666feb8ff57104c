import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { IpFamily } from '../model/address.ts';

/** The pod's addresses of a family, loopback included; link-local ones need a zone and are left out. */
export function ownAddresses(family: IpFamily): string[] {
	const wanted = family === 'ipv6' ? 'IPv6' : 'IPv4';
	return Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.filter((entry) => entry.family === wanted && !/^fe[89ab]/i.test(entry.address))
		.map((entry) => entry.address);
}

/** Between two looks. Milliseconds. */
const pause = 20;

/** Resolves when the pod has all of these addresses, which somebody else gives it; asks for ever. */
export async function untilOwned(addresses: readonly string[]): Promise<void> {
	const isOwned = (address: string) => ownAddresses(address.includes(':') ? 'ipv6' : 'ipv4').includes(address);
	while (!addresses.every(isOwned)) await sleep(pause);
}

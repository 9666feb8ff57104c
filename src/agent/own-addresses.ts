import { networkInterfaces } from 'node:os';
import type { IpFamily } from '../model/address.ts';

/** The pod's addresses of a family, loopback included; link-local ones need a zone and are left out. */
export function ownAddresses(family: IpFamily): string[] {
	const wanted = family === 'ipv6' ? 'IPv6' : 'IPv4';
	return Object.values(networkInterfaces())
		.flatMap((addresses) => addresses ?? [])
		.filter((entry) => entry.family === wanted && !/^fe[89ab]/i.test(entry.address))
		.map((entry) => entry.address);
}

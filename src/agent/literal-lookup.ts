import { isIP } from 'node:net';

/**
 * For node:dgram, in place of the resolver: addresses are literal, so nothing is looked up, and binding and sending
 * happen at once instead of a turn later.
 */
export function literalLookup(
	host: string,
	_options: unknown,
	callback: (error: NodeJS.ErrnoException | null, address: string, family: number) => void,
): void {
	callback(null, host, isIP(host));
}

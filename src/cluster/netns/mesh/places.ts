import type { IpFamily } from '../../../model/address.ts';

/** Where a sidecar takes what comes in and what goes out; Istio's numbers. */
export const sidecarPorts = { inbound: 15_006, outbound: 15_001 } as const;

/** Where it listens; what goes out is redirected to loopback, what comes in to the pod's own address. */
export const listenAddresses: Record<'inbound' | 'outbound', Record<IpFamily, string>> = {
	inbound: { ipv4: '0.0.0.0', ipv6: '::' },
	outbound: { ipv4: '127.0.0.1', ipv6: '::1' },
};

/** The address that applications see as their peer; the one of IPv6 is put on lo first. Istio's too. */
export const inboundSource: Record<IpFamily, string> = { ipv4: '127.0.0.6', ipv6: '::6' };

/**
 * Mark of the sidecar's own connections to others, so that they are not led back to it. Istio tells them by their user
 * id, but a user namespace of an ordinary user has only one. Setting it needs CAP_NET_ADMIN, which no agent has.
 */
export const sidecarMark = 0x539;

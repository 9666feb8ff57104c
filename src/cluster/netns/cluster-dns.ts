import { clusterDomain } from '../../model/cluster-dns.ts';
import { type ResolverSettings, zoneOf } from '../../model/dns.ts';
import type { Inventory } from './inventory.ts';
import type { ServiceBook } from './service-book.ts';

/** Resolvers outside, by their zones: where whoever passes queries on sends them. */
export function resolversOutside(inventory: Inventory): ResolverSettings['forward'] {
	return inventory
		.members()
		.filter(({ kind, listen }) => kind === 'external' && listen.some(({ port, resolves }) => port === 53 && resolves))
		.map(({ name, addresses }) => ({ zone: zoneOf(name), addresses }));
}

/** As CoreDNS is set up on most clusters: names of Services by itself, everything else by recursion. */
export function clusterResolver(inventory: Inventory, services: ServiceBook): ResolverSettings {
	return { names: services.names(), domain: clusterDomain, forward: resolversOutside(inventory) };
}

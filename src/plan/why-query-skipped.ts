import type { Capability } from '../model/capability.ts';
import { clusterDnsName, clusterDomain, serviceOfName } from '../model/cluster-dns.ts';
import { namesAsked } from '../model/dns.ts';
import type { CellQuery } from '../model/plan.ts';
import type { AttemptSpec, Scenario, TargetRef } from '../model/scenario.ts';

/** Why one query cannot be attempted here, beyond what holds for every attempt; or undefined. */
export function whyQuerySkipped(
	{ expect }: AttemptSpec,
	to: TargetRef,
	query: CellQuery,
	capabilities: ReadonlySet<Capability>,
	scenario: Scenario,
): string | undefined {
	if (to.kind !== 'clusterDns') return undefined;
	if (to.name === 'node-local' && !capabilities.has('node-local-dns')) {
		return 'needs node-local-dns, which this cluster does not have';
	}
	// What is passed on comes to a resolver of ours, which notes it.
	if (query.owner !== undefined || capabilities.has('cluster-dns-probe')) return undefined;
	if (expect === 'blocked') {
		return 'needs cluster-dns-probe, which this cluster does not have: whether a query for a name of the cluster came to its DNS is not seen, so that silence would prove nothing';
	}
	if (hasKnownAnswer(query, capabilities, scenario)) return undefined;
	return 'needs cluster-dns-probe, which this cluster does not have: nobody could vouch for the answer, and there is no address that it would have to hold';
}

/** A Service's address is what its name has to resolve to. */
function hasKnownAnswer(query: CellQuery, capabilities: ReadonlySet<Capability>, { services }: Scenario): boolean {
	const { type } = query;
	if (!(type === 'A' && capabilities.has('ipv4')) && !(type === 'AAAA' && capabilities.has('ipv6'))) return false;
	return namesAsked(query).some((name) => {
		const service = serviceOfName(name);
		if (service === clusterDnsName) return true;
		const spec = service === undefined ? undefined : services[service];
		return spec !== undefined && !spec.headless && name === `${service}.${spec.namespace}.svc.${clusterDomain}`;
	});
}

import { defaultEdns, dnsTransports, type DnsRecordType, type DnsTransport, zoneOf } from '../model/dns.ts';
import type { CellQuery } from '../model/plan.ts';
import { searchList } from '../model/cluster-dns.ts';
import { substituteReferences } from '../model/reference.ts';
import type { AttemptSpec, Scenario, TargetRef } from '../model/scenario.ts';
import { type DialledPort, resolvePorts } from './resolve-ports.ts';

/** One way in which a `dns` attempt asks. */
export interface PlannedQuery {
	dialled: DialledPort;
	query: CellQuery;
}

/** A `dns` attempt of its first source, once for each of its transports. */
export function queriesOf({ kind, from, to, options }: AttemptSpec, scenario: Scenario): PlannedQuery[] {
	const [target] = to;
	const { over = ['udp'], query } = options as { over?: DnsTransport[]; query?: WrittenQuery };
	if (kind !== 'dns' || !target || !query) return [];
	return over.flatMap((transport) => {
		const dialled = portOf(target, transport, scenario);
		if (dialled === undefined) return [];
		// Only pods have a search list, each that of its namespace.
		const [client] = from;
		const namespace = client?.kind === 'pod' ? scenario.pods[client.name]?.namespace : undefined;
		return [{ dialled, query: questionOf(query, transport, scenario, namespace) }];
	});
}

interface WrittenQuery {
	name: string;
	type?: DnsRecordType;
	size?: number;
	edns?: number;
	search?: boolean;
}

function questionOf(
	{ name, type, size, edns, search }: WrittenQuery,
	over: DnsTransport,
	scenario: Scenario,
	namespace: string | undefined,
): CellQuery {
	const { value } = substituteReferences(name, (reference) =>
		reference.kind === 'zone' ? zoneOf(reference.name) : undefined,
	);
	const bare = value.replace(/\.$/, '');
	const domains = search && namespace !== undefined ? searchList(value, namespace) : [];
	const owner = Object.keys(scenario.external).find((external) => isBelow(bare, zoneOf(external)));
	return {
		...{ over, name: bare, type: type ?? 'A', edns: edns ?? defaultEdns },
		...(size !== undefined && { size }),
		...(domains.length > 0 && { search: domains }),
		...(owner !== undefined && { owner }),
	};
}

function isBelow(name: string, zone: string): boolean {
	return name === zone || name.endsWith(`.${zone}`);
}

function portOf(target: TargetRef, over: DnsTransport, scenario: Scenario): DialledPort | undefined {
	const { protocol, port } = dnsTransports[over];
	if (typeof target.port !== 'string') return { port: target.port ?? port, protocol, speaks: protocol };
	const named = resolvePorts({ ...target, protocol }, scenario)[0];
	return named && { port: named.port, protocol, speaks: protocol };
}

/** What tells two questions on one way apart. */
export function asQuestion({ over, name, type, size, edns, search }: CellQuery): string {
	const limits = over === 'udp' ? `, EDNS ${edns}` : '';
	const below = search === undefined ? '' : ` below ${search.join(', ')}`;
	return ` asking ${type} ${name}${below}${size === undefined ? '' : ` of ${size} bytes`}${limits}`;
}

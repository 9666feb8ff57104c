import { defaultEdns, dnsTransports, type DnsRecordType, type DnsTransport, zoneOf } from '../model/dns.ts';
import type { CellQuery } from '../model/plan.ts';
import { substituteReferences } from '../model/reference.ts';
import type { AttemptSpec, Scenario, TargetRef } from '../model/scenario.ts';
import { type DialledPort, resolvePorts } from './resolve-ports.ts';

/** One way in which a `dns` attempt asks. */
export interface PlannedQuery {
	dialled: DialledPort;
	query: CellQuery;
}

/** A `dns` attempt, once for each of its transports. */
export function queriesOf({ kind, to, options }: AttemptSpec, scenario: Scenario): PlannedQuery[] {
	const [target] = to;
	const { over = ['udp'], query } = options as { over?: DnsTransport[]; query?: WrittenQuery };
	if (kind !== 'dns' || !target || !query) return [];
	return over.flatMap((transport) => {
		const dialled = portOf(target, transport, scenario);
		return dialled === undefined ? [] : [{ dialled, query: questionOf(query, transport, scenario) }];
	});
}

interface WrittenQuery {
	name: string;
	type?: DnsRecordType;
	size?: number;
	edns?: number;
}

function questionOf({ name, type, size, edns }: WrittenQuery, over: DnsTransport, scenario: Scenario): CellQuery {
	const { value } = substituteReferences(name, (reference) =>
		reference.kind === 'zone' ? zoneOf(reference.name) : undefined,
	);
	const bare = value.replace(/\.$/, '');
	const owner = Object.keys(scenario.external).find((external) => isBelow(bare, zoneOf(external)));
	return {
		...{ over, name: bare, type: type ?? 'A', edns: edns ?? defaultEdns },
		...(size !== undefined && { size }),
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
export function asQuestion({ over, name, type, size, edns }: CellQuery): string {
	const limits = over === 'udp' ? `, EDNS ${edns}` : '';
	return ` asking ${type} ${name}${size === undefined ? '' : ` of ${size} bytes`}${limits}`;
}

import fc from 'fast-check';
import type { Workload } from '../../src/model/plan.ts';
import { portNames } from './topology.ts';

export interface PolicyPort {
	protocol?: 'TCP' | 'UDP' | 'SCTP';
	port?: number | string;
	endPort?: number;
}

/** Entries of a rule's `ports`: by number, name, range or protocol alone, about ports that are listened to and their neighbours. */
export function randomPorts({ pods }: Workload): fc.Arbitrary<PolicyPort> {
	const listened = Object.values(pods).flatMap(({ listen }) => listen.map(({ port }) => port));
	const port = fc.constantFrom(...listened, ...listened, 79, 83);
	const protocol = fc.constantFrom<PolicyPort['protocol']>('TCP', 'UDP', 'TCP', 'UDP', 'TCP', 'UDP', 'SCTP');
	const optional = { protocol: fc.option(protocol, { freq: 2, nil: undefined }) };
	const ranges = fc
		.record({ ...optional, port, width: fc.nat(3) })
		.map(({ width, ...rest }) => ({ ...rest, endPort: rest.port + width }));
	return fc
		.oneof(
			{ arbitrary: fc.record<PolicyPort>({ ...optional, port }), weight: 5 },
			{ arbitrary: fc.record<PolicyPort>({ ...optional, port: fc.constantFrom(...portNames) }), weight: 3 },
			{ arbitrary: ranges, weight: 3 },
			{ arbitrary: fc.record<PolicyPort>(optional), weight: 2 },
		)
		.map((entry) => Object.fromEntries(Object.entries(entry).filter(([, value]) => value !== undefined)));
}

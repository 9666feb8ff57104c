import type { Cell } from '../model/plan.ts';

/** Of a SPIFFE name in a mesh: `spiffe://TRUST-DOMAIN/ns/NAMESPACE/sa/ACCOUNT`. */
const inNamespace = /^(spiffe:\/\/[^/]+\/ns\/)([^/]+)(\/.*)$/;

/**
 * The cell with the identities that it demands as they are in the cluster: where a scenario's namespaces have names of the
 * run, so have the certificates of its workloads. `names`: the scenario's -> the cluster's.
 */
export function withRealNames(cell: Cell, names: ReadonlyMap<string, string>): Cell {
	const { identity, presents } = cell;
	if (names.size === 0 || (identity === undefined && presents?.identity === undefined)) return cell;
	return {
		...cell,
		...(identity !== undefined && { identity: realIdentity(identity, names) }),
		...(presents?.identity !== undefined && {
			presents: { ...presents, identity: realIdentity(presents.identity, names) },
		}),
	};
}

function realIdentity(identity: string, names: ReadonlyMap<string, string>): string {
	return identity.replace(inNamespace, (_, before, namespace, after) =>
		[before, names.get(String(namespace)) ?? namespace, after].join(''),
	);
}

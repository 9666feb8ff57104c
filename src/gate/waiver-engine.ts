import semver from 'semver';
import type { ClusterFacts } from '../model/cluster.ts';
import type { Waiver } from '../model/gate.ts';

/** A program of the cluster's network, as found: `calico v3.28.5`, `nftables (embedded)`. */
interface Engine {
	text: string;
	version: string | undefined;
}

/** The program that a waiver is for, if the cluster has it: an enforcer, a CNI plugin or a mesh. */
export function findEngine({ engine }: Waiver, cluster: ClusterFacts | undefined): Engine | undefined {
	if (engine === undefined || cluster === undefined) return undefined;
	const wanted = engine.toLowerCase();
	const found = [...cluster.enforcers, ...(cluster.network?.mesh ?? []), ...(cluster.network?.cni ?? [])];
	const text = found.find((one) => one.toLowerCase() === wanted || one.toLowerCase().startsWith(`${wanted} `));
	if (text === undefined) return undefined;
	const rest = text.slice(engine.length);
	return { text, version: /\d/.test(rest) ? semver.coerce(rest, { includePrerelease: true })?.version : undefined };
}

/** Where the version is not known, a waiver for certain versions does not hold. */
export function holdsFor(waiver: Waiver, cluster: ClusterFacts | undefined): boolean {
	if (waiver.engine === undefined) return true;
	const engine = findEngine(waiver, cluster);
	if (engine === undefined) return false;
	if (waiver.versions === undefined) return true;
	return engine.version !== undefined && semver.satisfies(engine.version, waiver.versions, { includePrerelease: true });
}

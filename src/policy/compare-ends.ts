import type { KubernetesObject } from '../model/policy.ts';
import { isNetworkPolicy } from './network-policy.ts';
import { isPlain, type PathEnds, PlainPaths } from './plain-paths.ts';
import { PolicyIndex } from './policy-index.ts';
import { MeaningTable, truthAt } from './side-meaning.ts';
import type { Connection, World } from './world.ts';

/** Where two sets of policies may say different things beside whatever other policies. */
export interface EndsComparison {
	/** False only where they isolate the same ends and let the same through, so that no further policy could make them differ. */
	mayDiffer(connection: Connection): boolean;
	/** False: on no port, in no protocol and family. */
	mayDifferBetween(ends: PathEnds): boolean;
	/** The same text: they differ in the same way on each port; undefined: more than rules decides (a node, a Service). */
	differenceBetween(ends: PathEnds): string | undefined;
}

/** What more than the rules decides may always differ. Pure; as in `compilePolicies`. */
export function compareEnds(
	one: readonly KubernetesObject[],
	other: readonly KubernetesObject[],
	world: World,
): EndsComparison {
	if (![...one, ...other].every(isNetworkPolicy)) {
		return { mayDiffer: () => true, mayDifferBetween: () => true, differenceBetween: () => undefined };
	}
	const table = new MeaningTable();
	const [before, after] = [new PolicyIndex(one, world), new PolicyIndex(other, world)];
	return new RulesComparison(world, new PlainPaths(before, table), new PlainPaths(after, table));
}

class RulesComparison implements EndsComparison {
	readonly #world: World;
	readonly #before: PlainPaths;
	readonly #after: PlainPaths;

	constructor(world: World, before: PlainPaths, after: PlainPaths) {
		this.#world = world;
		this.#before = before;
		this.#after = after;
	}

	mayDiffer(connection: Connection): boolean {
		const { to, port, protocol, family } = connection;
		if (protocol === 'icmp' || !isPlain(connection, this.#world)) return true;
		const destination = to.kind === 'pod' ? this.#world.pods[to.name] : undefined;
		const [was, is] = [this.#before.meaning(connection, family), this.#after.meaning(connection, family)];
		return (['egress', 'ingress'] as const).some((direction) => {
			const [one, other] = [was[direction], is[direction]];
			if (!one || !other || one === other) return false;
			if (one.isolated !== other.isolated) return true;
			return truthAt(one, port, protocol, destination) !== truthAt(other, port, protocol, destination);
		});
	}

	mayDifferBetween(ends: PathEnds): boolean {
		if (!isPlain(ends, this.#world)) return true;
		const { families } = this.#before.families.length > 1 ? this.#before : this.#after;
		return families.some((family) => {
			const [was, is] = [this.#before.meaning(ends, family), this.#after.meaning(ends, family)];
			return was.egress !== is.egress || was.ingress !== is.ingress;
		});
	}

	differenceBetween(ends: PathEnds): string | undefined {
		if (!isPlain(ends, this.#world)) return undefined;
		return `${this.#before.meaningText(ends)} ${this.#after.meaningText(ends)}`;
	}
}

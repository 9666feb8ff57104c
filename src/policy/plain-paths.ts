import { type IpFamily, ipFamilies } from '../model/address.ts';
import type { Prediction } from '../model/plan.ts';
import { wordOf } from './describe-side.ts';
import { isInMesh } from './mesh/evaluate-mesh.ts';
import type { PolicyIndex } from './policy-index.ts';
import { MeaningTable, type SideMeaning, SideMeanings, truthAt } from './side-meaning.ts';
import { allOf } from './truth.ts';
import type { Connection, PodFacts, World } from './world.ts';

/** The two ends of a path. */
export type PathEnds = Pick<Connection, 'from' | 'to'>;

/** What is said at both ends; undefined where the end is no pod. */
export interface PathMeaning {
	egress: SideMeaning | undefined;
	ingress: SideMeaning | undefined;
}

const oneFamily: readonly IpFamily[] = ['ipv4'];

/** Paths of which only rules of NetworkPolicies decide, evaluated for all ports at once and each kind of pair but once. */
export class PlainPaths {
	readonly #index: PolicyIndex;
	readonly #meanings: SideMeanings;
	readonly #ruled = new Map<PodFacts, boolean>();

	/** `table`: that of policies with which this one's are compared. */
	constructor(index: PolicyIndex, table: MeaningTable = new MeaningTable()) {
		this.#index = index;
		this.#meanings = new SideMeanings(index, table);
	}

	/** Without ranges of addresses one family stands for all. */
	get families(): readonly IpFamily[] {
		return this.#index.hasBlocks ? ipFamilies : oneFamily;
	}

	/** Of ends that are plain (`isPlain`). */
	meaning({ from, to }: PathEnds, family: IpFamily): PathMeaning {
		const { world } = this.#index;
		const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
		const server = to.kind === 'pod' ? world.pods[to.name] : undefined;
		return {
			egress: client && this.#meanings.of('egress', client, { name: to.name, pod: server }, family),
			ingress: server && this.#meanings.of('ingress', server, { name: from.name, pod: client }, family),
		};
	}

	/** The same text: the same meaning in all families. */
	meaningText(ends: PathEnds): string {
		return this.families
			.map((family) => {
				const { egress, ingress } = this.meaning(ends, family);
				return `${egress?.id}>${ingress?.id}`;
			})
			.join();
	}

	/** The same as `verdictOf`; undefined where more than rules decides. */
	verdict(connection: Connection): Prediction['verdict'] | undefined {
		const { to, port, protocol, family, attempted } = connection;
		if (protocol === 'icmp' || (attempted && !isBare(attempted)) || !this.isRuled(connection)) return undefined;
		const { egress, ingress } = this.meaning(connection, family);
		const destination = to.kind === 'pod' ? this.#index.world.pods[to.name] : undefined;
		return wordOf(
			allOf([
				egress ? truthAt(egress, port, protocol, destination) : 'yes',
				ingress ? truthAt(ingress, port, protocol, destination) : 'yes',
			]),
		);
	}

	/** Only rules decide whatever is tried between these ends in the clear. */
	isRuled({ from, to }: PathEnds): boolean {
		const { world } = this.#index;
		if (!isPlain({ from, to }, world)) return false;
		return [from, to].every(({ kind, name }) => {
			const pod = kind === 'pod' ? world.pods[name] : undefined;
			return !pod || this.#isRuledPod(pod);
		});
	}

	#isRuledPod(pod: PodFacts): boolean {
		const { others, world } = this.#index;
		let known = this.#ruled.get(pod);
		if (known === undefined) {
			const own = pod.proxy !== undefined || (pod.securityGroups ?? []).length > 0 || isInMesh(pod, world);
			known = others.length === 0 && !pod.ended && !own && !world.namespaces[pod.namespace]?.foreign;
			this.#ruled.set(pod, known);
		}
		return known;
	}
}

function isBare({ kind, identity, forgedIdentity }: NonNullable<Connection['attempted']>): boolean {
	return kind === 'connect' && identity === undefined && forgedIdentity === undefined;
}

/** Only rules decide, as far as addresses go: no node, no Service, no pod that reaches itself. */
export function isPlain({ from, to }: PathEnds, world: World): boolean {
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	const server = to.kind === 'pod' ? world.pods[to.name] : undefined;
	if (from.kind === 'node' || (from.kind === 'pod' && !client) || (to.kind === 'pod' && !server)) return false;
	if (client?.hostNetwork || server?.hostNetwork) return false;
	return to.kind === 'external' || (to.kind === 'pod' && !(from.kind === 'pod' && from.name === to.name));
}

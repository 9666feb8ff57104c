import type { IpFamily, Protocol } from '../model/address.ts';
import type { KubernetesObject } from '../model/policy.ts';
import type { Prediction } from '../model/plan.ts';
import { evaluate, type Explanation, verdictOf } from './evaluate.ts';
import { type PathEnds, PlainPaths } from './plain-paths.ts';
import { PolicyIndex } from './policy-index.ts';
import { type PredictionTable, predictionTable } from './prediction-table.ts';
import type { Connection, World } from './world.ts';

/** What a set of policies means in a world, at one moment. */
export interface CompiledPolicies {
	/** Whether the policies' text allows a connection, and the policies and rules that decide it. */
	predict(connection: Connection): Prediction;
	/** What is predicted, without the reasons: for those who ask for very many paths. */
	verdict(connection: Connection): Prediction['verdict'];
	/**
	 * Of two pairs of ends the same text: the same verdict for whatever is tried in the clear on the same port, where the
	 * destinations have the same named ports. Undefined: more than rules decides.
	 */
	meaningBetween(ends: PathEnds): string | undefined;
	/** The same with both sides of every way that it may take. */
	explain(connection: Connection): Explanation;
	/** Every pair of pods on one port at once: 1,000 pods and 200 policies take well under a second. */
	table(port: number, protocol: Protocol, family: IpFamily): PredictionTable;
}

/**
 * NetworkPolicy v1, as its API reference and the concepts page describe it, and beside it Istio's objects, as far as
 * sidecars go by them; kinds that aren't modelled make what they may act on `unknown`. Objects have been validated;
 * references in them may be symbolic or substituted. `steps[i]`: number of the step in which `policies[i]` was created,
 * since of two PeerAuthentications the older counts; default: each in one of its own. Pure.
 */
export function compilePolicies(
	policies: readonly KubernetesObject[],
	world: World,
	steps?: readonly number[],
): CompiledPolicies {
	const index = new PolicyIndex(policies, world, steps);
	const plain = new PlainPaths(index);
	return {
		predict: (connection) => evaluate(index, connection).prediction,
		verdict: (connection) => plain.verdict(connection) ?? verdictOf(index, connection),
		meaningBetween: (ends) => (plain.isRuled(ends) ? plain.meaningText(ends) : undefined),
		explain: (connection) => evaluate(index, connection),
		table: (port, protocol, family) => predictionTable(index, port, protocol, family),
	};
}

import type { KnownNetwork } from '../model/cluster.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { Cell, HeldConnection, Prediction } from '../model/plan.ts';
import type { PolicySpec, Scenario } from '../model/scenario.ts';
import { type CompiledPolicies, compilePolicies } from '../policy/compile-policies.ts';
import { afterChange, type Change, type ClusterState, initialState } from './cluster-state.ts';
import { addressed, attemptedBy, needsTcp, type Path } from './cell-connection.ts';
import { endpointName } from './endpoint-name.ts';
import { policyWorld } from './policy-world.ts';
import { predictHeld } from './predict-held.ts';

/** Follows a plan's changes step by step, and says what the policies' text implies at each moment. */
export class Predictor {
	readonly diagnostics: Diagnostic[] = [];
	readonly #scenario: Scenario;
	readonly known: KnownNetwork | undefined;
	readonly #reasons = new Map<string, string>();
	readonly #held = new Map<string, { path: Path; since: Prediction[] }>();
	#state: ClusterState;
	#compiled: CompiledPolicies | undefined;

	constructor(scenario: Scenario, pods: readonly string[], known: KnownNetwork | undefined) {
		this.#scenario = scenario;
		this.known = known;
		this.#state = initialState(scenario, pods);
	}

	/** What the policies in force now mean. */
	now(): CompiledPolicies {
		const { policies, created } = this.#state;
		this.#compiled ??= compilePolicies(
			[...policies.values()],
			policyWorld(this.#scenario, this.#state, this.known),
			[...policies.keys()].map((identity) => created.get(identity) ?? 0),
		);
		return this.#compiled;
	}

	/** The policies in force now, as the scenario names them. */
	policies(): PolicySpec[] {
		const inForce = new Set(this.#state.policies.values());
		return this.#scenario.policies.filter(({ object }) => inForce.has(object));
	}

	/** What there is now. */
	get state(): ClusterState {
		return this.#state;
	}

	/** The pods' labels now. */
	podLabels(): ClusterState['podLabels'] {
		return this.#state.podLabels;
	}

	change(change: Change): void {
		this.#state = afterChange(this.#state, change, this.#scenario);
		this.#compiled = undefined;
		for (const { path, since } of this.#held.values()) {
			const ends = [path.from, addressed(path).to];
			const cut = change.do === 'remove' && ends.find((end) => change.pods.includes(end.name));
			since.push(
				cut
					? { verdict: 'unknown', because: [`${cut.name} was removed while the connection was held`] }
					: this.now().predict(addressed(path)),
			);
		}
	}

	hold(connection: HeldConnection): void {
		this.#held.set(heldKey(connection.name, connection), {
			path: connection,
			since: [this.now().predict(addressed(connection))],
		});
	}

	/** The cell with its prediction of this moment. */
	predicted(cell: Cell): Cell {
		return { ...cell, prediction: this.#shared(this.#predict(cell)) };
	}

	/**
	 * Many cells have the same reasons: each is kept once. Joined anew, because V8 keeps the pieces that a text was made of,
	 * which take several times its memory: half of what a plan of a million cells takes.
	 */
	#shared({ verdict, because }: Prediction): Prediction {
		return {
			verdict,
			because: because.map((text) => this.#reasons.get(text) ?? this.#keep(text.split(' ').join(' '))),
		};
	}

	#keep(text: string): string {
		this.#reasons.set(text, text);
		return text;
	}

	#predict(cell: Cell): Prediction {
		if (cell.on !== undefined) return predictHeld(this.#held.get(heldKey(cell.on, cell))?.since ?? []);
		const attempted = attemptedBy(cell);
		const { prediction, mixed } = this.now().explain({ ...addressed(cell), ...(attempted && { attempted }) });
		if (mixed && cell.skip === undefined && cell.expectation !== 'observe') this.#warnOfMixed(cell, prediction);
		return needsTcp(cell) && prediction.verdict === 'allowed' ? this.#alsoOverTcp(cell, prediction) : prediction;
	}

	/** An answer that does not fit into UDP has to be fetched over TCP. */
	#alsoOverTcp(cell: Cell, overUdp: Prediction): Prediction {
		const { verdict, because } = this.now().predict({ ...addressed(cell), protocol: 'tcp' });
		if (verdict === 'allowed') return overUdp;
		const why = `the answer of ${cell.query?.size} bytes does not fit into UDP, and over TCP`;
		return { verdict, because: because.map((text) => `${why}: ${text}`) };
	}

	#warnOfMixed(cell: Cell, prediction: Prediction): void {
		const message = `${endpointName(cell.from)} → ${endpointName(cell.to)}:${cell.port}: ${prediction.because[0] ?? ''}`;
		if (this.diagnostics.some((one) => one.message === message)) return;
		this.diagnostics.push({
			code: 'mixed-prediction',
			severity: 'warning',
			message: `the policies let this Service’s pods be reached differently: ${message}`,
			hint: 'write an attempt for each of the pods; a Service sends a connection to any of them',
			...cell.position,
		});
	}
}

function heldKey(name: string, { family }: Pick<Cell, 'family'>): string {
	return `${name}/${family}`;
}

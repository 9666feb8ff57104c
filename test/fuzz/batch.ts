import fc from 'fast-check';
import type { Cell, Workload } from '../../src/model/plan.ts';
import { checkCase, type CheckedCase } from './check-case.ts';
import type { Difference, Predicted } from './comparison.ts';
import { pathsOf } from './paths.ts';
import { type PolicyCase, randomCase } from './random-policy.ts';
import { count, type Tally } from './tally.ts';
import { TestBed, type TestBedContext } from './test-bed.ts';
import { topology } from './topology.ts';

/** A policy set under which the evaluator and the cluster differ, as small as it was found in the time. */
export interface Finding {
	/** Of the batch: its topology and all its cases follow from it. */
	seed: number;
	/** fast-check's path from the seed to this case; empty: no policy at all is needed. */
	path: string;
	workload: Workload;
	found: PolicyCase;
	differences: Difference[];
	contradictions: Predicted['contradictions'];
	/** Seen again on a deployment where nothing had been before; otherwise it hangs on the cases before it. */
	repeats: boolean;
}

export interface BatchOptions {
	seed: number;
	sets: number;
	/** Only this case, and what it shrinks to. */
	path?: string;
	context: TestBedContext;
	tally: Tally;
	/** Asked before each case; those of shrinking are made all the same. */
	isStopped: () => boolean;
	/** Milliseconds; 0: the first difference ends the batch, as it is. */
	shrinkFor: number;
	onCase?: () => void;
}

type Found = Pick<CheckedCase, 'differences'> & Pick<Predicted, 'contradictions'>;

/** One topology on one deployment, and one case after the other on it. Ends with the first difference. */
export class Batch {
	readonly #options: BatchOptions;
	readonly #workload: Workload;
	#bed: TestBed | undefined;
	#paths: Cell[] = [];
	/** Of the failing case that was checked last: of the smallest one when shrinking has ended. */
	#last: Found | undefined;
	#shrinkUntil: number | undefined;
	/** Shrinking on one deployment went astray: every candidate gets one of its own. */
	#alwaysFresh = false;
	#hanging: Finding | undefined;
	#error: unknown;

	constructor(options: BatchOptions) {
		this.#options = options;
		const name = options.seed.toString(36);
		this.#workload = fc.sample(topology(name), { seed: options.seed, numRuns: 1 })[0] as Workload;
	}

	async run(): Promise<Finding | undefined> {
		try {
			const bed = await this.#fresh();
			this.#options.tally.topologies += 1;
			this.#paths = pathsOf(this.#workload, bed.families);
			const nothing: PolicyCase = { before: [], policies: [] };
			const { differences } = await this.#check(nothing);
			if (differences.length > 0) return this.#finding('', nothing, { differences, contradictions: [] }, true);
			return await this.#fuzz(this.#options.path);
		} finally {
			await this.#bed?.close();
		}
	}

	async #fuzz(path: string | undefined): Promise<Finding | undefined> {
		const { seed, sets } = this.#options;
		const cases = randomCase(this.#workload, this.#bed?.families ?? []);
		const property = fc.asyncProperty(cases, (one) => this.#try(one));
		const result = await fc.check(property, {
			seed,
			numRuns: path === undefined ? sets : 1,
			...(path !== undefined && { path }),
		});
		if (this.#error !== undefined) throw this.#error;
		const [smallest] = result.counterexample ?? [];
		if (!result.failed || !smallest || !this.#last) return this.#hanging;
		const end = result.counterexamplePath ?? '';
		const repeated = this.#alwaysFresh ? this.#last : await this.#onFresh(smallest);
		if (isFound(repeated)) return this.#finding(end, smallest, repeated, true);
		// What shrinking left behind on the deployment led it astray.
		this.#hanging ??= this.#finding('', smallest, this.#last, false);
		this.#alwaysFresh = true;
		this.#shrinkUntil = undefined;
		return this.#fuzz(end.split(':')[0]);
	}

	/** Throws when there is a difference: fast-check then looks for a smaller case. Trouble of the harness is kept aside. */
	async #try(one: PolicyCase): Promise<void> {
		if (this.#error !== undefined || this.#isOver()) return;
		let found: Found;
		try {
			found = this.#alwaysFresh ? await this.#onFresh(one) : await this.#check(one);
			if (!isFound(found)) return;
			if (this.#options.shrinkFor === 0) {
				this.#hanging ??= this.#finding('', one, found, false);
				return;
			}
			if (this.#shrinkUntil === undefined && !this.#alwaysFresh) {
				const again = await this.#onFresh(one);
				if (!isFound(again)) {
					this.#hanging ??= this.#finding('', one, found, false);
					return;
				}
				found = again;
			}
		} catch (error) {
			this.#error = error;
			return;
		}
		this.#shrinkUntil ??= performance.now() + this.#options.shrinkFor;
		this.#last = found;
		throw new Error('the evaluator and the cluster differ');
	}

	#isOver(): boolean {
		if (this.#options.shrinkFor === 0 && this.#hanging) return true;
		return this.#shrinkUntil === undefined ? this.#options.isStopped() : performance.now() > this.#shrinkUntil;
	}

	async #check(one: PolicyCase): Promise<Found> {
		const bed = this.#bed ?? (await this.#fresh());
		const { predicted, observed, differences, passing } = await checkCase(
			one,
			this.#paths,
			bed,
			this.#shrinkUntil === undefined ? undefined : 1,
		);
		const { tally, onCase } = this.#options;
		if (this.#shrinkUntil === undefined) {
			count(tally, observed);
			tally.unplanned += predicted.unplanned;
			tally.passing += passing;
			onCase?.();
		}
		return { differences, contradictions: predicted.contradictions };
	}

	async #onFresh(one: PolicyCase): Promise<Found> {
		const { differences, predicted } = await checkCase(one, this.#paths, await this.#fresh());
		return { differences, contradictions: predicted.contradictions };
	}

	async #fresh(): Promise<TestBed> {
		await this.#bed?.close();
		this.#bed = undefined;
		this.#bed = await TestBed.deploy(this.#workload, this.#options.context);
		return this.#bed;
	}

	#finding(path: string, found: PolicyCase, { differences, contradictions }: Found, repeats: boolean): Finding {
		const { seed } = this.#options;
		return { seed, path, workload: this.#workload, found, differences, contradictions, repeats };
	}
}

function isFound({ differences, contradictions }: Found): boolean {
	return differences.length > 0 || contradictions.length > 0;
}

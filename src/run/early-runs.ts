import type { ScenarioPlan } from '../model/plan.ts';
import { type EarlyContext, EarlyRun } from './early-run.ts';

/** Pods and endpoints outside that stand ready at once: each is a Node process of some 40 MB. */
const bound = 40;
/** Half of the time for which certificates are valid, milliseconds. */
const oldest = 12 * 60 * 60 * 1000;

interface Entry {
	plan: ScenarioPlan;
	/** Undefined: it could not be prepared, and whoever runs the scenario will hear why. */
	early: Promise<EarlyRun | undefined> | undefined;
	preparedAt: number;
}

/** Early runs of the scenarios that were asked for last. Whoever makes it calls `end`. */
export class EarlyRuns {
	/** The latest last. */
	readonly #entries = new Map<string, Entry>();

	/** What stands ready for this plan, or is being made ready; whoever takes it closes it. */
	async take(plan: ScenarioPlan): Promise<EarlyRun | undefined> {
		const entry = this.#entries.get(plan.name);
		this.#entries.delete(plan.name);
		this.#entries.set(plan.name, { plan, early: undefined, preparedAt: 0 });
		const early = await entry?.early;
		if (!early || !entry) return undefined;
		if (early.fits(plan) && performance.now() - entry.preparedAt < oldest) return early;
		await early.close();
		return undefined;
	}

	/** Makes one ready for each scenario that was taken, as many as there is room for, the latest first. Returns at once. */
	prepare(context: EarlyContext): void {
		let size = 0;
		for (const [name, entry] of [...this.#entries].reverse()) {
			const { pods, external } = entry.plan.workload;
			size += Object.keys(pods).length + Object.keys(external).length;
			if (size > bound) {
				this.#entries.delete(name);
				void entry.early?.then((early) => early?.close()).catch(() => {});
			} else if (!entry.early) {
				entry.preparedAt = performance.now();
				entry.early = EarlyRun.prepare(entry.plan, context).catch(() => undefined);
			}
		}
	}

	/** Waits for what is being prepared, and closes everything. */
	async end(): Promise<void> {
		const entries = [...this.#entries.values()];
		this.#entries.clear();
		await Promise.allSettled(entries.map(async ({ early }) => (await early)?.close()));
	}
}

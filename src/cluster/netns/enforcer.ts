import { setTimeout as sleep } from 'node:timers/promises';
import type { EnforcerFaultName } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Engine } from './engine.ts';
import type { Fabric } from './fabric.ts';
import { isolationOnly } from './policy-ruleset.ts';
import type { Ruleset } from './ruleset.ts';
import { policyTable, transactions } from './transaction.ts';

interface Rulesets {
	policy: Ruleset;
	service: Ruleset;
}

/** How long one takes that loads its rules little by little, milliseconds. */
const slowness = 400;
/** For how long pods come up on a node that was started again, milliseconds. */
const startTime = 20_000;

/**
 * Brings rules into the kernel, each time all of them in one transaction. It can be ended and started again, as what does
 * this on a real node can: the rules that are in the kernel stay there.
 */
export class Enforcer {
	readonly #fabric: Fabric;
	readonly #engine: Engine;
	readonly #tamper: string | undefined;
	#generation = 0;
	/** Rules in force; undefined where that is not known. */
	#rules: string | undefined;
	#stopped: EnforcerFaultName | undefined;
	/** It was started again and loads its rules little by little, once. */
	#isSlow = false;
	#late: Promise<void> = Promise.resolve();
	/** So long it counts as just started, milliseconds of this process. */
	#startsUntil = 0;

	constructor(fabric: Fabric, engine: Engine, tamper: string | undefined) {
		this.#fabric = fabric;
		this.#engine = engine;
		this.#tamper = tamper;
	}

	/** What is asked of it waits until it is started again. */
	get stopped(): boolean {
		return this.#stopped !== undefined;
	}

	/** Resolves when the rules are in force. @throws GatecrashError GC_CLUSTER when the kernel refuses them. */
	async program(rulesets: Rulesets): Promise<void> {
		if (this.#stopped) return;
		const rules = JSON.stringify([rulesets.policy, rulesets.service]);
		// Most changes of a mesh change no rule of the fabric.
		if (rules === this.#rules && this.#tamper === undefined) return;
		this.#rules = undefined;
		if (this.#isSlow) return this.#loadSlowly(rulesets, rules);
		const isStarting = performance.now() < this.#startsUntil;
		const lateness = Math.max(this.#engine.programsLateBy(), isStarting ? this.#engine.startsLateBy() : 0);
		if (lateness <= 0) return this.#load(rulesets, rules);
		// A fabric that ended meanwhile has nothing to enforce any more.
		const due = sleep(lateness);
		const late = this.#late.then(() => due).then(() => this.#load(rulesets, rules));
		this.#late = late.catch(() => {});
	}

	/** The kernel has forgotten everything, and it is ended itself. */
	async loseEverything(): Promise<void> {
		this.#stopped = 'restart-enforcer';
		this.#rules = undefined;
		this.#generation = 0;
		await this.#fabric.run(['nft', 'flush', 'ruleset']);
	}

	/** After that, with the next change. Whoever has the bug for it comes only when pods have been there for a while. */
	startOver(): void {
		this.#stopped = undefined;
		this.#startsUntil = performance.now() + startTime;
	}

	/** Returns what is seen of it in the kernel. */
	async stop(fault: EnforcerFaultName): Promise<string[]> {
		this.#stopped = fault;
		// Whoever is started again knows nothing of what is in the kernel.
		this.#rules = undefined;
		const before = await this.#tables();
		if (fault === 'flush-enforcer' || this.#engine.flushesWhenStopped()) await this.#flush();
		const now = await this.#tables();
		const gone = before.filter((table) => !now.includes(table));
		if (gone.length > 0) return [`the enforcer was ended, and with it went ${gone.join(', ')}`];
		return [`the enforcer was ended; ${now.join(', ')} stayed in force`];
	}

	/** Whoever starts it has the rules programmed again, then asks for what is seen of it. */
	start(fault: EnforcerFaultName): (() => Promise<string[]>) | undefined {
		if (this.#stopped !== fault) return undefined;
		this.#stopped = undefined;
		this.#isSlow = fault === 'restart-enforcer-slowly';
		return async () => [`the enforcer was started again; in force are ${(await this.#tables()).join(', ')}`];
	}

	/** @throws GatecrashError GC_CLUSTER while nobody is there who could isolate new pods. */
	check(pods: readonly string[]): void {
		if (!this.#stopped) return;
		throw new GatecrashError('GC_CLUSTER', `The enforcer is ended: ${pods.join(', ')} can’t be given a network.`, {
			hint: 'a pod without an enforcer would be open; create it when the enforcer is back',
		});
	}

	async #load(rulesets: Rulesets, rules: string): Promise<void> {
		const gap = this.#engine.replacesWithGapOf();
		if (gap > 0 && this.#generation > 0) {
			await this.#flush();
			await sleep(gap);
		}
		if (this.#generation === 0) await this.#loadOwnTable();
		for (const input of transactions(this.#generation, rulesets, this.#tamper)) {
			await this.#fabric.run(['nft', '-f', '-'], input);
		}
		// Only now: after a failure the tables of the generation in force must not be the ones that are written next.
		this.#generation++;
		this.#rules = rules;
	}

	async #loadOwnTable(): Promise<void> {
		const table = this.#engine.ownTable();
		if (table !== undefined) await this.#fabric.run(['nft', '-f', '-'], table);
	}

	/** What is allowed comes last; what was there before it is gone from the beginning. */
	async #loadSlowly(rulesets: Rulesets, rules: string): Promise<void> {
		this.#isSlow = false;
		if (this.#engine.whileLoading() === 'nothing') await this.#flush();
		else await this.#load({ ...rulesets, policy: isolationOnly(rulesets.policy) }, '');
		await sleep(slowness);
		await this.#load(rulesets, rules);
	}

	/** Services stay: what becomes of their addresses is another program's business. */
	async #flush(): Promise<void> {
		const table = policyTable(this.#generation - 1);
		await this.#fabric.run(['nft', '-f', '-'], `table inet ${table} { }\ndelete table inet ${table}\n`);
	}

	async #tables(): Promise<string[]> {
		const text = await this.#fabric.run(['nft', 'list', 'tables']);
		return Array.from(text.matchAll(/^table inet (gatecrash_policy_\d+)$/gm), ([, name = '']) => `table ${name}`);
	}
}

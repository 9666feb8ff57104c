import type { PolicyEvent, PolicyEventLog } from '../model/policy-event.ts';
import type { ScenarioRunContext } from './scenario-run-context.ts';

/** Has the policy engine's own log written down, from the scenario's beginning to its end, where one can be read. */
export class PolicyEvents {
	readonly #context: ScenarioRunContext;
	/** Addresses that endpoints of the scenario have, or had. */
	readonly #addresses = new Set<string>();
	#log: PolicyEventLog | undefined;

	constructor(context: ScenarioRunContext) {
		this.#context = context;
	}

	/** Once, before anything is attempted. */
	async open(): Promise<void> {
		const { facts, deployment, signal } = this.#context;
		if (facts.vpcCni?.policyEventLogs !== true) return;
		this.#log = await deployment.openPolicyEvents?.(signal);
	}

	/** Whenever there are new endpoints. */
	noteEndpoints(): void {
		if (!this.#log) return;
		for (const { addresses } of this.#context.deployment.endpoints()) {
			for (const address of Object.values(addresses)) this.#addresses.add(address);
		}
	}

	/** Once, after the last attempt; connections of others are left out. */
	async write(): Promise<void> {
		const { recorder, signal } = this.#context;
		for (const { node, events, unreadable, missing } of (await this.#log?.read(signal)) ?? []) {
			recorder.append({
				...{ is: 'policy-events', node, events: events.filter((event) => this.#isOurs(event)), unreadable },
				...(missing !== undefined && { missing }),
			});
		}
	}

	#isOurs({ from, to }: PolicyEvent): boolean {
		return this.#addresses.has(from.address) || this.#addresses.has(to.address);
	}
}

import type { Enforcer } from './enforcer.ts';
import type { Fabric } from './fabric.ts';

interface Options {
	fabric: Fabric;
	enforcer: Enforcer;
	/** Programs what should be in force now. */
	commit: () => Promise<void>;
}

/**
 * The node is switched off: it passes nothing on, and all that its kernel knew of policies and Services is gone. The scenario's
 * pods have been removed before, and are made again after it (plan/chaos-turns); what is outside the cluster stays.
 */
export class NodeFault {
	readonly #options: Options;
	#isOff = false;

	constructor(options: Options) {
		this.#options = options;
	}

	/** Returns what was seen of it. */
	async stop(): Promise<string[]> {
		const { fabric, enforcer } = this.#options;
		this.#isOff = true;
		await this.#forward(0);
		await enforcer.loseEverything();
		const tables = (await fabric.run(['nft', 'list', 'tables'])).trim();
		return [`the node passes nothing on, and its kernel has ${tables === '' ? 'no table of rules' : tables}`];
	}

	/** Rules are in force again before it passes anything on. */
	async start(): Promise<string[]> {
		if (!this.#isOff) return [];
		const { fabric, enforcer, commit } = this.#options;
		this.#isOff = false;
		enforcer.startOver();
		await commit();
		await this.#forward(1);
		const tables = (await fabric.run(['nft', 'list', 'tables'])).match(/^table /gm) ?? [];
		return [`the node passes packets on again, with ${tables.length} tables of rules`];
	}

	async #forward(value: 0 | 1): Promise<void> {
		const script = `for file in ipv4/ip_forward ipv6/conf/all/forwarding; do
	if [ -w "/proc/sys/net/$file" ]; then echo ${value} > "/proc/sys/net/$file"; fi
done`;
		await this.#options.fabric.run(['sh', '-s'], script);
	}
}

import { type Block, messageSize, portions, type Ruleset, tableText } from './ruleset.ts';

/**
 * A netlink message can't be larger than a socket's send buffer, which an ordinary user can't have above twice
 * net.core.wmem_max (416 KiB unless it was changed).
 */
const budget = 300 * 1024;

/**
 * The nft inputs that replace the enforcement by another one, in order. All but the last prepare tables that nothing
 * uses yet; usually there is only the last one. It is one transaction: the kernel makes the rules of the new base chains
 * active and those of the old ones inactive in one instant. A packet may be between two base chains at that instant, so
 * the old ones have to come first: it meets the old rules before, or the new rules after, never neither.
 *
 * `generation`: another one each time; tables of even and odd generations take turns. `tamper`: nft commands
 * added at the end, to enforce wrongly on purpose; `{policy}` and `{service}` in it stand for the tables' names. What comes
 * after a line `---` is a transaction of its own.
 */
export function transactions(
	generation: number,
	rulesets: { policy: Ruleset; service: Ruleset },
	tamper: string | undefined,
): string[] {
	const names = (turn: number) => ({
		policy: policyTable(turn),
		service: `gatecrash_service_${turn % 2}`,
	});
	const [withRules = '', ...afterwards] = tampering(tamper, names(generation));
	const [now, before] = [names(generation), names(generation + 1)];
	// What an earlier failure may have left half prepared.
	const cleared = [now.policy, now.service].map(removed);
	const prepared = [
		...portions(rulesets.policy.blocks, budget).map((blocks) => tableText(now.policy, blocks)),
		...portions(rulesets.service.blocks, budget).map((blocks) => tableText(now.service, blocks)),
	];
	const switched = [
		tableText(now.policy, after(generation, rulesets.policy.hooks)),
		tableText(now.service, after(generation, rulesets.service.hooks)),
		...[before.policy, before.service, 'gatecrash_tamper'].map(removed),
		'table inet gatecrash_tamper { }\n',
		`${withRules}\n`,
	];
	const size = messageSize([...rulesets.policy.blocks, ...rulesets.service.blocks]);
	// Everything fits into one message together, with room for what is switched and removed.
	const small = size < budget / 2;
	const inputs = small
		? [[...cleared, ...prepared, ...switched].join('')]
		: [cleared.join(''), ...prepared, switched.join('')];
	return [...inputs, ...afterwards];
}

/** What goes along with the rules, and what comes after them. */
function tampering(tamper = '', { policy, service }: { policy: string; service: string }): string[] {
	return tamper
		.replaceAll('{policy}', policy)
		.replaceAll('{service}', service)
		.split(/^---\n/m);
}

/** The table of policies of a generation. */
export function policyTable(generation: number): string {
	return `gatecrash_policy_${generation % 2}`;
}

/** Base chains run in the order of their priority, and of two with the same one the newer runs first. */
function after(generation: number, hooks: Ruleset['hooks']): Block[] {
	return hooks.map((hook) => ({
		...hook,
		rules: hook.rules.map((rule) =>
			rule.replace(/ priority (-?\d+);/, (_, priority) => ` priority ${Number(priority) + generation};`),
		),
	}));
}

/** `table X` before `delete table X`: deleting what is not there would fail. */
function removed(table: string): string {
	return `table inet ${table} { }\ndelete table inet ${table}\n`;
}

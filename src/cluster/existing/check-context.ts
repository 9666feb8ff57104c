import { GatecrashError } from '../../model/gatecrash-error.ts';
import { productionWord } from './production-names.ts';

/** What a name is of, for the message. */
export interface NamedThing {
	what: string;
	name: string;
}

/**
 * Refuses what looks like production, unless the user names the context in `--allow-context`.
 * @throws GatecrashError GC_NOT_PERMITTED.
 */
export function checkContext(context: string, things: readonly NamedThing[], allowed: string | undefined): void {
	if (allowed === context) return;
	const suspicious = things.filter(({ name }) => productionWord(name) !== undefined);
	if (suspicious.length === 0) return;
	const names = suspicious.map(({ what, name }) => `${what} "${name}"`).join(', ');
	throw new GatecrashError('GC_NOT_PERMITTED', `This looks like production: ${names}.`, {
		hint:
			allowed === undefined
				? `If you mean it: --allow-context ${JSON.stringify(context)}.`
				: `--allow-context names "${allowed}", but the context is "${context}".`,
	});
}

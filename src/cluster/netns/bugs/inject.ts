import { GatecrashError } from '../../../model/gatecrash-error.ts';
import { Engine } from '../engine.ts';
import type { Bug } from './bug.ts';
import { bugs } from './catalogue.ts';

/** @throws GatecrashError GC_USAGE for a name that no bug has. */
export function findBug(name: string): Bug {
	const bug = bugs.find((one) => one.name === name);
	if (bug === undefined) {
		throw new GatecrashError('GC_USAGE', `There is no seeded bug "${name}".`, {
			hint: '`gatecrash list --bugs` shows what there is',
		});
	}
	return bug;
}

/** An engine with all of these bugs; a later one is injected into what the earlier ones made. */
export function engineWith(injected: readonly Bug[]): Engine {
	const Wrong = injected.reduce((Honest, bug) => bug.inject(Honest), Engine);
	return new Wrong();
}

import { type FaultName, faults } from '../model/fault.ts';
import type { CheckContext } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import type { PhaseInput } from './schema.ts';
import { chooseFrom } from './suggest.ts';

/** `inForce`: lasting faults by their name, as far as the phases before say; kept up. */
export function checkFault(
	{ problems, draft }: CheckContext,
	{ inject, heal }: PhaseInput,
	path: DocumentPath,
	inForce: Map<string, FaultName>,
): void {
	if (inject !== undefined) {
		const { fault, name = fault } = inject;
		if (inForce.has(name) || [...inForce.values()].includes(fault)) {
			const hint = `add - heal: ${inForce.has(name) ? name : [...inForce].find(([, one]) => one === fault)?.[0]} before`;
			problems.add([...path, 'inject'], { code: 'order', message: `the fault ${fault} is in force already`, hint });
		}
		if (faults[fault].lasting) inForce.set(name, fault);
	}
	if (heal === undefined) return;
	if (!inForce.delete(heal) && !draft.partial) {
		problems.add([...path, 'heal'], {
			code: 'unknown-name',
			message: `no lasting fault named ${heal} is in force here`,
			hint: chooseFrom(heal, [...inForce.keys()], 'faults in force'),
		});
	}
}

export function checkAwait(
	{ problems }: CheckContext,
	{ await: awaited }: PhaseInput,
	path: DocumentPath,
	holds: ReadonlySet<string>,
): void {
	if (awaited === undefined || holds.has(awaited.closed)) return;
	problems.add([...path, 'await', 'closed'], {
		code: 'unknown-name',
		message: `no connection named ${awaited.closed} is held open here`,
		hint: chooseFrom(awaited.closed, [...holds], 'held connections'),
	});
}

import type { SourcePosition } from '../model/diagnostic.ts';
import type { OutcomeCode } from '../model/outcome.ts';
import { addressed } from '../plan/cell-connection.ts';
import { hasSidecar } from '../policy/mesh/capture.ts';
import type { Connection } from '../policy/world.ts';
import { momentText } from './moment-text.ts';
import { inFamily } from './paths.ts';
import { attemptText, type Remedy } from './remedy.ts';
import type { Found } from './search.ts';
import { compiledAt, type Subject } from './subject.ts';

/** The line for an attempt, and the list of a scenario that it belongs to. */
export function placeOf(subject: Subject, found: Found, moment: number): Pick<Remedy, 'attempt' | 'when' | 'beside'> {
	const name = hasId(subject, found.attempt.connection, moment) ? nameOf(found.attempt.connection) : undefined;
	return {
		attempt: attemptText(found, { name, by: throughSidecar(subject, found.attempt.connection, moment) }),
		when: momentText(subject, moment),
		beside: besideAt(subject, moment),
	};
}

/**
 * Where a path that is blocked at a moment is open before and after it, and not attempted yet. Without phases every path is
 * attempted before the policies come and after they went.
 */
export function openPlaces(subject: Subject, found: Found, moment: number): Remedy['open'] {
	if (!subject.scenario.phases || found.everywhere !== 'blocked') return [];
	const numbers = [...subject.timeline.moments.keys()];
	const isOpen = (one: number) => isOpenAt(subject, found, one);
	const before = numbers.findLast((one) => one < moment && isOpen(one));
	const after = numbers.find((one) => one > moment && isOpen(one));
	return [before, after].flatMap((one) => {
		if (one === undefined || hasId(subject, found.attempt.connection, one)) return [];
		const { attempt, when, beside } = placeOf(subject, { ...found, everywhere: 'allowed' }, one);
		const { because } = compiledAt(subject, one).predict({ ...found.attempt.connection, family: found.family });
		return when !== undefined && beside ? [{ attempt, when, beside, because }] : [];
	});
}

function isOpenAt(subject: Subject, { attempt }: Found, moment: number): boolean {
	const at = subject.timeline.moments[moment];
	if (!at?.attempts || at.passing) return false;
	const { from, to } = attempt.connection;
	const isThere = [from, to].every(({ kind, name }) => kind !== 'pod' || at.world.pods[name] !== undefined);
	const policies = compiledAt(subject, moment);
	return isThere && subject.families.every((family) => policies.verdict(inFamily(attempt, family)) === 'allowed');
}

/** A client's sidecar accepts every connection, and ends it when the server's refuses. */
function throughSidecar(
	{ timeline }: Subject,
	{ from, attempted }: Connection,
	moment: number,
): OutcomeCode[] | undefined {
	const client = from.kind === 'pod' ? timeline.moments[moment]?.world.pods[from.name] : undefined;
	return attempted?.kind === 'connect' && hasSidecar(client) ? ['reset', 'closed'] : undefined;
}

/** The last attempt that is made at a moment: around a fault others are. */
function besideAt({ timeline, plan }: Subject, moment: number): SourcePosition | undefined {
	const attempts = timeline.moments[moment]?.attempts;
	if (!attempts) return undefined;
	return plan.cells.findLast(({ chaos, phase }) => !chaos && phase === attempts.phase)?.position;
}

/** Of an attempt on a path that has one already which declares nothing. */
function nameOf({ from, to, port }: Connection): string {
	return `${from.name}-to-${to.name}-${port}`;
}

/** Another attempt on the same path would have the same case id. */
function hasId(subject: Subject, connection: Connection, moment: number): boolean {
	const phase = subject.timeline.moments[moment]?.attempts?.phase;
	const kind = connection.attempted?.kind ?? 'connect';
	const idOf = ({ from, to, port, protocol }: Connection) =>
		[from.kind, from.name, to.kind, to.name, port, protocol].join(' ');
	return subject.plan.cells.some(
		(cell) => !cell.chaos && cell.phase === phase && cell.kind === kind && idOf(addressed(cell)) === idOf(connection),
	);
}

import type { OutcomeCode } from '../model/outcome.ts';
import type { Cell } from '../model/plan.ts';
import type { Observed } from '../model/verdict.ts';
import { forwardedTo, lastForwarded, printable } from './forwarded-identity.ts';
import type { TryRecord } from './try-record.ts';

/** What was seen of a cell's declared tries, for reports. */
export function observe(cell: Cell, tries: readonly TryRecord[]): Observed {
	const outcomes: Partial<Record<OutcomeCode, number>> = {};
	for (const code of tries.flatMap(({ result }) => (result ? [result.outcome.code] : [])).sort()) {
		outcomes[code] = (outcomes[code] ?? 0) + 1;
	}
	return {
		state: observedState(cell, tries),
		tries: tries.length,
		outcomes,
		delivered: tries.filter(({ event, witnesses }) => witnesses.some(({ uid }) => event.targets.includes(uid))).length,
		synReceived: tries.filter(({ syns }) => syns.length > 0).length,
		roundTrip: medianRoundTrip(tries),
		...(cell.kind !== 'connect' && seenOf(tries)),
	};
}

/** As many different ones as a person looks at. */
const maximumShown = 5;

/** Who the server was told the client is, and who refused it. */
function seenOf(tries: readonly TryRecord[]): Pick<Observed, 'forwarded' | 'refusals' | 'presented'> {
	const headers = new Map<string, number>();
	const refusals = new Set<string>();
	for (const record of tries) {
		for (const header of forwardedTo(record)) headers.set(header, (headers.get(header) ?? 0) + 1);
		const { code, detail } = record.result?.outcome ?? {};
		if ((code === 'tls-alert' || code === 'http-status') && detail) refusals.add(`${code} ${detail}`);
	}
	const forwarded = [...headers].slice(0, maximumShown).map(([header, count]) => {
		const uris = lastForwarded(header)?.uris.map(printable);
		return { header: printable(header), tries: count, identity: uris?.join(' ') };
	});
	const presented = presentedIn(tries);
	return {
		...(forwarded.length > 0 && { forwarded }),
		...(presented.length > 0 && { presented }),
		...(refusals.size > 0 && { refusals: [...refusals].sort().slice(0, maximumShown) }),
	};
}

/** The server's certificates, each once, in the order in which they were seen first. */
function presentedIn(tries: readonly TryRecord[]): NonNullable<Observed['presented']> {
	const counted = new Map<string, NonNullable<Observed['presented']>[number]>();
	for (const { result } of tries) {
		const certificate = result?.certificate;
		if (!certificate) continue;
		const known = counted.get(certificate.fingerprint) ?? { ...certificate, tries: 0 };
		counted.set(certificate.fingerprint, { ...known, tries: known.tries + 1 });
	}
	return [...counted.values()].slice(0, maximumShown);
}

/** Two SYNs count as open, as they do for a leak. */
export function observedState(cell: Cell, tries: readonly TryRecord[]): Observed['state'] {
	if (tries.some(({ seen }) => seen.lands !== undefined)) return 'open';
	if (
		(cell.kind === 'connect' || cell.kind === 'dns') &&
		tries.filter(({ seen, reused }) => seen.syn && !reused).length >= 2
	)
		return 'open';
	const clear =
		tries.length > 0 &&
		tries.every(
			({ seen, result }) =>
				seen.ran && !seen.straddles && seen.other === undefined && result?.outcome.greetedBy === undefined,
		);
	return clear ? 'closed' : 'unknown';
}

function medianRoundTrip(tries: readonly TryRecord[]): number | undefined {
	const times = tries
		.flatMap(({ seen, result }) => (seen.lands === 'replied' && result ? [result.endedAt - result.startedAt] : []))
		.sort((a, b) => a - b);
	const middle = times[Math.floor(times.length / 2)];
	return middle === undefined ? undefined : Math.round(middle * 1000) / 1000;
}

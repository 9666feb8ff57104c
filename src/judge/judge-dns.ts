import { clusterDomain } from '../model/cluster-dns.ts';
import { namesAsked } from '../model/dns.ts';
import type { Cell } from '../model/plan.ts';
import type { Reason } from '../model/verdict.ts';
import { cameItself, relays } from './dns-observed.ts';
import { type ReasonCode, reason } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

/** Answers behind which a query may have gone anywhere; a refusal says that it went nowhere. */
export const answeredSomehow = new Set([
	'dns-answer',
	'dns-nxdomain',
	'dns-servfail',
	'dns-truncated',
	'dns-cut-short',
]);

/** How tokens came to our resolvers, where the client did not bring them itself. */
export function relayReasons(history: ScenarioHistory, cell: Cell, landed: readonly TryRecord[]): Reason[] {
	if (!cell.query) return [];
	const relayed = landed.filter((record) => !cameItself(history, record) && relays(history, record).length > 0);
	const by = [...new Set(relayed.flatMap((record) => relays(history, record)))].join(', ');
	return relayed.length === 0 ? [] : [reason('leak-relayed', `${relayed.length} of ${landed.length} tokens, by ${by}`)];
}

/** What stops the way that NetworkPolicy can't. */
export function recursionFindings({ query, to }: Cell): Reason[] {
	return to.kind === 'clusterDns' && query?.owner !== undefined ? [reason('dns-recursion')] : [];
}

/** Somebody answered queries that no resolver of ours saw: where they went is not known. */
export function answeredByOthers(cell: Cell, tries: readonly TryRecord[]): Reason[] {
	if (!cell.query) return [];
	const answered = tries.filter(({ seen, result }) => {
		const code = result?.outcome.code;
		return seen.lands === undefined && code !== undefined && answeredSomehow.has(code) && !cell.by?.includes(code);
	});
	const codes = [...new Set(answered.map(({ result }) => result?.outcome.code))].join(', ');
	return answered.length === 0
		? []
		: [reason('dns-answered-by-other', `${answered.length} of ${tries.length} tries: ${codes}`)];
}

/** Why answers on an allowed path did not do, beyond how they ended. */
export function brokenQueries(cell: Cell, ran: readonly TryRecord[]): Reason[] {
	const truncated = ran.filter(({ result }) => result?.outcome.code === 'dns-truncated');
	if (!cell.query || truncated.length === 0) return [];
	const overTcp = [...new Set(truncated.map(({ result }) => result?.outcome.dns?.retried?.code ?? 'not tried'))];
	const size = cell.query.size === undefined ? '' : ` of ${cell.query.size} bytes`;
	return [reason('dns-truncated', `an answer${size}, over TCP: ${overTcp.join(', ')}`)];
}

/** Replies with another address than the cluster has given out for the name. */
export function wrongAnswers(history: ScenarioHistory, cell: Cell, replied: readonly TryRecord[]): Reason[] {
	const expected = expectedAddress(history, cell);
	if (expected === undefined) return [];
	const wrong = replied.filter(({ result }) => !result?.outcome.dns?.addresses.includes(expected));
	const code: ReasonCode = 'dns-wrong-answer';
	return wrong.length === 0 ? [] : [reason(code, `${wrong.length} of ${replied.length} answers without ${expected}`)];
}

/** What a Service of the scenario has to resolve to; undefined for all other names. */
function expectedAddress({ plan, services }: ScenarioHistory, { query }: Cell): string | undefined {
	if (query?.type !== 'A' && query?.type !== 'AAAA') return undefined;
	const name = Object.entries(plan.workload.services).find(([service, { namespace }]) =>
		namesAsked(query).includes(`${service}.${namespace}.svc.${clusterDomain}`),
	)?.[0];
	const state = services?.services.find((one) => one.name === name);
	return state?.addresses[query.type === 'A' ? 'ipv4' : 'ipv6'];
}

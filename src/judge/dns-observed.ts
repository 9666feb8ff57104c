import { clusterDnsName } from '../model/cluster-dns.ts';
import type { Cell } from '../model/plan.ts';
import type { Answer, DnsObserved } from '../model/verdict.ts';
import { addressText } from './address-text.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

type Witness = TryRecord['witnesses'][number];

/** What was seen of queries: can it reach the resolver, can it resolve the name, can it carry data out and in. */
export function observeDns(history: ScenarioHistory, cell: Cell, tries: readonly TryRecord[]): DnsObserved {
	const answer = (yes: boolean): Answer => (yes ? 'yes' : everyOneRan(tries) ? 'no' : 'unknown');
	const isPassedOn = cell.to.kind === 'clusterDns' && cell.query?.owner !== undefined;
	const landed = tries.filter((record) => arrivals(record).length > 0);
	const data = tries.map(({ result }) => result?.outcome.dns?.carried ?? 0);
	// A resolver inside the cluster carries nothing out by itself.
	const isOutside = cell.to.kind === 'external' || cell.to.kind === 'metadata' || isPassedOn;
	const carriesIn = cell.query?.type === 'TXT' && cell.query.size !== undefined;
	const bytes = { out: isOutside ? sum(landed.map(labelsOf)) : 0, in: sum(data) };
	const seconds = sum([...landed].map(({ result }) => (result ? result.endedAt - result.startedAt : 0))) / 1000;
	const perSecond = (count: number) => (seconds > 0 ? Math.round(count / seconds) : 0);
	return {
		reach: reachOf(history, tries),
		resolve: answer(tries.some(({ seen }) => seen.lands === 'replied')),
		...(isOutside && {
			carry: {
				out: answer(tries.some((record) => arrivals(record).some((witness) => isAtTarget(record, witness)))),
				...(carriesIn && { in: answer(bytes.in > 0) }),
			},
		}),
		broughtBy: [...new Set(tries.flatMap((record) => bringers(history, record)))].sort(),
		bytes,
		perSecond: { out: perSecond(bytes.out), in: perSecond(bytes.in) },
	};
}

/** Unknown where no probe of ours stands at the resolver that was asked: the cluster's own, on a real cluster. */
function reachOf(history: ScenarioHistory, tries: readonly TryRecord[]): Answer {
	if (tries.some((record) => arrivals(record).some((witness) => isReach(history, record, witness)))) return 'yes';
	const watched = tries.every(({ event }) => {
		const dialled = event.through ?? event.targets;
		return dialled.length > 0 && dialled.every((uid) => history.endpointByUid.get(uid)?.agent);
	});
	return watched && everyOneRan(tries) ? 'no' : 'unknown';
}

/** Names of whoever brought the try's token to a resolver of ours, where it was not the client. */
export function relays(history: ScenarioHistory, record: TryRecord): string[] {
	const client = history.endpointByUid.get(record.clientUid ?? '')?.name;
	return bringers(history, record).filter((name) => name !== client);
}

/** The token came to a target from the client itself. */
export function cameItself(history: ScenarioHistory, record: TryRecord): boolean {
	return arrivals(record).some((witness) => isAtTarget(record, witness) && isOwnSource(history, record, witness));
}

function bringers(history: ScenarioHistory, record: TryRecord): string[] {
	return arrivals(record)
		.filter((witness) => isAtTarget(record, witness))
		.map((witness) =>
			isOwnSource(history, record, witness)
				? (history.endpointByUid.get(record.clientUid ?? '')?.name ?? 'the client')
				: isAtRelay(history, witness)
					? clusterDnsName
					: nameOf(history, witness.from.address),
		);
}

/** Witness records at resolvers that the query was sent to, or that it was passed on to. */
function arrivals({ event, witnesses }: TryRecord): Witness[] {
	return witnesses.filter(({ uid }) => event.targets.includes(uid) || event.through?.includes(uid));
}

function isAtTarget({ event }: TryRecord, { uid }: Witness): boolean {
	return event.targets.includes(uid);
}

/**
 * At the one that was dialled: behind the cluster's DNS that is not the target. Where the cluster's DNS is no probe, what
 * it passed on shows that it was reached.
 */
function isReach(history: ScenarioHistory, record: TryRecord, witness: Witness): boolean {
	if (record.event.through && isAtRelay(history, witness)) return true;
	const dialled = record.event.through ?? record.event.targets;
	return dialled.includes(witness.uid) && isOwnSource(history, record, witness);
}

/**
 * From the client's own address; or, where clusters write their node's address over it on the way out, from that of a
 * node. A resolver of ours has an address of its own for each path, so that nobody else has reason to ask it there.
 */
function isOwnSource(history: ScenarioHistory, { sourceAddress }: TryRecord, witness: Witness): boolean {
	if (isAtRelay(history, witness)) return false;
	const source = addressText(witness.from.address);
	if (source === sourceAddress) return true;
	return history.translatesSources && history.endpoints.some((one) => one.kind === 'node' && has(one, source));
}

/** At the address that nobody but the cluster's DNS has been told. */
function isAtRelay(history: ScenarioHistory, { uid, to }: Witness): boolean {
	const relay = Object.values(history.endpointByUid.get(uid)?.relay ?? {});
	return relay.some((address) => addressText(address) === addressText(to.address));
}

function nameOf(history: ScenarioHistory, address: string): string {
	const source = addressText(address);
	const known = history.endpoints.find((one) => !one.hostNetwork && has(one, source));
	const node = history.endpoints.find((one) => one.kind === 'node' && has(one, source));
	if (known) return known.kind === 'pod' ? known.name : `${known.kind}/${known.name}`;
	return node ? `node/${node.name}` : address;
}

function has({ addresses }: ScenarioHistory['endpoints'][number], source: string): boolean {
	return Object.values(addresses).some((address) => addressText(address) === source);
}

function everyOneRan(tries: readonly TryRecord[]): boolean {
	return tries.length > 0 && tries.every(({ seen }) => seen.ran && !seen.straddles);
}

/** What a query said before the name of the resolver's zone. */
function labelsOf({ witnesses }: TryRecord): number {
	const [asked = ''] = witnesses.flatMap(({ asked: name }) => name ?? []);
	return asked.replace(/\.[^.]+\.gatecrash\.test$/, '').replaceAll('.', '').length;
}

function sum(numbers: readonly number[]): number {
	return numbers.reduce((total, one) => total + one, 0);
}

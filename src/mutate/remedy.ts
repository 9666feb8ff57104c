import type { Protocol } from '../model/address.ts';
import { clusterDnsName } from '../model/cluster-dns.ts';
import type { SourcePosition } from '../model/diagnostic.ts';
import type { OutcomeCode } from '../model/outcome.ts';
import type { Prediction } from '../model/plan.ts';
import type { Attempted, Connection } from '../policy/world.ts';
import { flowText } from './flow-text.ts';
import type { Listeners } from './paths.ts';
import type { Found } from './search.ts';

/** What would have to be written for a mutant to be noticed. */
export interface Remedy {
	/** A line for a list of attempts, in YAML's flow style. */
	attempt: string;
	/** Where, in a scenario of phases; undefined: among `attempts`. */
	when: string | undefined;
	/** An attempt of the scenario that is made then: the new one stands in the same list. Undefined: there is none. */
	beside: SourcePosition | undefined;
	/** The same path at other times, at which it is open: without that its block is not proven. */
	open: { attempt: string; when: string; beside: SourcePosition; because: string[] }[];
	/** Listeners that the target lacks: `database: [5433/tcp]`. */
	listen: { target: string; port: string } | undefined;
	/** What has to be declared for it, as it would stand in the file: `pods.NAME`, `namespaces.NAME`, `external.NAME`. */
	declare: { key: string; value: string }[];
	/** What the path is by the policies, and by the mutant. */
	before: Prediction['verdict'];
	after: Prediction['verdict'];
	/** Why the path is what it is. */
	because: string[];
}

/** The attempt as a value of the scenario file. `name`: where another one has its id. `by`: how a blocked path ends. */
export function attemptValue(
	{ attempt, everywhere }: Found,
	{ name, by }: { name?: string | undefined; by?: readonly OutcomeCode[] | undefined } = {},
): Record<string, unknown> {
	const { connection } = attempt;
	const { from, to, port, protocol, attempted } = connection;
	const expect = everywhere === 'allowed' || everywhere === 'blocked' ? everywhere : 'predicted';
	const source = from.kind === 'pod' ? from.name : `${from.kind}/${from.name}`;
	const named = name === undefined ? {} : { name };
	if (to.kind === 'pod' && to.name === clusterDnsName) {
		const over = protocol === 'tcp' ? 'tcp' : 'udp';
		const query = { name: 'kube-dns.kube-system.svc.cluster.local' };
		return { ...named, kind: 'dns', from: source, via: 'cluster/pod', over: [over], query, expect };
	}
	const target = targetText(to, port, protocol);
	const ends = by && expect === 'blocked' ? { by } : {};
	return {
		...named,
		...kindOf(attempted),
		from: source,
		to: target,
		expect,
		...ends,
		...identityOf(attempted, expect),
	};
}

export function targetText(to: Connection['to'], port: number, protocol: Connection['protocol']): string {
	const prefix = to.kind === 'pod' ? '' : to.kind === 'service' ? 'svc/' : `${to.kind}/`;
	return `${prefix}${to.name}:${port}${protocol === 'tcp' ? '' : `/${protocol}`}`;
}

/** `client → app:80`, as scenario files write the ends. */
export function pathText({ from, to, port, protocol }: Connection): string {
	const source = from.kind === 'pod' ? from.name : `${from.kind}/${from.name}`;
	return `${source} → ${targetText(to, port, protocol)}`;
}

function kindOf(attempted: Attempted | undefined): Record<string, unknown> {
	if (!attempted || attempted.kind === 'connect') return {};
	const { kind, tls } = attempted;
	return { kind, ...(tls && { certificate: tls.certificate, ...(tls.alpn.length > 0 && { alpn: 'istio' }) }) };
}

/** Of what is blocked no server sees an identity. */
function identityOf(attempted: Attempted | undefined, expect: string): Record<string, unknown> {
	return attempted?.identity !== undefined && expect === 'allowed' ? { identity: attempted.identity } : {};
}

/** `- {from: stranger, to: "database:5432", expect: blocked}` without its dash. */
export function attemptText(found: Found, how: Parameters<typeof attemptValue>[1]): string {
	return flowText(attemptValue(found, how));
}

/** What the target would have to listen on; undefined where it is declared to. Where it resolves names it is not yet. */
export function listenerFor({ attempt }: Found, { pods, external }: Listeners): Remedy['listen'] {
	const { to, port, protocol } = attempt.connection;
	const declared = (to.kind === 'pod' ? pods : to.kind === 'external' ? external : {})[to.name];
	if (!declared || declared.listen.some((one) => one.port === port && one.protocol === protocol)) return undefined;
	return { target: to.kind === 'pod' ? `pods.${to.name}` : `external.${to.name}`, port: listenText(port, protocol) };
}

export function listenText(port: number, protocol: Protocol | 'icmp'): string {
	return `${port}/${protocol}`;
}

import { type IpFamily, ipFamilies, type Protocol } from '../model/address.ts';
import { clusterDnsName, nodeLocalDnsName } from '../model/cluster-dns.ts';
import type { EndpointRef } from '../model/plan.ts';
import type { ListenSpec } from '../model/scenario.ts';
import { hasSidecar } from '../policy/mesh/capture.ts';
import { identityOf } from '../policy/mesh/identity.ts';
import type { Attempted, Connection, World } from '../policy/world.ts';
import { protocols } from './ports.ts';

/** Something that an attempt could try, in one family or in all. */
export interface Attempt {
	/** In the first family. */
	connection: Connection;
	/** Somebody listens there. */
	listened: boolean;
	speaks: ListenSpec['speaks'];
}

/** Who listens where, as the plan has it. */
export interface Listeners {
	pods: Readonly<Record<string, { listen: readonly ListenSpec[] }>>;
	external: Readonly<Record<string, { listen: readonly ListenSpec[] }>>;
}

/** The two ends of paths. */
export interface Ends {
	from: EndpointRef;
	to: Connection['to'];
}

/** Clients and servers of a world: its pods, and what is outside. A pod's way to itself is left open, and left out. */
export function endsOf(world: World): Ends[] {
	return [...endsWith(world, () => true)];
}

/** Those of which one end is wanted, in the same order. */
export function* endsWith(world: World, isWanted: (end: Ends['to']) => boolean): Generator<Ends> {
	const servers = serversOf(world);
	const wanted = servers.filter(isWanted);
	for (const from of clientsOf(world)) {
		for (const to of isWanted(from) ? servers : wanted) {
			if (from.kind === 'external' && (to.kind === 'external' || to.kind === 'service')) continue;
			if (from.kind === to.kind && from.name === to.name) continue;
			yield { from, to };
		}
	}
}

/** Where the addresses are somebody's own no probe runs that could attempt something. */
function clientsOf(world: World): EndpointRef[] {
	const probes = outsideOf(world).filter(({ name }) =>
		Object.values(world.external[name]?.addresses ?? {}).every(({ exact }) => exact === undefined),
	);
	return [...podsOf(world), ...probes];
}

function serversOf(world: World): Ends['to'][] {
	const services = isMeshed(world)
		? Object.entries(world.services)
				.filter(([name, { headless }]) => name !== clusterDnsName && !headless)
				.map(([name]) => ({ kind: 'service', name }) as const)
		: [];
	const dns = world.pods[clusterDnsName] ? [{ kind: 'pod', name: clusterDnsName } as const] : [];
	return [...podsOf(world), ...services, ...dns, ...outsideOf(world)];
}

function podsOf({ pods }: World): EndpointRef[] {
	return Object.entries(pods)
		.filter(([name, pod]) => !isOwn(name) && !pod.ended)
		.map(([name]): EndpointRef => ({ kind: 'pod', name }));
}

function outsideOf({ external }: World): EndpointRef[] {
	return Object.keys(external).map((name): EndpointRef => ({ kind: 'external', name }));
}

export interface PortChoice {
	/** Ports that somebody would have to listen on first. */
	telling: readonly number[];
	/** `listened`: where somebody does; `likely`, `rare`: where nobody does, over TCP and UDP, and over SCTP. */
	tier: 'listened' | 'likely' | 'rare';
}

/** What can be tried between two ends, without the families. */
export function* attemptsBetween(
	{ from, to }: Ends,
	world: World,
	listeners: Listeners,
	{ telling, tier }: PortChoice,
): Generator<Attempt> {
	const listened = listenersAt(to, world, listeners);
	const make = function* ({ port, protocol, speaks, first }: Listening, there: boolean) {
		for (const kind of kindsOf(from, world, protocol, speaks)) {
			const attempted = first && speaks === 'tcp' ? { ...kind, first } : kind;
			const connection = { from, to, port, protocol, family: ipFamilies[0] ?? 'ipv4', attempted };
			yield { connection, listened: there, speaks };
		}
	};
	if (tier === 'listened') {
		for (const one of listened) yield* make(one, true);
		return;
	}
	// Nobody can listen on more ports of the cluster's own DNS, or let a Service have more.
	if (to.kind === 'service' || isOwn(to.name)) return;
	for (const protocol of protocols) {
		if ((protocol === 'sctp') !== (tier === 'rare')) continue;
		for (const port of telling) {
			if (listened.some((one) => one.port === port && one.protocol === protocol)) continue;
			yield* make({ port, protocol, speaks: protocol }, false);
		}
	}
}

/** How many attempts the tiers have together in a world without sidecars. */
export function countAttempts(to: Ends['to'], world: World, listeners: Listeners, telling: readonly number[]): number {
	const listened = listenersAt(to, world, listeners);
	if (to.kind === 'service' || isOwn(to.name)) return listened.length;
	const ports = new Set(telling);
	const twice = new Set(
		listened.filter(({ port }) => ports.has(port)).map(({ port, protocol }) => `${port}/${protocol}`),
	);
	return listened.length + ports.size * protocols.length - twice.size;
}

/** The same text: the same listeners, so that the same can be tried there. */
export function listenersText(to: Ends['to'], world: World, listeners: Listeners): string {
	const listened = listenersAt(to, world, listeners).map(
		({ port, protocol, speaks, first }) => `${port}/${protocol}/${speaks}/${first}`,
	);
	return isOwn(to.name) ? `own ${listened.join()}` : listened.join();
}

export function inFamily({ connection }: Attempt, family: IpFamily): Connection {
	return { ...connection, family };
}

type Listening = Pick<ListenSpec, 'port' | 'protocol' | 'speaks' | 'first'>;

function listenersAt(to: Connection['to'], world: World, { pods, external }: Listeners): readonly Listening[] {
	if (to.kind === 'external') return external[to.name]?.listen ?? [];
	if (to.kind === 'service') {
		const ports = world.services[to.name]?.ports ?? [];
		return ports.map(({ port, protocol }) => ({
			port,
			protocol,
			...(backendOf(to.name, world, pods) ?? { speaks: protocol }),
		}));
	}
	if (to.name === clusterDnsName) {
		return (['udp', 'tcp'] as const).map((protocol) => ({ port: 53, protocol, speaks: protocol }));
	}
	return pods[to.name]?.listen ?? [];
}

/** A Service speaks what its backends speak. */
function backendOf(
	name: string,
	world: World,
	pods: Listeners['pods'],
): Pick<ListenSpec, 'speaks' | 'first'> | undefined {
	const { namespace, selector = {} } = world.services[name] ?? {};
	const backend = Object.entries(world.pods).find(
		([, pod]) =>
			pod.namespace === namespace && Object.entries(selector).every(([key, value]) => pod.labels[key] === value),
	);
	const listener = backend && pods[backend[0]]?.listen.find(({ protocol }) => protocol === 'tcp');
	return listener && { speaks: listener.speaks, ...(listener.first && { first: listener.first }) };
}

const istio = ['istio-peer-exchange', 'istio', 'istio-http/1.1'];

/** Where there are sidecars it matters what is tried; else one kind stands for all. */
function kindsOf(
	from: EndpointRef,
	world: World,
	protocol: Protocol,
	speaks: ListenSpec['speaks'],
): readonly Attempted[] {
	if (protocol !== 'tcp' || !isMeshed(world)) return [{ kind: 'connect' }];
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	if (client && hasSidecar(client)) {
		const identity = identityOf(client);
		const withIdentity = speaks === 'http' ? [{ kind: 'mtls', identity } as const] : [];
		return [{ kind: 'mtls' }, ...withIdentity, { kind: 'connect' }];
	}
	const tls = (certificate: NonNullable<Attempted['tls']>['certificate'], alpn: string[]): Attempted => ({
		kind: 'tls',
		tls: { certificate, alpn },
	});
	const shown = from.kind === 'pod' ? [tls('valid', istio), tls('other-identity', istio)] : [];
	return [{ kind: 'plaintext' }, ...shown, tls('none', [])];
}

export function isMeshed({ pods }: World): boolean {
	return Object.values(pods).some(hasSidecar);
}

/** Pods of the cluster's own, which no scenario declares. */
function isOwn(name: string): boolean {
	return name === clusterDnsName || name === nodeLocalDnsName;
}

import type { Destination } from '../destination.ts';
import { matchesLabels } from '../label-selector.ts';
import { type Truth, underEachReading } from '../truth.ts';
import type { Connection, PodFacts, World } from '../world.ts';
import { authorize } from './authorization-policy.ts';
import { capturesInbound, hasSidecar } from './capture.ts';
import { type Sent, sentBy } from './client-side.ts';
import { identityOf } from './identity.ts';
import type { MeshPolicies } from './mesh-policies.ts';
import { type DecidedMode, modeOn } from './peer-authentication.ts';

/** What the sidecars at both ends make of a connection that the network lets through. */
export interface MeshSide {
	verdict: Truth;
	/** The deciding objects and fields. */
	because: string[];
}

/** Undefined where no sidecar has to do with it, and the probe opens no TLS of its own. */
export function evaluateMesh(
	mesh: MeshPolicies,
	world: World,
	connection: Connection,
	to: Destination,
): MeshSide | undefined {
	const { from, protocol, attempted } = connection;
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	const server = to.pod;
	const ambient = [client, server].find((pod) => pod && isAmbient(pod, world));
	if (ambient) return { verdict: 'unknown', because: ['what ambient mode makes of a connection is not evaluated'] };
	const special =
		attempted?.kind === 'tls' || attempted?.identity !== undefined || attempted?.forgedIdentity !== undefined;
	if (!hasSidecar(client) && !hasSidecar(server) && !special) return undefined;
	const say = (verdict: Truth, because: string): MeshSide => ({ verdict, because: [because] });
	// https://istio.io/latest/docs/ops/best-practices/security/ : sidecars handle TCP.
	if (protocol !== 'tcp') return say('yes', `sidecars carry TCP only, and ${protocol} passes them by`);
	const foreign = [client, server].find((pod) => pod && world.namespaces[pod.namespace]?.foreign);
	if (foreign) return say('unknown', `policies of the namespace ${foreign.namespace} were not read`);
	// The outbound rules leave alone what goes over the loopback interface, as a pod's own address does.
	if (client && client === server && connection.to.kind === 'pod' && attempted?.kind !== 'tls')
		return withIdentity(
			say('yes', `what ${to.text} sends to its own address passes by its sidecar`),
			connection,
			{ client, to },
			{ as: 'clear', because: undefined },
		);
	const beyond =
		server &&
		hasSidecar(server) &&
		mesh.sidecars.find((one) => one.beyond === 'ingress' && one.namespace === server.namespace);
	if (beyond) return say('unknown', `${beyond.name} (spec.ingress) may replace the listeners of ${to.text}`);
	return underReadings(mesh, world, connection, to, client);
}

function underReadings(
	mesh: MeshPolicies,
	world: World,
	connection: Connection,
	to: Destination,
	client: PodFacts | undefined,
): MeshSide {
	const server = to.pod;
	const bound = server !== undefined && isBound(world, server, to.port);
	const port = server && hasSidecar(server) ? modeOn(mesh.peerAuthentications, server, to.port, bound) : undefined;
	const sides = (port?.readings ?? [undefined]).map((reading) => {
		const sent = sentBy(mesh, world, connection, to, reading?.mode);
		return withIdentity(
			received(mesh, sent, to, reading, { client, attempted: connection.attempted, bound }),
			connection,
			{ client, to },
			sent,
		);
	});
	const [first, ...others] = sides;
	if (!first) throw new Error('a port has at least one reading');
	const verdict = underEachReading([first.verdict, ...others.map((side) => side.verdict)]);
	if (verdict === first.verdict || !port?.doubt) return first;
	return { verdict: port.doubt.truth, because: [port.doubt.why] };
}

/** Whether it gets through to the application. */
function received(
	mesh: MeshPolicies,
	sent: Sent,
	to: Destination,
	mode: DecidedMode | undefined,
	{ client, attempted, bound }: { client: PodFacts | undefined; attempted: Connection['attempted']; bound: boolean },
): MeshSide {
	const how = sent.because === undefined ? [] : [sent.because];
	if (sent.as === 'unknown' || sent.as === 'nothing')
		return { verdict: sent.as === 'unknown' ? 'unknown' : 'no', because: how };
	const server = to.pod;
	const captured = server && mode ? capturesInbound(server, to.port) : undefined;
	if (captured?.truth === 'unknown') return { verdict: 'unknown', because: [captured.because] };
	if (!server || !mode || captured?.truth === 'no') {
		const bare = captured ? `${to.text}: ${captured.because}` : `${to.text} has no sidecar`;
		if (sent.as === 'clear') return { verdict: 'yes', because: [...how, bare] };
		return { verdict: 'no', because: [...how, `${bare}, and its application speaks no TLS`] };
	}
	const waits = attempted?.first === 'server' && sent.as === 'clear' && mode.mode !== 'STRICT';
	const { verdict, because } = waits ? whileBothWait(to, mode, bound) : byMode(sent, to, mode);
	if (verdict !== 'yes') return { verdict, because: [...how, because] };
	const identity = sent.as === 'tls' ? sent.identity : undefined;
	const peer = { identity, own: client && identityOf(client), port: to.port };
	const authorized = authorize(mesh.authorizationPolicies, server, peer);
	return {
		verdict: authorized.truth,
		because:
			authorized.because === undefined
				? [...how, because]
				: authorized.truth === 'yes'
					? [...how, because, authorized.because]
					: [authorized.because],
	};
}

/**
 * The client waits for the server's first bytes. Where its sidecar wants to see the client's own before, to tell TLS from
 * clear text, it depends on a setting of the mesh how long.
 * https://istio.io/latest/docs/ops/configuration/traffic-management/protocol-selection/#server-first-protocols
 */
function whileBothWait(
	to: Destination,
	{ mode, because }: DecidedMode,
	bound: boolean,
): { verdict: Truth; because: string } {
	if (mode === 'DISABLE' && bound) {
		return { verdict: 'yes', because: `${because}: ${to.text} does not inspect what comes to port ${to.port}` };
	}
	return {
		verdict: 'unknown',
		because: `${because}: the sidecar of ${to.text} waits for the client’s first bytes as long as protocolDetectionTimeout says, by default for ever`,
	};
}

/** Which of the inbound listener's filter chains takes it. */
function byMode(
	sent: Extract<Sent, { as: 'clear' | 'tls' }>,
	to: Destination,
	{ mode, because }: DecidedMode,
): { verdict: Truth; because: string } {
	if (sent.as === 'clear') {
		return mode === 'STRICT'
			? { verdict: 'no', because: `${because}: ${to.text} takes no plaintext on port ${to.port}` }
			: { verdict: 'yes', because: `${because}: ${to.text} takes plaintext on port ${to.port}` };
	}
	// Without mutual TLS of the sidecar's, TLS reaches the application as it came, or no chain at all.
	if (mode === 'DISABLE' || (mode === 'PERMISSIVE' && !sent.alpn)) {
		const why =
			mode === 'DISABLE' ? 'no TLS ends at its sidecar' : 'only TLS with an ALPN of Istio’s ends at its sidecar';
		return { verdict: 'no', because: `${because}: ${why}, and the application of ${to.text} speaks none` };
	}
	const accepted = sent.certificate === 'valid' || sent.certificate === 'other-identity';
	const verb = accepted ? 'accepts' : 'refuses';
	return {
		verdict: accepted ? 'yes' : 'no',
		because: `${because}: ${to.text} ${verb} ${certificates[sent.certificate]}`,
	};
}

const certificates = {
	valid: 'a certificate of the mesh',
	none: 'TLS without a client certificate',
	'wrong-ca': 'a certificate of another authority',
	expired: 'an expired certificate',
	'not-yet-valid': 'a certificate that is not valid yet',
	'other-trust-domain': 'a certificate of another trust domain',
	'other-identity': 'any identity of its trust domain',
} as const;

/** An attempt that names an identity has to arrive with it, and one that forges one without that. */
function withIdentity(
	side: MeshSide,
	{ attempted }: Connection,
	{ client, to }: { client: PodFacts | undefined; to: Destination },
	sent: Sent,
): MeshSide {
	if (side.verdict === 'no') return side;
	// The proxies at both ends remove what a client has written (forward_client_cert_details), others do not.
	const forged = attempted?.forgedIdentity !== undefined && !hasSidecar(client);
	const cleaned = to.pod && hasSidecar(to.pod) ? capturesInbound(to.pod, to.port).truth : 'no';
	if (forged && cleaned === 'no') {
		const because = `no proxy in front of ${to.text} removes what a client writes into X-Forwarded-Client-Cert`;
		return { verdict: 'no', because: [because, ...side.because] };
	}
	const wanted = attempted?.identity;
	if (wanted === undefined) return side;
	const shown = sent.as === 'tls' ? sent.identity : undefined;
	if (shown === wanted || sent.as === 'unknown') return side;
	const text = shown === undefined ? 'it arrives without an identity' : `it arrives as ${shown}`;
	return { verdict: 'no', because: [`${text}, not as ${wanted}`, ...side.because] };
}

/** Whether a mesh has to do with what a pod sends or gets. */
export function isInMesh(pod: PodFacts, world: World): boolean {
	return hasSidecar(pod) || isAmbient(pod, world);
}

/** https://istio.io/latest/docs/ambient/usage/add-workloads/ */
function isAmbient({ labels, namespace }: PodFacts, { namespaces }: World): boolean {
	const key = 'istio.io/dataplane-mode';
	return (labels[key] ?? namespaces[namespace]?.labels[key]) === 'ambient';
}

/** Whether some Service leads to a port of a pod. */
function isBound({ services }: World, pod: PodFacts, port: number): boolean {
	return Object.values(services).some(
		({ namespace, selector, ports }) =>
			namespace === pod.namespace &&
			Object.keys(selector).length > 0 &&
			matchesLabels({ matchLabels: selector }, pod.labels) &&
			ports.some(
				({ targetPort, protocol }) =>
					protocol === 'tcp' &&
					(targetPort === port || pod.namedPorts.some((named) => named.name === targetPort && named.port === port)),
			),
	);
}

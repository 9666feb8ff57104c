import type { ServedCertificate } from '../model/scenario.ts';
import { type Destination, destinationsOf } from './destination.ts';
import { evaluateEgress, evaluateIngress } from './evaluate-side.ts';
import { hasSidecar } from './mesh/capture.ts';
import { identityOf } from './mesh/identity.ts';
import type { PolicyIndex } from './policy-index.ts';
import { allOf, type Truth } from './truth.ts';
import type { Connection, PodFacts } from './world.ts';

/** What plain proxies make of a connection, from the one that is dialled to the pod where it arrives. */
export interface ProxySide {
	verdict: Truth;
	/** The deciding settings. */
	because: string[];
}

type Listener = NonNullable<PodFacts['proxy']>['listeners'][number];

/** What comes to a listener. */
type Sent =
	| { as: 'clear' }
	| {
			as: 'tls';
			/** What the client shows; names that are not known are left out. */
			certificate: ServedCertificate | undefined;
			/** What it demands of the server's; undefined: nothing. */
			verifies: { names: readonly string[] } | undefined;
	  };

const mostHops = 8;

/** Undefined where no proxy listens on the port. */
export function evaluateProxies(index: PolicyIndex, connection: Connection, to: Destination): ProxySide | undefined {
	if (connection.protocol !== 'tcp' || !listenerOf(to)) return undefined;
	const client = connection.from.kind === 'pod' ? index.world.pods[connection.from.name] : undefined;
	if (hasSidecar(client)) return say('unknown', 'what a sidecar and a proxy make of each other is not evaluated');
	return passedOn(index, connection, to, { sent: sentBy(connection, client), hops: 0 });
}

function passedOn(
	index: PolicyIndex,
	connection: Connection,
	to: Destination,
	{ sent, hops }: { sent: Sent; hops: number },
): ProxySide {
	const listener = listenerOf(to);
	const { pod, podName } = to;
	if (!listener || !pod || podName === undefined) return say('unknown', `${to.text} does not exist then`);
	if (hops >= mostHops) return say('unknown', `proxies pass it on in a circle`);
	const taken = takes(listener, to, sent);
	if (taken.verdict !== 'yes') return taken;
	const seen =
		listener.downstreamTls?.requireClientCertificate && sent.as === 'tls' ? uriOf(sent.certificate) : undefined;
	const then = (next: Destination): ProxySide =>
		listenerOf(next)
			? passedOn(index, connection, next, { sent: sentOn(listener, pod), hops: hops + 1 })
			: arrives(connection, next, sentOn(listener, pod), seen);
	const before = (side: ProxySide): ProxySide => ({ ...side, because: [...taken.because, ...side.because] });
	if (listener.to.kind === 'pod' && listener.to.name === podName)
		return before(then({ ...to, port: listener.to.port }));
	const onward: Connection = {
		...{ from: { kind: 'pod', name: podName }, to: listener.to, port: listener.to.port },
		...{ protocol: 'tcp', family: connection.family },
	};
	const sides = destinationsOf(onward, index.world).map((next): ProxySide => {
		const policies = [evaluateEgress(index, onward, next).verdict, evaluateIngress(index, onward, next).verdict];
		const policy = allOf(policies);
		return policy === 'yes'
			? then(next)
			: say(policy, `policies decide what ${podName} sends to ${next.text}:${next.port}`);
	});
	const [first] = sides;
	if (!first) return before(say('unknown', `nobody stands behind ${listener.to.name} then`));
	if (sides.some(({ verdict }) => verdict !== first.verdict)) {
		return before(say('unknown', `the pods behind ${listener.to.name} differ`));
	}
	return before(first);
}

/** What the probe itself sends; it verifies no server. */
function sentBy({ attempted }: Connection, client: PodFacts | undefined): Sent {
	if (attempted?.kind !== 'tls' || !attempted.tls) return { as: 'clear' };
	const shown = (is: ServedCertificate['is'], names: string[] = []): Sent => ({
		...{ as: 'tls', certificate: { is, names }, verifies: undefined },
	});
	switch (attempted.tls.certificate) {
		case 'none':
			return { as: 'tls', certificate: undefined, verifies: undefined };
		case 'valid':
			return shown('valid', client ? [identityOf(client)] : []);
		// Of our authority too, but with names of others.
		case 'other-identity':
		case 'other-trust-domain':
			return shown('valid');
		default:
			return shown(attempted.tls.certificate);
	}
}

function sentOn({ upstreamTls }: Listener, { proxy }: PodFacts): Sent {
	if (!upstreamTls) return { as: 'clear' };
	const { clientCertificate, verifies, subjectAltNames } = upstreamTls;
	return {
		as: 'tls',
		certificate: clientCertificate ? proxy?.certificate : undefined,
		verifies: verifies === 'authority' ? { names: subjectAltNames } : undefined,
	};
}

/** https://www.envoyproxy.io/docs/envoy/latest/api-v3/extensions/transport_sockets/tls/v3/tls.proto */
function takes({ port, downstreamTls: tls }: Listener, { text, pod }: Destination, sent: Sent): ProxySide {
	const where = `${text}:${port}`;
	if (!tls && sent.as === 'clear') return say('yes', `${where} takes clear text`);
	if (!tls) return say('unknown', `${where} ends no TLS: what becomes of it is not evaluated`);
	if (sent.as === 'clear') return say('no', `${where} (downstreamTls) takes TLS only`);
	const { certificate, verifies } = sent;
	if (tls.requireClientCertificate && !isAccepted(certificate, tls.subjectAltNames)) {
		return say('no', `${where} (requireClientCertificate) refuses ${described(certificate)}`);
	}
	const own = pod?.proxy?.certificate;
	if (verifies && !isAccepted(own, verifies.names)) {
		return say('no', `who connects to ${where} (upstreamTls) refuses ${described(own)}`);
	}
	return say('yes', `${where} ends TLS, and both ends accept each other`);
}

function isAccepted(certificate: ServedCertificate | undefined, names: readonly string[]): boolean {
	if (certificate?.is !== 'valid') return false;
	return names.length === 0 || names.some((name) => certificate.names.includes(name));
}

function described(certificate: ServedCertificate | undefined): string {
	if (!certificate) return 'a client without a certificate';
	return `a certificate (${[certificate.is, ...certificate.names].join(', ')})`;
}

/** The proxy in front writes what it has verified itself, and nothing else (SANITIZE_SET). */
function arrives(
	{ attempted }: Connection,
	{ text, port }: Destination,
	sent: Sent,
	seen: string | undefined,
): ProxySide {
	if (sent.as === 'tls') return say('no', `the application of ${text}:${port} speaks no TLS`);
	const wanted = attempted?.identity;
	if (wanted === undefined || wanted === seen) return say('yes', `${text}:${port} gets it in the clear`);
	return say('no', `it arrives ${seen === undefined ? 'without an identity' : `as ${seen}`}, not as ${wanted}`);
}

function uriOf(certificate: ServedCertificate | undefined): string | undefined {
	return certificate?.names.find((name) => name.includes('://'));
}

function listenerOf({ pod, port }: Destination): Listener | undefined {
	return pod?.proxy?.listeners.find((one) => one.port === port);
}

function say(verdict: Truth, because: string): ProxySide {
	return { verdict, because: [because] };
}

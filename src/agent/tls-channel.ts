import type * as nodeTls from 'node:tls';
import type { AttemptCommand, ServerCertificate } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Channel, type ChannelEvents, outcomeOfError } from './channel.ts';
import { serverCertificateOf } from './server-certificate.ts';
import { closeAtOnce, dialTcp, localEnd } from './tcp-channel.ts';
import { excerpt, stranger } from './wire.ts';

type Certificate = NonNullable<AttemptCommand['tls']>['certificate'];

/**
 * TLS of the probe's own over a TCP connection from the planned source port. Whoever the server says that it is: what
 * is attempted is whether *it* lets this client in. Under TLS 1.3 the client's handshake is over before the server has
 * looked at its certificate (RFC 8446, 4.4.2.4), so being open says nothing yet: only the token's reply does.
 *
 * Throws, before anything leaves the pod, where the certificate and its key can't be used.
 */
export function openTlsChannel(
	command: AttemptCommand,
	tls: NonNullable<AttemptCommand['tls']>,
	events: ChannelEvents,
): Channel {
	const secureContext = contextOf(tls.certificate);
	let ended = false;
	let secure: nodeTls.TLSSocket | undefined;
	let server: ServerCertificate | undefined;
	let inHandshake = true;
	const end = (outcome: Outcome) => {
		if (ended) return;
		ended = true;
		events.ended(outcome);
	};
	const socket = dialTcp(command, (error, local) => end(outcomeOfError(error, local)));
	socket.on('connectionAttempt', () => events.sending());
	socket.on('close', () => end({ code: 'closed' }));
	socket.on('connect', () => {
		if (ended) return;
		secure = tlsModule().connect({ socket, secureContext, rejectUnauthorized: false, ALPNProtocols: tls.alpn });
		secure.setEncoding('latin1');
		secure.on('secureConnect', () => {
			inHandshake = false;
			server = secure && serverCertificateOf(secure);
			if (!ended) events.open();
		});
		secure.on('data', (text: string) => !ended && events.data(text));
		secure.on('error', (error) => end(outcomeOfTls(error)));
		secure.on('end', () => end(inHandshake ? closedInHandshake : { code: 'closed' }));
		secure.on('close', () => end({ code: 'closed' }));
	});
	return {
		send: (text) => {
			if (!ended) secure?.write(text, 'latin1');
		},
		source: () => localEnd(socket),
		server: () => server,
		close: () => {
			ended = true;
			closeAtOnce(socket);
			secure?.destroy();
		},
	};
}

/** Loaded when first needed: it takes 10 ms, and nearly all agents need none. */
function tlsModule(): typeof nodeTls {
	return process.getBuiltinModule('node:tls');
}

/** Making one takes 2 ms, in which no other answer is looked at; many tries show the same certificate. */
const contexts = new Map<string, nodeTls.SecureContext>();
const maximumContexts = 64;

/** Of the certificate that is shown; undefined: none is. */
export function contextOf(certificate: Certificate): nodeTls.SecureContext {
	const shown = certificate && 'chain' in certificate ? { cert: certificate.chain, key: certificate.key } : {};
	const name = JSON.stringify(shown);
	const known = contexts.get(name);
	if (known) return known;
	// Nobody's certificate is verified, so no root is needed.
	const context = tlsModule().createSecureContext({ ...shown, ca: [], minVersion: 'TLSv1.2' });
	if (contexts.size >= maximumContexts) contexts.clear();
	contexts.set(name, context);
	return context;
}

/** The end of the stream came before the handshake was over. */
export const closedInHandshake: Outcome = { code: 'closed', detail: 'in the TLS handshake' };

/** What OpenSSL or the socket says: an alert by its name in RFC 8446 (6.2), or that the other side speaks no TLS. */
export function outcomeOfTls(error: Error): Outcome {
	const { code = '' } = error as NodeJS.ErrnoException;
	const alert = /_ALERT_([A-Z0-9_]+)$/.exec(code)?.[1];
	if (alert !== undefined) return { code: 'tls-alert', detail: alert.toLowerCase() };
	// Node's word for an end of the stream in the handshake.
	if (error.message.includes('before secure TLS connection')) return closedInHandshake;
	if (code.startsWith('ERR_SSL_')) return stranger(`no TLS that can be understood: ${excerpt(code)}`);
	return outcomeOfError(error, false);
}

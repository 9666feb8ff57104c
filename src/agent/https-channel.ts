import type * as nodeHttp2 from 'node:http2';
import type * as nodeTls from 'node:tls';
import type { AttemptCommand } from '../model/agent.ts';
import type { Outcome } from '../model/outcome.ts';
import { type Channel, type ChannelEvents, outcomeOfError } from './channel.ts';
import { closeAtOnce, dialTcp, localEnd } from './tcp-channel.ts';
import { closedInHandshake, contextOf, outcomeOfTls } from './tls-channel.ts';

const dnsMessage = 'application/dns-message';
/** Of a body; no answer that we ask for is longer. */
const maximumBody = 70_000;

/** DNS over HTTPS with HTTP/2 (RFC 8484): one POST; `data` is told its whole body. Certificates are not verified. */
export function openHttpsChannel(command: AttemptCommand, events: ChannelEvents): Channel {
	// First: reading them takes tens of milliseconds, which must not count as the network's.
	const tls: typeof nodeTls = process.getBuiltinModule('node:tls');
	const http2: typeof nodeHttp2 = process.getBuiltinModule('node:http2');
	const secureContext = contextOf(undefined);
	let ended = false;
	let session: nodeHttp2.ClientHttp2Session | undefined;
	let secure: nodeTls.TLSSocket | undefined;
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
		const opened = tls.connect({ socket, secureContext, rejectUnauthorized: false, ALPNProtocols: ['h2'] });
		secure = opened;
		opened.on('error', (error) => end(outcomeOfTls(error)));
		opened.on('end', () => end(session ? { code: 'closed' } : closedInHandshake));
		opened.on('secureConnect', () => {
			if (ended) return;
			if (opened.alpnProtocol !== 'h2') return end({ code: 'closed', detail: 'HTTP/2 was not agreed to' });
			session = http2.connect('https://resolver.gatecrash.test', { createConnection: () => opened });
			session.on('error', (error) => end(outcomeOfTls(error)));
			session.on('goaway', () => end({ code: 'closed', detail: 'GOAWAY' }));
			events.open();
		});
	});
	return {
		send: (text) => {
			if (!ended && session) post(session, Buffer.from(text, 'latin1'), (body) => !ended && events.data(body), end);
		},
		source: () => localEnd(socket),
		close: () => {
			ended = true;
			session?.destroy();
			closeAtOnce(socket);
			secure?.destroy();
		},
	};
}

function post(
	session: nodeHttp2.ClientHttp2Session,
	query: Buffer,
	answered: (body: string) => void,
	failed: (outcome: Outcome) => void,
): void {
	const request = session.request({
		':method': 'POST',
		':path': '/dns-query',
		'content-type': dnsMessage,
		accept: dnsMessage,
		'content-length': String(query.length),
	});
	let status = 0;
	let body = '';
	request.setEncoding('latin1');
	request.on('response', (headers) => {
		status = Number(headers[':status']);
	});
	request.on('data', (text: string) => {
		if (body.length <= maximumBody) body += text;
	});
	request.on('end', () => {
		if (status === 200) answered(body);
		else if (status !== 0) failed({ code: 'http-status', detail: String(status) });
	});
	request.on('error', (error) => failed(outcomeOfTls(error)));
	request.end(query);
}

// A stand-in for the agent in tests of the embedded mesh: as ../../probe-agent.mjs, and it also speaks HTTP, shows client
// certificates in TLS of its own, and says what X-Forwarded-Client-Cert arrived.
import { once } from 'node:events';
import { createServer as createHttpServer, request } from 'node:http';
import { connect as connectTcp, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { connect as connectTls } from 'node:tls';

const config = JSON.parse(process.env.GATECRASH_AGENT_CONFIG);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const clean = (address) => address.replace('::ffff:', '');
const kept = new Map();

for (const { port, protocol, speaks } of config.listen) {
	if (protocol !== 'tcp') continue;
	const server =
		speaks === 'http'
			? createHttpServer((asked, response) => {
					const certificate = asked.headers['x-forwarded-client-cert'] ?? 'none';
					response.end(`${config.uid} ${clean(asked.socket.remoteAddress)} ${certificate}`);
				})
			: createServer((socket) => {
					socket.on('error', () => {});
					socket.on('data', () => socket.write(`${config.uid} ${clean(socket.remoteAddress)} none`));
				});
	await once(server.listen({ port, host: '::', backlog: 4096 }), 'listening');
}

/** Connects, says something, and tells what came back: the answer, an error's code or alert, `closed`, or `timed-out`. */
function attempt({ id, host, port, speaks, tls, wait = 3000, forged, keep }) {
	const socket = tls
		? connectTls({ host, port, rejectUnauthorized: false, ALPNProtocols: tls.alpn, cert: tls.chain, key: tls.key })
		: connectTcp({ host, port });
	let over = false;
	const end = (result) => {
		if (over) return;
		over = true;
		clearTimeout(timer);
		say({ id, result });
		if (keep) kept.set(keep, socket);
		else socket.destroy();
	};
	const timer = setTimeout(() => end('timed-out'), wait);
	socket.on('error', (error) => end(error.reason ?? error.code));
	socket.once('close', () => end('closed'));
	if (speaks !== 'http') {
		socket.once(tls ? 'secureConnect' : 'connect', () => socket.write('hello'));
		socket.once('data', (data) => end(String(data)));
		return;
	}
	const headers = { host: `${host.includes(':') ? `[${host}]` : host}:${port}` };
	if (forged) headers['x-forwarded-client-cert'] = forged;
	const asked = request({ createConnection: () => socket, path: '/', headers }, (response) => {
		let body = '';
		response.setEncoding('utf8');
		response.on('data', (text) => (body += text));
		response.on('end', () => end(response.statusCode === 200 ? body : `status ${response.statusCode}`));
	});
	asked.on('error', (error) => end(error.reason ?? error.code));
	asked.end();
}

/** Says something over a connection that was kept. */
function again({ id, on, wait = 1000 }) {
	const socket = kept.get(on);
	const timer = setTimeout(() => say({ id, result: 'timed-out' }), wait);
	const end = (result) => {
		clearTimeout(timer);
		say({ id, result });
	};
	if (socket.destroyed || socket.readableEnded) return end('closed');
	socket.removeAllListeners('data');
	socket.once('data', (data) => end(String(data)));
	socket.once('close', () => end('closed'));
	socket.write('hello');
}

createInterface({ input: process.stdin })
	.on('line', (line) => {
		const command = JSON.parse(line);
		if (command.on) again(command);
		else attempt(command);
	})
	.on('close', () => process.exit(0));
say({ ready: config.uid });

// A stand-in for the agent in tests of the embedded cluster: listens as its configuration says, answers with its uid
// and the client's address, and connects when told to. One JSON value per line, both ways.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { createServer, connect } from 'node:net';
import { createInterface } from 'node:readline';

const config = JSON.parse(process.env.GATECRASH_AGENT_CONFIG);
const say = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);
const clean = (address) => address.replace('::ffff:', '');

for (const { port, protocol } of config.listen) {
	if (protocol === 'tcp') {
		const server = createServer((socket) => {
			socket.on('error', () => {});
			socket.on('data', () => socket.write(`${config.uid} ${clean(socket.remoteAddress)}`));
		}).listen({ port, host: '::', backlog: 4096 });
		await once(server, 'listening');
	} else {
		const socket = createSocket({ type: 'udp6', recvBufferSize: 4_000_000 });
		socket.on('message', (_, from) => {
			say({ seen: clean(from.address) });
			socket.send(`${config.uid} ${clean(from.address)}`, from.port, from.address);
		});
		socket.bind(port);
		await once(socket, 'listening');
	}
}

for (const { destination, every, limit } of config.boot) {
	const socket = createSocket(destination.address.includes(':') ? 'udp6' : 'udp4');
	socket.on('error', () => {});
	let sent = 0;
	const timer = setInterval(() => {
		socket.send('x', destination.port, destination.address);
		if (++sent === limit) clearInterval(timer);
	}, every);
}

const held = new Map();

function tcp({ id, host, port, wait, hold }) {
	const socket = connect({ host, port });
	const end = (result) => {
		clearTimeout(timer);
		say({ id, result });
		if (hold === undefined) socket.destroy();
		else held.set(hold, socket);
	};
	const timer = setTimeout(() => end('timed-out'), wait);
	// Five bytes: of fewer a sidecar can't tell yet whether they are TLS.
	socket.once('connect', () => socket.write('hello'));
	socket.once('data', (data) => end(String(data)));
	socket.once('error', (error) => end(error.code));
}

function udp({ id, host, port, wait }) {
	const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
	const end = (result) => {
		clearTimeout(timer);
		say({ id, result });
		socket.close();
	};
	const timer = setTimeout(() => end('timed-out'), wait);
	socket.once('message', (data) => end(String(data)));
	socket.once('error', (error) => end(error.code));
	socket.connect(port, host, (error) => (error ? end(error.code) : socket.send('x')));
}

function again({ id, on, wait }) {
	const socket = held.get(on);
	const timer = setTimeout(() => say({ id, result: 'timed-out' }), wait);
	socket.once('data', (data) => {
		clearTimeout(timer);
		say({ id, result: String(data) });
	});
	socket.write('hello');
}

createInterface({ input: process.stdin })
	.on('line', (line) => {
		const command = JSON.parse(line);
		if (command.on) again(command);
		else if (command.protocol === 'udp') udp(command);
		else if (command.crash) process.stderr.write('I was told to\n', () => process.exit(7));
		else tcp(command);
	})
	.on('close', () => process.exit(0));
say({ ready: config.uid, boot: config.boot.length });

import { once } from 'node:events';
import { expect } from 'chai';
import { type Capture, TwoNamespaces } from './two-namespaces.ts';

const token = '0123456789abcdef01234567';
/** A listener at the host side that answers what it gets, then ends. */
const server = `const s = require('net').createServer((c) => { c.on('data', (d) => c.write(d)); c.on('end', () => s.close()); });
s.listen(7000, '::', () => console.log('up'));`;
/** Parts as hexadecimal, each in a segment of its own. */
const sending = (
	address: string,
	parts: string[],
) => `const c = require('net').connect(7000, '${address}', async () => {
	c.setNoDelay(true);
	for (const part of ${JSON.stringify(parts)}) { c.write(Buffer.from(part, 'hex')); await new Promise((r) => setTimeout(r, 60)); }
	c.end(); });
c.resume();`;
const hex = (text: string) => Buffer.from(text).toString('hex');

describe('capture.pl', () => {
	let two: TwoNamespaces;
	let capture: Capture;

	before(async function () {
		two = await TwoNamespaces.open().catch(() => this.skip());
	});
	after(() => two?.close());
	afterEach(() => capture?.child.kill('SIGKILL'));

	/** What the program says of one connection on which these parts are sent. */
	async function ofConnection(parts: string[], address = '10.9.0.1') {
		const listening = two.run('host', server);
		await once(listening.stdout, 'data');
		await Promise.all([once(listening, 'close'), once(two.run('pod', sending(address, parts)), 'close')]);
		return capture.barrier();
	}

	it('finds the host side of a pod by its route, in either family, and names those without one', async () => {
		capture = await two.capture('10.9.0.2', 'fd00:9::2', '10.9.0.77');
		expect(await capture.next('ready')).to.deep.equal({
			is: 'ready',
			watch: 0,
			interfaces: [{ name: 'va', addresses: ['10.9.0.2', 'fd00:9::2'] }],
			unknown: ['10.9.0.77'],
		});
	});

	it('sees a token there and back, with both ends, and numbers its lines', async () => {
		capture = await two.capture('10.9.0.2');
		const { seq, id, interfaces, flows } = await ofConnection([hex(`GET /gatecrash/${token} HTTP/1.1\r\n`)]);
		const tokens = capture.tokens();
		expect(tokens.map((one) => [one.seq, one.token, one.protocol, one.from, one.to])).to.deep.equal([
			[1, token, 'tcp', '10.9.0.2', '10.9.0.1'],
			[2, token, 'tcp', '10.9.0.1', '10.9.0.2'],
		]);
		expect(tokens[0]?.toPort).to.equal(7000);
		expect({ seq, id, flows }).to.deep.equal({ seq: 3, id: 1, flows: [] });
		expect(interfaces[0]?.packets).to.be.above(5);
		expect(interfaces[0]?.drops).to.equal(0);
	});

	it('sees it over IPv6, and over UDP', async () => {
		capture = await two.capture('fd00:9::2');
		await ofConnection([hex(`gatecrash/1 ${token}\n`)], 'fd00:9::1');
		expect(capture.tokens().map(({ from }) => from)).to.deep.equal(['fd00:9:0:0:0:0:0:2', 'fd00:9:0:0:0:0:0:1']);
		const udp = `const s = require('dgram').createSocket('udp6');
			s.send('gatecrash/1 ${token}', 9, 'fd00:9::1', () => s.close());`;
		await once(two.run('pod', udp), 'close');
		await capture.barrier();
		// The complaint that nobody listens quotes it.
		expect(new Set(capture.tokens().map(({ protocol }) => protocol))).to.include('icmp');
	});

	it('sees a token that lies across segments', async () => {
		capture = await two.capture('10.9.0.2');
		await ofConnection([hex(`gatecrash/1 ${token.slice(0, 9)}`), hex(token.slice(9, 15)), hex(`${token.slice(15)}\n`)]);
		expect(capture.tokens().filter(({ from }) => from === '10.9.0.2')).to.have.length(1);
	});

	it('takes nothing for a token that is longer or shorter', async () => {
		capture = await two.capture('10.9.0.2');
		await ofConnection([hex(`${token}f `), hex(`${token.slice(1)} `)]);
		expect(capture.tokens()).to.deep.equal([]);
	});

	it('counts what TLS carries by records, also across segments', async () => {
		capture = await two.capture('10.9.0.2');
		const record = (size: number) => `170303${size.toString(16).padStart(4, '0')}${'ee'.repeat(size)}`;
		const handshake = `160303000a${'ee'.repeat(10)}`;
		const long = record(900);
		const { flows } = await ofConnection([handshake + record(40) + long.slice(0, 400), long.slice(400) + record(60)]);
		expect(flows.filter(({ from }) => from === '10.9.0.2')).to.deep.equal([
			{ interface: 'va', from: '10.9.0.2', to: '10.9.0.1', records: 3, bytes: 1000 },
		]);
	});

	it('says how many packets the kernel dropped', async () => {
		capture = await two.capture('slow', '10.9.0.2');
		const { interfaces } = await ofConnection(Array.from({ length: 12 }, () => 'ee'.repeat(1200)));
		expect(interfaces[0]?.drops).to.be.above(0);
	});

	it('sees nothing of another interface', async () => {
		capture = await two.capture('interface=lo', '10.9.0.2');
		await ofConnection([hex(`gatecrash/1 ${token}\n`)]);
		expect(capture.tokens()).to.deep.equal([]);
	});

	it('begins anew when it is told to: other pods, and nothing of what it had counted', async () => {
		capture = await two.capture('10.9.0.77');
		await ofConnection([hex(`gatecrash/1 ${token}\n`)]);
		expect(capture.tokens()).to.deep.equal([]);
		capture.child.stdin.write('watch 7 10.9.0.2\n');
		const again = await capture.next('ready', ({ watch }) => watch === 7);
		expect(again.interfaces.map(({ name }) => name)).to.deep.equal(['va']);
		const { seq, interfaces } = await ofConnection([hex(`gatecrash/1 ${token}\n`)]);
		expect(capture.tokens().map((one) => one.seq)).to.deep.equal([1, 2]);
		expect(seq).to.equal(3);
		expect(interfaces.map(({ drops }) => drops)).to.deep.equal([0]);
		capture.child.stdin.write('watch 8\n');
		expect((await capture.next('ready', ({ watch }) => watch === 8)).interfaces).to.deep.equal([]);
		await ofConnection([hex(`gatecrash/1 ${token}\n`)]);
		expect(capture.tokens()).to.have.length(2);
	});

	it('ends when its standard input does', async () => {
		capture = await two.capture('10.9.0.2');
		capture.child.stdin.end();
		expect(await once(capture.child, 'close')).to.deep.equal([0, null]);
	});
});

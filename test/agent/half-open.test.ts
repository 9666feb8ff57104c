import { expect } from 'chai';
import { parseHalfOpen } from '../../src/agent/half-open.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const tail = '00000000:00000000 01:00000063 00000000     0        0 0 1 0000000000000000\n';

describe('agent: half-open connections in /proc/net/tcp', () => {
	it('reads IPv4 in both byte orders, and only the state SYN_RECV', () => {
		const text = `${head}   0: 0100007F:1F90 00000000:0000 0A ${tail}10000: 0100007F:1F90 0302000A:C350 03 ${tail}`;
		expect(parseHalfOpen(text, 'LE')).to.deep.equal([
			{ from: { address: '10.0.2.3', port: 50_000 }, to: { address: '127.0.0.1', port: 8080 } },
		]);
		expect(parseHalfOpen(`   0: 7F000001:0050 0A000203:0001 03 ${tail}`, 'BE')).to.deep.equal([
			{ from: { address: '10.0.2.3', port: 1 }, to: { address: '127.0.0.1', port: 80 } },
		]);
	});

	it('reads IPv6 in its shortest form, and IPv4-mapped addresses as IPv4', () => {
		const words: Record<string, string> = {
			'00000000000000000000000001000000': '::1',
			B80D0120000000000000000001000000: '2001:db8::1',
			B80D0120010000000000000001000000: '2001:db8:0:1::1',
			'0000000000000000FFFF00000302000A': '10.0.2.3',
			'00000000000000000000000000000000': '::',
			B80D0120030002000500040007000600: '2001:db8:2:3:4:5:6:7',
		};
		for (const [hex, address] of Object.entries(words)) {
			const [found] = parseHalfOpen(`   0: ${hex}:0050 ${hex}:1F90 03 ${tail}`, 'LE');
			expect(found).to.deep.equal({ from: { address, port: 8080 }, to: { address, port: 80 } });
		}
	});
});

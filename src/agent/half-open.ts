import { readFileSync } from 'node:fs';
import { endianness } from 'node:os';
import type { SocketAddress } from '../model/address.ts';

const synReceived = /^ *\d+: ([0-9A-F]+):([0-9A-F]{4}) ([0-9A-F]+):([0-9A-F]{4}) 03 /gm;

/** The half-open connections (SYN_RECV) in the text of /proc/net/tcp or /proc/net/tcp6 (proc_net_tcp(5)). */
export function parseHalfOpen(text: string, order = endianness()): { from: SocketAddress; to: SocketAddress }[] {
	return Array.from(text.matchAll(synReceived), ([, to = '', toPort = '', from = '', fromPort = '']) => ({
		from: { address: readAddress(from, order), port: Number.parseInt(fromPort, 16) },
		to: { address: readAddress(to, order), port: Number.parseInt(toPort, 16) },
	}));
}

/** The kernel prints 32-bit words as numbers in its own byte order. */
function readAddress(hex: string, order: 'LE' | 'BE'): string {
	const bytes = Buffer.from(hex, 'hex');
	if (order === 'LE') bytes.swap32();
	const mapped = bytes.length === 16 && bytes.subarray(0, 12).equals(mappedPrefix);
	if (bytes.length === 4 || mapped) return bytes.subarray(-4).join('.');
	const words = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
	return shorten(words);
}

const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

/** RFC 5952: the longest run of at least two zero words, the first of equals, becomes `::`. */
function shorten(words: string[]): string {
	let best = { start: 0, length: 1 };
	for (let start = 0; start < words.length; start += 1) {
		let length = 0;
		while (words[start + length] === '0') length += 1;
		if (length > best.length) best = { start, length };
	}
	if (best.length < 2) return words.join(':');
	return `${words.slice(0, best.start).join(':')}::${words.slice(best.start + best.length).join(':')}`;
}

/** Reported pairs that are remembered. */
const maximumRemembered = 20_000;
/** Milliseconds between two looks; longer where a look is so dear that it would take more than 1/200 of the time. */
const pollInterval = 250;
const longestInterval = 1000;
const dutyFactor = 200;

/**
 * Watches the listeners' ports for half-open connections: a SYN that arrived although its handshake fails. The kernel
 * keeps such an entry for many seconds (it repeats its SYN-ACK), so polling misses none. /proc/net/tcp is only read when
 * the namespace has received TCP segments since the last look, for reading it costs the kernel a walk over its whole
 * table of connections: over a millisecond, unless the namespace was made with a small table of its own
 * (net.ipv4.tcp_child_ehash_entries).
 */
export class HalfOpenWatch {
	readonly #ports: ReadonlySet<number>;
	readonly #report: (from: SocketAddress, to: SocketAddress) => void;
	readonly #seen = new Set<string>();
	#segments = '';

	constructor(ports: ReadonlySet<number>, report: (from: SocketAddress, to: SocketAddress) => void) {
		this.#ports = ports;
		this.#report = report;
	}

	start(): void {
		if (this.#ports.size === 0) return;
		const poll = () => {
			const before = performance.now();
			if (this.#receivedSegments()) this.look();
			const cost = performance.now() - before;
			setTimeout(poll, Math.max(pollInterval, Math.min(longestInterval, cost * dutyFactor))).unref();
		};
		poll();
	}

	/** Reports every pair that was not reported before. */
	look(): void {
		if (this.#ports.size === 0) return;
		for (const file of ['/proc/self/net/tcp', '/proc/self/net/tcp6']) {
			for (const { from, to } of parseHalfOpen(readIfThere(file))) {
				const pair = `${from.address} ${from.port} ${to.address} ${to.port}`;
				if (!this.#ports.has(to.port) || this.#seen.has(pair)) continue;
				this.#remember(pair);
				this.#report(from, to);
			}
		}
	}

	#remember(pair: string): void {
		this.#seen.add(pair);
		if (this.#seen.size <= maximumRemembered) return;
		const [oldest] = this.#seen;
		if (oldest !== undefined) this.#seen.delete(oldest);
	}

	/** Tcp InSegs of /proc/net/snmp counts both families; the whole line changes with it. */
	#receivedSegments(): boolean {
		const line = /^Tcp: \d.*$/m.exec(readIfThere('/proc/self/net/snmp'))?.[0] ?? '';
		const changed = line === '' || line !== this.#segments;
		this.#segments = line;
		return changed;
	}
}

/** A kernel without IPv6 has no tcp6. */
function readIfThere(file: string): string {
	try {
		return readFileSync(file, 'latin1');
	} catch {
		return '';
	}
}

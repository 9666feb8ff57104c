import { readFileSync } from 'node:fs';
import type { AgentCounters } from '../model/agent.ts';

/** Reads the counters of the agent's network namespace. Throws the system's error where /proc can't be read. */
export function readKernelCounters(): Omit<AgentCounters, 'strays'> {
	const netstat = readFileSync('/proc/self/net/netstat', 'latin1');
	const snmp = readFileSync('/proc/self/net/snmp', 'latin1');
	const { received, sent } = packets(readFileSync('/proc/self/net/dev', 'latin1'));
	return {
		listenDrops: field(netstat, 'TcpExt', 'ListenDrops'),
		listenOverflows: field(netstat, 'TcpExt', 'ListenOverflows'),
		udpReceiveBufferErrors: field(snmp, 'Udp', 'RcvbufErrors') + udp6ReceiveBufferErrors(),
		sentPackets: sent,
		receivedPackets: received,
	};
}

/** Files such as /proc/net/snmp hold two lines for each group: names, then values. */
function field(text: string, group: string, name: string): number {
	const [names, values] = text
		.split('\n')
		.filter((line) => line.startsWith(`${group}: `))
		.map((line) => line.split(' '));
	const value = values?.[names?.indexOf(name) ?? -1];
	if (value === undefined) throw new Error(`the kernel shows no counter ${group} ${name}`);
	return Number(value);
}

function udp6ReceiveBufferErrors(): number {
	let text: string;
	try {
		text = readFileSync('/proc/self/net/snmp6', 'latin1');
	} catch {
		return 0; // a kernel without IPv6
	}
	return Number(/^Udp6RcvbufErrors\s+(\d+)/m.exec(text)?.[1] ?? 0);
}

/** All interfaces but lo. */
function packets(dev: string): { received: number; sent: number } {
	const sum = { received: 0, sent: 0 };
	for (const [, name, numbers] of dev.matchAll(/^ *(\S+):(.*)$/gm)) {
		const columns = (numbers ?? '').trim().split(/\s+/).map(Number);
		if (name === 'lo') continue;
		sum.received += columns[1] ?? 0;
		sum.sent += columns[9] ?? 0;
	}
	return sum;
}

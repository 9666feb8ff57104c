import { isIP } from 'node:net';
import type { Protocol } from '../../model/address.ts';
import { isRecord } from '../../model/is-record.ts';
import type { PolicyEvent } from '../../model/policy-event.ts';

/**
 * One line of the policy event log of the Amazon VPC CNI plugin's node agent, in the forms that it has had:
 * `{"msg":"Flow Info:  ","Src IP":"10.0.0.1","Src Port":1,"Dest IP":...,"Verdict":"DENY"}` up to v1.2.1 (EKS user guide,
 * "Troubleshooting Kubernetes network policies"); `{"msg":"Flow Info: Src IP: 10.0.0.1 Src Port: 1 ..."}` since
 * (aws-network-policy-agent, pkg/ebpf/events/events.go); and `Node: n;SIP: 10.0.0.1;SPORT: 1;...`, as CloudWatch has it.
 * `unreadable`: it is about a connection and can't be made out; undefined: it is about something else.
 */
export function readPolicyEvent(line: string): PolicyEvent | 'unreadable' | undefined {
	if (/^Node: [^;]*;SIP: /.test(line)) return eventOf(fieldsOf(line, cloudWatch));
	if (!line.includes('Flow Info:')) return undefined;
	const record = parse(line);
	if (record === undefined) return 'unreadable';
	const { msg } = record;
	if (typeof msg !== 'string' || !msg.startsWith('Flow Info:')) return undefined;
	const text = (key: string) => String((record[key] as string | number | undefined) ?? '');
	if (record['Src IP'] !== undefined) {
		return eventOf({
			...{ from: text('Src IP'), fromPort: text('Src Port'), to: text('Dest IP'), toPort: text('Dest Port') },
			...{ protocol: text('Proto'), verdict: text('Verdict'), direction: text('Direction') },
		});
	}
	return eventOf(fieldsOf(msg, flowInfo));
}

interface Fields {
	from: string;
	fromPort: string;
	to: string;
	toPort: string;
	protocol: string;
	verdict: string;
	direction: string;
}

/** The form of IPv6 has a colon after each word, that of IPv4 only after some. */
const flowInfo =
	/Src IP: (?<from>\S+) Src Port: (?<fromPort>\d+) Dest IP: (?<to>\S+) Dest Port: (?<toPort>\d+) Proto:? (?<protocol>\w+) Verdict:? (?<verdict>[\w/]+)(?: Direction:? (?<direction>\w+))?/;
const cloudWatch =
	/SIP: (?<from>[^;]+);SPORT: (?<fromPort>\d+);DIP: (?<to>[^;]+);DPORT: (?<toPort>\d+);PROTOCOL: (?<protocol>\w+);PolicyVerdict: (?<verdict>[\w/]+)/;

function fieldsOf(text: string, pattern: RegExp): Partial<Fields> {
	return pattern.exec(text)?.groups ?? {};
}

function eventOf({
	from,
	fromPort,
	to,
	toPort,
	protocol,
	verdict,
	direction,
}: Partial<Fields>): PolicyEvent | 'unreadable' | undefined {
	// Tables that are tidied up, and protocols without ports, say nothing of an attempt.
	if (verdict === 'EXPIRED/DELETED' || protocol === 'ICMP' || protocol === 'UNKNOWN') return undefined;
	const name = protocols[protocol ?? ''];
	const [source, destination] = [endOf(from, fromPort), endOf(to, toPort)];
	if (!source || !destination || !name || (verdict !== 'ACCEPT' && verdict !== 'DENY')) return 'unreadable';
	const side = direction === 'ingress' || direction === 'egress' ? direction : undefined;
	return { from: source, to: destination, protocol: name, verdict, direction: side };
}

const protocols: Record<string, Protocol> = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' };

function endOf(address = '', port = ''): PolicyEvent['from'] | undefined {
	const number = Number(port);
	return isIP(address) !== 0 && port !== '' && Number.isInteger(number) && number >= 0 && number <= 65_535
		? { address, port: number }
		: undefined;
}

function parse(line: string): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(line);
		return isRecord(value) ? value : undefined;
	} catch {
		return undefined;
	}
}

import { expect } from 'chai';
import { readPolicyEvent } from '../../src/cluster/kubernetes/policy-events.ts';
import type { PolicyEvent } from '../../src/model/policy-event.ts';

const flow = (verdict: PolicyEvent['verdict'], direction?: PolicyEvent['direction']): PolicyEvent => ({
	...{ from: { address: '192.168.87.155', port: 38971 }, to: { address: '192.168.64.6', port: 53 } },
	...{ protocol: 'udp', verdict, direction },
});
const json = (record: object) => JSON.stringify({ level: 'info', ts: '2026-05-30T16:05:32.573Z', ...record });
const old = {
	...{ 'Src IP': '192.168.87.155', 'Src Port': 38971, 'Dest IP': '192.168.64.6', 'Dest Port': 53 },
	...{ Proto: 'UDP', Verdict: 'ACCEPT' },
};
const four = 'Src IP: 192.168.87.155 Src Port: 38971 Dest IP: 192.168.64.6 Dest Port: 53 Proto UDP Verdict DENY';
const six =
	'Src IP: fd00::a Src Port: 40000 Dest IP: fd00::b Dest Port: 80 Proto: TCP Verdict: DENY Direction: egress Tier: DEFAULT';
const cloud =
	'Node: ip-1;SIP: 192.168.87.155;SPORT: 38971;DIP: 192.168.64.6;DPORT: 53;PROTOCOL: UDP;PolicyVerdict: DENY';

/** As aws-network-policy-agent writes them (pkg/ebpf/events/events.go), and as the EKS user guide shows them. */
const rows: [what: string, line: string, event: PolicyEvent | 'unreadable' | undefined][] = [
	['fields of their own, up to v1.2.1', json({ msg: 'Flow Info:  ', ...old }), flow('ACCEPT')],
	['text, IPv4', json({ msg: `Flow Info: ${four}` }), flow('DENY')],
	[
		'text with direction and tier',
		json({ msg: `Flow Info: ${four} Direction ingress, Tier NETWORK_POLICY` }),
		flow('DENY', 'ingress'),
	],
	[
		'text, IPv6',
		json({ msg: `Flow Info: ${six}` }),
		{
			...{ from: { address: 'fd00::a', port: 40000 }, to: { address: 'fd00::b', port: 80 } },
			...{ protocol: 'tcp', verdict: 'DENY', direction: 'egress' },
		},
	],
	['as CloudWatch has it', cloud, flow('DENY')],
	['as CloudWatch has it, with a tier', `${cloud};Tier: NETWORK_POLICY`, flow('DENY')],
	['an expired entry', json({ msg: `Flow Info: ${four.replace('DENY', 'EXPIRED/DELETED')}` }), undefined],
	['ICMP', json({ msg: `Flow Info: ${four.replace('UDP', 'ICMP')}` }), undefined],
	['another message', json({ msg: 'Processing Pod: ' }), undefined],
	['another message that quotes one', json({ msg: 'Sending logs to CW', note: 'Flow Info: x' }), undefined],
	['nothing', '', undefined],
	['a line that is cut off', '{"level":"info","msg":"Flow Info: Src IP: 192.168', 'unreadable'],
	[
		'an address of three numbers, as the user guide prints it',
		json({ msg: 'Flow Info: ', ...old, 'Dest IP': '64.6.160' }),
		'unreadable',
	],
	['a port that is none', json({ msg: 'Flow Info: ', ...old, 'Src Port': 'x' }), 'unreadable'],
	['a port that is too large', json({ msg: `Flow Info: ${four.replace('38971', '389710')}` }), 'unreadable'],
	['another verdict', json({ msg: `Flow Info: ${four.replace('DENY', 'PASS')}` }), 'unreadable'],
	['a form that nobody knows', json({ msg: 'Flow Info: everything is fine' }), 'unreadable'],
	['an object for an address', json({ msg: 'Flow Info: ', ...old, 'Src IP': {} }), 'unreadable'],
];

describe('a line of the policy event log', () => {
	for (const [what, line, event] of rows) {
		it(`is read: ${what}`, () => expect(readPolicyEvent(line)).to.deep.equal(event));
	}
});

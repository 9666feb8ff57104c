import { expect } from 'chai';
import type { Prediction } from '../../src/model/plan.ts';
import { compilePolicies } from '../../src/policy/compile-policies.ts';
import { connection, policy, smallWorld } from './small-world.ts';

/**
 * Written by hand from the specification, a line for each thing that it says. The first word is the text:
 * `api`: https://kubernetes.io/docs/reference/kubernetes-api/policy-resources/network-policy-v1/, with the field;
 * `page`: https://kubernetes.io/docs/concepts/services-networking/network-policies/, with the section;
 * `kep`: https://github.com/kubernetes/enhancements, with number and section; `labels`: the page "Labels and Selectors".
 */
type Row = [section: string, specs: string | [string, string][], path: string, verdict: Prediction['verdict']];

const denyIn = 'podSelector: {}\npolicyTypes: [Ingress]';
const denyOut = 'podSelector: {}\npolicyTypes: [Egress]';
const denyBoth = 'podSelector: {}\npolicyTypes: [Ingress, Egress]';
const into = (rule: string) => `podSelector: {}\npolicyTypes: [Ingress]\ningress: [${rule}]`;
const out = (rule: string) => `podSelector: {}\npolicyTypes: [Egress]\negress: [${rule}]`;
const peer = (text: string) => into(`{from: [${text}]}`);
const select = (selector: string) => `podSelector: ${selector}\npolicyTypes: [Ingress]`;

const rows: Row[] = [
	// Isolation
	['page: two sorts of isolation', [], 'web→api:80', 'allowed'],
	['page: two sorts of isolation', denyIn, 'admin→web:80', 'blocked'],
	['page: two sorts of isolation, ingress alone', denyIn, 'web→admin:80', 'allowed'],
	['page: two sorts of isolation, egress alone', denyOut, 'admin→web:80', 'allowed'],
	['page: two sorts of isolation', denyOut, 'web→admin:80', 'blocked'],
	[
		'page: two sorts of isolation, both ends must allow',
		[
			[denyOut, 'shop/a'],
			[denyIn, 'ops/b'],
		],
		'web→admin:80',
		'blocked',
	],
	[
		'page: two sorts of isolation, both ends must allow',
		[
			[out('{}'), 'shop/a'],
			[denyIn, 'ops/b'],
		],
		'web→admin:80',
		'blocked',
	],
	[
		'page: two sorts of isolation, both ends must allow',
		[
			[out('{}'), 'shop/a'],
			[into('{}'), 'ops/b'],
		],
		'web→admin:80',
		'allowed',
	],
	['page: two sorts of isolation, only selected pods', select('{matchLabels: {app: api}}'), 'admin→web:80', 'allowed'],
	[
		'page: two sorts of isolation, additive',
		[
			[denyIn, 'shop/a'],
			[into('{}'), 'shop/b'],
		],
		'admin→web:80',
		'allowed',
	],
	[
		'page: two sorts of isolation, additive',
		[
			[into('{ports: [{port: 81}]}'), 'shop/a'],
			[into('{ports: [{port: 80}]}'), 'shop/b'],
		],
		'admin→web:80',
		'allowed',
	],
	['page: two sorts of isolation, the policy’s namespace', [[denyIn, 'ops/a']], 'admin→web:80', 'allowed'],
	['page: two sorts of isolation, from the pod’s node', denyIn, 'node/a→web:80', 'allowed'],
	['page: two sorts of isolation, not from another node', denyIn, 'node/b→web:80', 'blocked'],
	// Defaults
	['page: default deny all ingress', denyIn, 'internet→web:80'.replace('internet', 'external/internet'), 'blocked'],
	['page: default deny all ingress, in the same namespace', denyIn, 'api→web:80', 'blocked'],
	['page: allow all ingress', into('{}'), 'external/internet→web:80', 'allowed'],
	['page: default deny all egress', denyOut, 'web→external/internet:443', 'blocked'],
	['page: allow all egress', out('{}'), 'web→external/internet:443', 'allowed'],
	['page: default deny all', denyBoth, 'web→api:80', 'blocked'],
	// podSelector of the policy
	['api: spec.podSelector, empty', 'podSelector: {}', 'admin→bare:80', 'blocked'],
	['api: spec.podSelector, missing', 'policyTypes: [Ingress]', 'admin→bare:80', 'blocked'],
	['api: spec.podSelector', select('{matchLabels: {app: web}}'), 'admin→web:80', 'blocked'],
	['labels: matchLabels are ANDed', select('{matchLabels: {app: web, tier: back}}'), 'admin→web:80', 'allowed'],
	[
		'labels: In',
		select('{matchExpressions: [{key: app, operator: In, values: [api, web]}]}'),
		'admin→web:80',
		'blocked',
	],
	[
		'labels: In, no such key',
		select('{matchExpressions: [{key: app, operator: In, values: [api, web]}]}'),
		'admin→bare:80',
		'allowed',
	],
	[
		'labels: NotIn',
		select('{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}'),
		'admin→api:80',
		'blocked',
	],
	[
		'labels: NotIn, the value',
		select('{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}'),
		'admin→web:80',
		'allowed',
	],
	[
		'labels: NotIn, no such key',
		select('{matchExpressions: [{key: app, operator: NotIn, values: [web]}]}'),
		'admin→bare:80',
		'blocked',
	],
	['labels: Exists', select('{matchExpressions: [{key: tier, operator: Exists}]}'), 'admin→api:80', 'blocked'],
	['labels: Exists', select('{matchExpressions: [{key: tier, operator: Exists}]}'), 'admin→bare:80', 'allowed'],
	[
		'labels: DoesNotExist',
		select('{matchExpressions: [{key: tier, operator: DoesNotExist}]}'),
		'admin→bare:80',
		'blocked',
	],
	[
		'labels: DoesNotExist',
		select('{matchExpressions: [{key: tier, operator: DoesNotExist}]}'),
		'admin→api:80',
		'allowed',
	],
	[
		'labels: matchLabels and matchExpressions are ANDed',
		select('{matchLabels: {app: web}, matchExpressions: [{key: tier, operator: In, values: [back]}]}'),
		'admin→web:80',
		'allowed',
	],
	// policyTypes
	['api: spec.policyTypes, ingress always', 'podSelector: {}\negress: [{}]', 'admin→web:80', 'blocked'],
	[
		'api: spec.policyTypes, egress with egress rules',
		'podSelector: {}\negress: [{ports: [{port: 81}]}]',
		'web→admin:80',
		'blocked',
	],
	['api: spec.policyTypes, no egress rules', 'podSelector: {}\ningress: [{}]', 'web→admin:80', 'allowed'],
	['api: spec.policyTypes, empty egress is no egress', 'podSelector: {}\negress: []', 'web→admin:80', 'allowed'],
	[
		'api: spec.policyTypes, Egress alone',
		'podSelector: {}\npolicyTypes: [Egress]\negress: [{}]',
		'admin→web:80',
		'allowed',
	],
	['api: spec.policyTypes, empty is as missing', 'podSelector: {}\npolicyTypes: []', 'admin→web:80', 'blocked'],
	// Rules
	['api: spec.ingress, empty', 'podSelector: {}\ningress: []', 'admin→web:80', 'blocked'],
	[
		'api: spec.ingress, any rule',
		into('{ports: [{port: 81}]}, {from: [{namespaceSelector: {}}]}'),
		'admin→web:80',
		'allowed',
	],
	[
		'api: ingress.from and ports, both must match',
		into('{from: [{namespaceSelector: {}}], ports: [{port: 81}]}'),
		'admin→web:80',
		'blocked',
	],
	['api: ingress.from, empty', into('{from: [], ports: [{port: 80}]}'), 'external/internet→web:80', 'allowed'],
	['api: ingress.ports, empty', into('{from: [{namespaceSelector: {}}], ports: []}'), 'admin→web:5353/udp', 'allowed'],
	['api: egress.to, empty', out('{to: [], ports: [{port: 443}]}'), 'web→external/internet:443', 'allowed'],
	[
		'api: egress.to, empty, ports still match',
		out('{to: [], ports: [{port: 443}]}'),
		'web→external/internet:80',
		'blocked',
	],
	// Peers
	[
		'api: peer.podSelector, own namespace',
		peer('{podSelector: {matchLabels: {tier: front}}}'),
		'web→api:80',
		'allowed',
	],
	[
		'api: peer.podSelector, not another namespace',
		peer('{podSelector: {matchLabels: {tier: front}}}'),
		'admin→api:80',
		'blocked',
	],
	['api: peer.podSelector, empty', peer('{podSelector: {}}'), 'bare→api:80', 'allowed'],
	['api: peer.podSelector, empty, not another namespace', peer('{podSelector: {}}'), 'admin→api:80', 'blocked'],
	['api: peer.namespaceSelector', peer('{namespaceSelector: {matchLabels: {team: ops}}}'), 'admin→web:80', 'allowed'],
	[
		'api: peer.namespaceSelector, not the own one',
		peer('{namespaceSelector: {matchLabels: {team: ops}}}'),
		'api→web:80',
		'blocked',
	],
	['api: peer.namespaceSelector, empty', peer('{namespaceSelector: {}}'), 'admin→web:80', 'allowed'],
	['api: peer.namespaceSelector, pods only', peer('{namespaceSelector: {}}'), 'external/internet→web:80', 'blocked'],
	[
		'page: behaviour of to and from, AND',
		peer('{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {matchLabels: {app: admin}}}'),
		'admin→web:80',
		'allowed',
	],
	[
		'page: behaviour of to and from, AND',
		peer('{namespaceSelector: {matchLabels: {team: ops}}, podSelector: {matchLabels: {app: admin}}}'),
		'resolver→web:80',
		'blocked',
	],
	[
		'page: behaviour of to and from, OR',
		peer('{namespaceSelector: {matchLabels: {team: ops}}}, {podSelector: {matchLabels: {app: api}}}'),
		'resolver→web:80',
		'allowed',
	],
	[
		'page: behaviour of to and from, OR',
		peer('{namespaceSelector: {matchLabels: {team: ops}}}, {podSelector: {matchLabels: {app: api}}}'),
		'api→web:80',
		'allowed',
	],
	[
		'page: behaviour of to and from, OR',
		peer('{namespaceSelector: {matchLabels: {team: ops}}}, {podSelector: {matchLabels: {app: api}}}'),
		'bare→web:80',
		'blocked',
	],
	[
		'page: targeting a namespace by its name',
		peer('{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}'),
		'admin→web:80',
		'allowed',
	],
	[
		'page: targeting a namespace by its name',
		peer('{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}}'),
		'api→web:80',
		'blocked',
	],
	[
		'page: targeting multiple namespaces by label',
		peer('{namespaceSelector: {matchExpressions: [{key: team, operator: In, values: [ops, other]}]}}'),
		'admin→web:80',
		'allowed',
	],
	['api: egress peer', out('{to: [{podSelector: {matchLabels: {app: api}}}]}'), 'web→api:80', 'allowed'],
	['api: egress peer', out('{to: [{podSelector: {matchLabels: {app: api}}}]}'), 'web→bare:80', 'blocked'],
	// ipBlock
	['api: ipBlock.cidr', peer('{ipBlock: {cidr: 203.0.113.0/24}}'), 'external/internet→web:80', 'allowed'],
	['api: ipBlock.cidr, outside', peer('{ipBlock: {cidr: 203.0.113.0/24}}'), 'external/partner→web:80', 'blocked'],
	['api: ipBlock.cidr, one address', peer('{ipBlock: {cidr: 203.0.113.7/32}}'), 'external/internet→web:80', 'allowed'],
	[
		'api: ipBlock.cidr, its neighbour',
		peer('{ipBlock: {cidr: 203.0.113.6/32}}'),
		'external/internet→web:80',
		'blocked',
	],
	[
		'api: ipBlock.except',
		peer('{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.4/30]}}'),
		'external/internet→web:80',
		'blocked',
	],
	[
		'api: ipBlock.except, beside it',
		peer('{ipBlock: {cidr: 203.0.113.0/24, except: [203.0.113.8/29]}}'),
		'external/internet→web:80',
		'allowed',
	],
	[
		'api: ipBlock.except, another block still allows',
		peer('{ipBlock: {cidr: 0.0.0.0/0, except: [203.0.113.0/24]}}, {ipBlock: {cidr: 203.0.113.7/32}}'),
		'external/internet→web:80',
		'allowed',
	],
	[
		'api: ipBlock.cidr, IPv6',
		peer('{ipBlock: {cidr: "2001:db8:113::/64"}}'),
		'external/internet→web:80/tcp/ipv6',
		'allowed',
	],
	['api: ipBlock.cidr, each family alone', peer('{ipBlock: {cidr: "::/0"}}'), 'external/internet→web:80', 'blocked'],
	[
		'api: ipBlock.cidr, each family alone',
		peer('{ipBlock: {cidr: 0.0.0.0/0}}'),
		'external/internet→web:80/tcp/ipv6',
		'blocked',
	],
	[
		'api: ipBlock.cidr, IPv6 except',
		peer('{ipBlock: {cidr: "::/0", except: ["2001:db8:113::/48"]}}'),
		'external/internet→web:80/tcp/ipv6',
		'blocked',
	],
	[
		'page: behaviour of to and from, ipBlock holds pod addresses',
		peer('{ipBlock: {cidr: 10.244.1.4/32}}'),
		'admin→web:80',
		'allowed',
	],
	[
		'page: the NetworkPolicy resource, the example',
		into(
			'{from: [{ipBlock: {cidr: 172.17.0.0/16, except: [172.17.1.0/24]}}, {namespaceSelector: {matchLabels: {project: myproject}}}, {podSelector: {matchLabels: {app: api}}}], ports: [{protocol: TCP, port: 6379}]}',
		),
		'api→web:6379',
		'allowed',
	],
	[
		'page: the NetworkPolicy resource, the example',
		into('{from: [{podSelector: {matchLabels: {app: api}}}], ports: [{protocol: TCP, port: 6379}]}'),
		'api→web:6380',
		'blocked',
	],
	// Ports
	['api: port.protocol, TCP if missing', into('{ports: [{port: 80}]}'), 'admin→web:80/udp', 'blocked'],
	['api: port.protocol, TCP if missing', into('{ports: [{port: 80}]}'), 'admin→web:80/tcp', 'allowed'],
	['api: port.protocol UDP', into('{ports: [{protocol: UDP, port: 53}]}'), 'admin→web:53/udp', 'allowed'],
	['api: port.protocol UDP', into('{ports: [{protocol: UDP, port: 53}]}'), 'admin→web:53/tcp', 'blocked'],
	['api: port.protocol SCTP', into('{ports: [{protocol: SCTP, port: 7777}]}'), 'admin→web:7777/sctp', 'allowed'],
	['api: port.protocol SCTP', into('{ports: [{protocol: SCTP, port: 7777}]}'), 'admin→web:7777/tcp', 'blocked'],
	['api: port.port, missing', into('{ports: [{protocol: UDP}]}'), 'admin→web:9/udp', 'allowed'],
	['api: port.port, missing', into('{ports: [{protocol: UDP}]}'), 'admin→web:9/tcp', 'blocked'],
	['api: port.port, an empty item is all of TCP', into('{ports: [{}]}'), 'admin→web:9/tcp', 'allowed'],
	['api: port.port, an empty item is all of TCP', into('{ports: [{}]}'), 'admin→web:9/udp', 'blocked'],
	['api: port.port, a name', into('{ports: [{port: http}]}'), 'admin→web:80', 'allowed'],
	['api: port.port, a name, another pod’s number', into('{ports: [{port: http}]}'), 'admin→web:8080', 'blocked'],
	['api: port.port, a name, this pod’s number', into('{ports: [{port: http}]}'), 'admin→api:8080', 'allowed'],
	['api: port.port, a name that the pod lacks', into('{ports: [{port: http}]}'), 'admin→bare:80', 'blocked'],
	[
		'api: port.port, a name is of its protocol',
		into('{ports: [{protocol: UDP, port: http}]}'),
		'admin→web:80/udp',
		'blocked',
	],
	['api: port.port, egress: the name of the destination', out('{ports: [{port: http}]}'), 'web→api:8080', 'allowed'],
	['api: port.port, egress: not the name of the source', out('{ports: [{port: http}]}'), 'web→api:80', 'blocked'],
	['api: port.port, egress: no name outside', out('{ports: [{port: http}]}'), 'web→external/internet:80', 'blocked'],
	[
		'api: port.port, a name with ipBlock',
		out('{to: [{ipBlock: {cidr: 10.244.0.0/16}}], ports: [{protocol: UDP, port: dns}]}'),
		'web→resolver:53/udp',
		'allowed',
	],
	['kep: 2079, endPort first', into('{ports: [{port: 8000, endPort: 8010}]}'), 'admin→web:8000', 'allowed'],
	['kep: 2079, endPort last', into('{ports: [{port: 8000, endPort: 8010}]}'), 'admin→web:8010', 'allowed'],
	['kep: 2079, below', into('{ports: [{port: 8000, endPort: 8010}]}'), 'admin→web:7999', 'blocked'],
	['kep: 2079, above', into('{ports: [{port: 8000, endPort: 8010}]}'), 'admin→web:8011', 'blocked'],
	[
		'page: targeting a range of ports, egress',
		out('{to: [{ipBlock: {cidr: 203.0.113.0/24}}], ports: [{port: 32000, endPort: 32768}]}'),
		'web→external/internet:32768',
		'allowed',
	],
	[
		'page: targeting a range of ports, its protocol',
		out('{ports: [{port: 32000, endPort: 32768}]}'),
		'web→external/internet:32768/udp',
		'blocked',
	],
	['kep: 2079, endPort equal to port', into('{ports: [{port: 8000, endPort: 8000}]}'), 'admin→web:8000', 'allowed'],
	// Services: policies are about pods
	[
		'page: the NetworkPolicy resource, behind a Service',
		into('{ports: [{port: 80}]}'),
		'admin→svc/web:8000',
		'allowed',
	],
	[
		'page: the NetworkPolicy resource, behind a Service',
		into('{ports: [{port: 8000}]}'),
		'admin→svc/web:8000',
		'blocked',
	],
	[
		'page: the NetworkPolicy resource, behind a Service',
		[[out('{to: [{namespaceSelector: {matchLabels: {team: shop}}}]}'), 'ops/a']],
		'admin→svc/web:8000',
		'allowed',
	],
	[
		'page: ipBlock, addresses that are rewritten',
		[[out('{to: [{ipBlock: {cidr: 10.244.0.0/16}}]}'), 'ops/a']],
		'admin→svc/web:8000',
		'open',
	],
	[
		'page: ipBlock, addresses that are rewritten',
		[[out('{to: [{ipBlock: {cidr: 10.96.0.0/16}}]}'), 'ops/a']],
		'admin→svc/web:8000',
		'open',
	],
	[
		'page: ipBlock, holds both addresses',
		[[out('{to: [{ipBlock: {cidr: 10.0.0.0/8}}]}'), 'ops/a']],
		'admin→svc/web:8000',
		'allowed',
	],
	[
		'page: ipBlock, source addresses that are rewritten',
		peer('{podSelector: {}}'),
		'external/internet→nodePort/web:8000',
		'open',
	],
	['page: ipBlock, source addresses that are rewritten', into('{}'), 'external/internet→nodePort/web:8000', 'allowed'],
	// What is left open
	['page: introduction, a pod and itself', denyBoth, 'web→web:80', 'open'],
	['page: introduction, a pod and itself', into('{}'), 'web→web:80', 'allowed'],
	['page: introduction, a pod and itself, by a Service', denyBoth, 'web→svc/web:8000', 'open'],
	[
		'page: hostNetwork pods, as a source',
		[[peer('{namespaceSelector: {matchLabels: {team: ops}}}'), 'shop/a']],
		'host→web:80',
		'open',
	],
	['page: hostNetwork pods, as a source on the pod’s node', denyIn, 'host-here→web:80', 'open'],
	['page: hostNetwork pods, allowed under both readings', into('{}'), 'host→web:80', 'allowed'],
	['page: hostNetwork pods, forbidden under both readings', denyIn, 'host→web:80', 'blocked'],
	['page: hostNetwork pods, selected', [[denyIn, 'ops/a']], 'web→host:80', 'open'],
	['page: hostNetwork pods, selected for egress', [[denyOut, 'ops/a']], 'host→web:80', 'open'],
	[
		'page: hostNetwork pods, as a destination',
		out('{to: [{namespaceSelector: {matchLabels: {team: ops}}}]}'),
		'web→host:80',
		'open',
	],
	[
		'page: hostNetwork pods, by the address of the node',
		out('{to: [{ipBlock: {cidr: 192.0.2.11/32}}]}'),
		'web→host:80',
		'allowed',
	],
	['page: introduction, to the pod’s own node', denyOut, 'web→node/a:80', 'open'],
	['page: two sorts of isolation, to another node', denyOut, 'web→node/b:80', 'blocked'],
	[
		'page: ipBlock, a node may send from another of its addresses',
		peer('{ipBlock: {cidr: 192.0.2.11/32}}'),
		'node/b→web:80',
		'open',
	],
	['page: network traffic filtering, ICMP', denyIn, 'admin→web:0/icmp', 'open'],
	['page: network traffic filtering, ICMP without policies', [], 'admin→web:0/icmp', 'allowed'],
	['page: introduction, no pod at either end', denyBoth, 'node/a→external/internet:80', 'allowed'],
];

describe('what the specification says', () => {
	for (const [section, specs, path, verdict] of rows) {
		const policies = typeof specs === 'string' ? [policy(specs)] : specs.map(([spec, where]) => policy(spec, where));
		const shown = typeof specs === 'string' ? specs : specs.map(([spec, where]) => `${where}: ${spec}`).join(' + ');
		it(`${section}: ${path} is ${verdict} (${shown.replaceAll(/\s+/g, ' ')})`, () => {
			const prediction = compilePolicies(policies, smallWorld()).predict(connection(path));
			expect(prediction.verdict, prediction.because.join('; ')).to.equal(verdict);
			expect(prediction.because).not.to.have.length(0);
		});
	}

	it('has at least 60 rows, each with its section', () => {
		expect(rows.length).to.be.at.least(60);
		expect(rows.filter(([section]) => !/^(api|page|kep|labels): /.test(section))).to.deep.equal([]);
	});
});

import { expect } from 'chai';
import type { Prediction } from '../../../src/model/plan.ts';
import type { SecurityGroupRule, SecurityGroupSpec } from '../../../src/model/security-group.ts';
import { compilePolicies } from '../../../src/policy/compile-policies.ts';
import type { SecurityGroupFacts, World } from '../../../src/policy/world.ts';
import { connection, pod, policy } from '../small-world.ts';

/**
 * Written by hand from AWS's words, a line for each thing that they say. The first word is the text:
 * `use`: EKS user guide, "Use a security group policy for an Amazon EKS Pod", criteria of the groups;
 * `configure`: the same, "Configure the Amazon VPC CNI plugin for Kubernetes for security groups for Amazon EKS Pods";
 * `assign`: the same, "Assign security groups to individual Pods", considerations;
 * `readme`: amazon-vpc-cni-k8s, README.md, POD_SECURITY_GROUP_ENFORCING_MODE; `vpc`: VPC user guide, security groups.
 */
type Row = [section: string, mode: SecurityGroupFacts['mode'], path: string, verdict: Prediction['verdict']];

const tcp = (from: number, to: number, securityGroups: string[], cidrs: string[] = []): SecurityGroupRule => ({
	...{ protocol: 'tcp', ports: { from, to }, securityGroups, cidrs },
});
const dns = (securityGroups: string[]): SecurityGroupRule[] => [
	{ protocol: 'udp', ports: { from: 53, to: 53 }, securityGroups, cidrs: [] },
	tcp(53, 53, securityGroups),
];

function group(
	ingress: SecurityGroupRule[],
	egress: SecurityGroupRule[] | undefined,
	exists = true,
): SecurityGroupSpec {
	return { id: undefined, exists, ingress, egress };
}

const groups: Record<string, SecurityGroupSpec> = {
	client: group([], [tcp(80, 80, ['app']), ...dns(['nodes'])]),
	quiet: group([], [tcp(80, 80, ['app'])]),
	more: group([tcp(22, 22, ['client'])], [tcp(443, 443, [], ['203.0.113.0/24'])]),
	app: group([tcp(80, 81, ['client']), tcp(8080, 8080, ['nodes'])], []),
	unprobed: group([tcp(80, 80, ['client'])], undefined),
	anybody: group([tcp(80, 80, [], ['0.0.0.0/0'])], undefined),
	all: group([{ protocol: 'all', ports: undefined, securityGroups: ['client'], cidrs: [] }], undefined),
	absent: group([], [], false),
	nodes: group(dns(['client', 'quiet']), undefined),
};

function world(facts: Partial<SecurityGroupFacts> = {}): World {
	const withGroups = (node: string, ...names: string[]) => pod('shop', {}, { node, securityGroups: names });
	return {
		namespaces: { shop: { labels: {} } },
		pods: {
			client: withGroups('a', 'client'),
			quiet: withGroups('a', 'quiet'),
			both: withGroups('a', 'client', 'more'),
			app: withGroups('b', 'app'),
			'app-here': withGroups('a', 'app'),
			twin: withGroups('a', 'client'),
			unprobed: withGroups('b', 'unprobed'),
			anybody: withGroups('b', 'anybody'),
			all: withGroups('b', 'all'),
			stuck: withGroups('b', 'absent'),
			undeclared: withGroups('b', 'sg-0123456789abcdef0'),
			plain: pod('shop', {}, { node: 'a' }),
			coredns: pod('shop', {}, { node: 'b' }),
			somewhere: {
				namespace: 'shop',
				labels: {},
				namedPorts: [],
				hostNetwork: false,
				securityGroups: ['app'],
				nodeGroup: 'somewhere',
				addresses: {},
			},
		},
		nodes: { a: { addresses: {} }, b: { addresses: {} } },
		external: {
			partner: { addresses: { ipv4: { exact: '203.0.113.9' } } },
			other: { addresses: { ipv4: { exact: '198.51.100.9' } } },
		},
		services: {
			app: { namespace: 'shop', selector: {}, ports: [], headless: false, addresses: {} },
		},
		ranges: {},
		securityGroups: { groups, ...facts },
	};
}

const rows: Row[] = [
	['use: rules to communicate with other pods', 'strict', 'client→app:80', 'allowed'],
	['use: rules to communicate with other pods, ports', 'strict', 'client→app:81', 'blocked'],
	['vpc: a group that is named is the other end’s', 'strict', 'quiet→app:80', 'blocked'],
	['vpc: both ends must allow', 'strict', 'twin→all:9', 'blocked'],
	['vpc: protocol', 'strict', 'client→app:80/udp', 'blocked'],
	['vpc: protocol all', 'strict', 'twin→all:80', 'blocked'],
	['vpc: first and last port of a range', 'strict', 'plain→app:8080', 'allowed'],
	['use: more than one id, the combination of all rules', 'strict', 'both→app:80', 'allowed'],
	['use: more than one id, the combination of all rules', 'strict', 'both→external/partner:443', 'allowed'],
	['vpc: ranges', 'strict', 'both→external/other:443', 'blocked'],
	['vpc: ranges', 'strict', 'client→external/partner:443', 'blocked'],
	['vpc: ranges hold pods too', 'strict', 'plain→anybody:80', 'allowed'],
	['use: TCP and UDP 53 outbound', 'strict', 'client→coredns:53/udp', 'allowed'],
	['use: TCP and UDP 53 outbound', 'strict', 'client→coredns:53', 'allowed'],
	['use: TCP and UDP 53 outbound, missing', 'strict', 'quiet→coredns:53/udp', 'blocked'],
	['use: TCP and UDP 53 outbound, missing', 'standard', 'quiet→coredns:53/udp', 'blocked'],
	['use: 53 inbound to CoreDNS from that group only', 'strict', 'both→coredns:54', 'blocked'],
	['use: inbound from the nodes, for the kubelet', 'strict', 'node/b→app:8080', 'allowed'],
	['use: inbound from the nodes, missing', 'strict', 'node/b→unprobed:8080', 'blocked'],
	['configure: not within a node (kubelet)', 'standard', 'node/b→unprobed:8080', 'allowed'],
	['readme: standard, another host', 'standard', 'node/a→unprobed:8080', 'blocked'],
	['readme: strict, all traffic', 'strict', 'quiet→app-here:80', 'blocked'],
	['readme: strict, all traffic, within a node', 'strict', 'client→app-here:80', 'allowed'],
	['readme: standard, another host, inbound and outbound', 'standard', 'client→app:81', 'blocked'],
	['readme: standard, another host', 'standard', 'client→app:80', 'allowed'],
	['configure: not within a node', 'standard', 'plain→app-here:9', 'allowed'],
	['configure: different groups on one node have no route', 'standard', 'quiet→app-here:80', 'open'],
	['configure: the same groups on one node', 'standard', 'client→twin:9', 'allowed'],
	['configure: outside the VPC the groups of the node', 'standard', 'both→external/partner:443', 'unknown'],
	['use: they must exist', 'strict', 'client→stuck:80', 'unknown'],
	['readme: in both modes, and which it is, is not known', undefined, 'client→app:81', 'blocked'],
	['readme: the modes differ, and which it is, is not known', undefined, 'node/b→unprobed:8080', 'unknown'],
	['vpc: rules of a group that is not declared', 'strict', 'anybody→undeclared:80', 'unknown'],
	['vpc: it may be the group that a rule names', 'strict', 'client→undeclared:80', 'unknown'],
	['vpc: it may be the group that a rule names, on another port', 'strict', 'client→undeclared:81', 'blocked'],
	['vpc: what one end refuses for certain', 'strict', 'quiet→undeclared:81', 'blocked'],
	['readme: standard, where it runs is not known', 'standard', 'plain→somewhere:80', 'unknown'],
	['readme: standard, wherever it runs', 'standard', 'plain→somewhere:8080', 'allowed'],
	['vpc: no group filters metadata services', 'strict', 'quiet→metadata:80', 'allowed'],
	['assign: pods without a policy are not touched', 'strict', 'plain→coredns:9', 'allowed'],
	['vpc: from outside, by range only', 'strict', 'external/other→app:80', 'blocked'],
	['vpc: from outside, by range', 'strict', 'external/other→anybody:80', 'allowed'],
];

describe('security groups for pods', () => {
	for (const [section, mode, path, verdict] of rows) {
		it(`${section}: ${mode ?? 'mode unknown'}, ${path} is ${verdict}`, () => {
			const way = path.startsWith('quiet→metadata')
				? { ...connection('quiet→coredns:80'), to: { kind: 'metadata' as const, name: '' } }
				: connection(path);
			const prediction = compilePolicies([], world(mode && { mode })).predict(way);
			expect(prediction.verdict, prediction.because.join('; ')).to.equal(verdict);
		});
	}

	it('say which rule is missing, of which group, at whose end', () => {
		const because = (path: string, mode: 'standard' | 'strict') =>
			compilePolicies([], world({ mode })).predict(connection(path)).because.join('; ');
		expect(because('quiet→coredns:53/udp', 'strict')).to.equal(
			'security groups: no egress rule of quiet (quiet) lets 53/udp through to coredns',
		);
		expect(because('node/b→unprobed:8080', 'strict')).to.equal(
			'security groups: no ingress rule of unprobed (unprobed) lets 8080/tcp through from node/b',
		);
		expect(because('client→stuck:80', 'strict')).to.equal(
			'security groups: stuck never starts: there is no security group absent',
		);
		expect(because('client→app:80', 'strict')).to.include('client egress[0] lets it through');
	});

	it('stand beside NetworkPolicy: in standard mode both have to allow it', () => {
		const deny = policy('podSelector: {}\npolicyTypes: [Ingress]');
		const verdict = (facts: Partial<SecurityGroupFacts>, path = 'client→app:80') =>
			compilePolicies([deny], world(facts)).predict(connection(path)).verdict;
		expect(verdict({ mode: 'standard' })).to.equal('blocked');
		// assign: under strict mode Calico does not get to see it; the plugin's own agent does.
		expect(verdict({ mode: 'strict' })).to.equal('unknown');
		expect(verdict({ mode: 'strict', networkPolicyByPlugin: true })).to.equal('blocked');
		expect(verdict({ mode: 'strict' }, 'client→app:81')).to.equal('blocked');
		expect(verdict({ mode: 'strict' }, 'plain→coredns:80')).to.equal('blocked');
	});

	it('are the same in a table of all pairs', () => {
		const compiled = compilePolicies([], world({ mode: 'strict' }));
		const table = compiled.table(80, 'tcp', 'ipv4');
		for (const from of table.pods) {
			for (const to of table.pods) {
				expect(table.verdict(from, to), `${from}→${to}`).to.equal(
					compiled.predict(connection(`${from}→${to}:80`)).verdict,
				);
			}
		}
	});
});

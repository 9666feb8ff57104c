import { expect } from 'chai';
import fc from 'fast-check';
import { merge, rangeOfAddress, rangeOfCidr, rangeText, subtract } from '../../src/cluster/netns/address-range.ts';
import { Engine } from '../../src/cluster/netns/engine.ts';
import { Fabric } from '../../src/cluster/netns/fabric.ts';
import { type NetworkPolicy, readNetworkPolicy } from '../../src/cluster/netns/network-policy.ts';
import { policyRuleset } from '../../src/cluster/netns/policy-ruleset.ts';
import type { PolicyPod } from '../../src/cluster/netns/policy-view.ts';
import { chain as chainOf, type Ruleset, tableText } from '../../src/cluster/netns/ruleset.ts';
import { serviceRuleset } from '../../src/cluster/netns/service-ruleset.ts';
import { transactions } from '../../src/cluster/netns/transaction.ts';
import { policy } from './test-cluster.ts';

function pod(number: number, more: Partial<PolicyPod> = {}): PolicyPod {
	return {
		name: `pod-${number}`,
		namespace: 'shop',
		labels: { app: `app-${number}` },
		addresses: { ipv4: `10.244.0.${number}`, ipv6: `fd00:10:244::${number.toString(16)}` },
		device: `p${number}`,
		ports: [],
		...more,
	};
}

const read = (spec: unknown, name = 'policy'): NetworkPolicy => readNetworkPolicy(policy({ name, spec }));
const ruleset = (pods: PolicyPod[], ...policies: NetworkPolicy[]) =>
	tableText('test', all(policyRuleset({ pods, namespaces: { shop: {} }, policies })));
const all = ({ blocks, hooks }: Ruleset) => [...blocks, ...hooks];
/** The lines of one chain. */
const chain = (text: string, name: string) =>
	(text.split(`chain ${name} {\n`)[1] ?? '')
		.split('\t}\n')[0]
		?.trim()
		.split('\n')
		.map((line) => line.trim())
		.filter((line) => !line.startsWith('#'));

describe('The nftables text of policies', () => {
	it('is the same whatever order pods and policies come in', () => {
		const pods = [pod(1), pod(2), pod(3)];
		const policies = [read({ podSelector: {} }, 'b'), read({ podSelector: {}, ingress: [{}] }, 'a')];
		expect(ruleset(pods, ...policies)).to.equal(ruleset(pods.toReversed(), ...policies.toReversed()));
	});

	it('has no chain for a pod that no policy selects', () => {
		const text = ruleset([pod(1), pod(2)], read({ podSelector: { matchLabels: { app: 'app-1' } } }));
		expect(text).to.contain('oifname vmap { "p1" : goto ingress_p1 }').and.not.to.contain('p2');
		expect(chain(text, 'ingress_p1')).to.deep.equal(['jump ingress_policy_0', 'drop']);
	});

	it('accepts established connections first, then egress, then ingress', () => {
		const text = ruleset([pod(1)], read({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] }));
		expect(chain(text, 'forward')).to.deep.equal([
			'type filter hook forward priority 0; policy accept;',
			'ct state established,related accept',
			'iifname vmap { "p1" : jump egress_p1 }',
			'goto to_pod',
		]);
	});

	it('takes what is excepted out of its own block only, and joins what touches', () => {
		const peers = [
			{ ipBlock: { cidr: '10.0.0.0/30', except: ['10.0.0.1/32'] } },
			{ ipBlock: { cidr: '10.0.0.1/32' } },
			{ ipBlock: { cidr: '10.0.0.4/31' } },
			{ ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8::/33'] } },
		];
		const text = ruleset([pod(1)], read({ podSelector: {}, ingress: [{ from: peers }] }));
		expect(text).to.contain('elements = { 10.0.0.0-10.0.0.5 };');
		expect(text).to.contain('elements = { 2001:db8:8000::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff };');
	});

	it('allows nobody where peers are given but match nothing', () => {
		const nobody = [{ podSelector: { matchLabels: { app: 'none' } } }, {}];
		const text = ruleset([pod(1)], read({ podSelector: {}, ingress: [{ from: nobody }] }));
		expect(chain(text, 'ingress_policy_0')).to.deep.equal([]);
	});

	it('resolves named ports on the pods that are connected to', () => {
		const named = (port: number) => ({ ports: [{ name: 'http', port, protocol: 'tcp' as const }] });
		const text = ruleset(
			[pod(1, named(80)), pod(2, named(8080))],
			read({ podSelector: {}, ingress: [{ ports: [{ port: 'http' }] }] }),
		);
		expect(text).to.contain('10.244.0.1 . 80, 10.244.0.2 . 8080');
		expect(chain(text, 'ingress_policy_0')).to.deep.equal([
			'meta l4proto tcp ip daddr . th dport @set_0 accept',
			'meta l4proto tcp ip6 daddr . th dport @set_1 accept',
		]);
		const none = ruleset([pod(1)], read({ podSelector: {}, ingress: [{ ports: [{ port: 'http' }] }] }));
		expect(chain(none, 'ingress_policy_0')).to.deep.equal([]);
	});

	it('knows every protocol, ranges, and that they overlap', () => {
		const ports = [
			{ port: 80 },
			{ port: 70, endPort: 85 },
			{ port: 86 },
			{ protocol: 'UDP' },
			{ protocol: 'SCTP', port: 7 },
		];
		const text = ruleset([pod(1)], read({ podSelector: {}, policyTypes: ['Egress'], egress: [{ ports }] }));
		expect(chain(text, 'egress_policy_0')).to.deep.equal([
			'tcp dport { 70-86 } goto to_pod',
			'udp dport { 0-65535 } goto to_pod',
			'sctp dport { 7 } goto to_pod',
		]);
	});

	it('loads a chain that fits into no single message, with every rule of it in its order', async () => {
		const rules = Array.from({ length: 3000 }, (_, index) => `tcp dport ${index + 1} accept`);
		const policyRules = { blocks: [chainOf('many', rules)], hooks: [] };
		const fabric = await Fabric.start({ userNamespace: true, families: ['ipv4'] });
		try {
			for (const input of transactions(0, { policy: policyRules, service: serviceRuleset([], []) }, undefined))
				await fabric.run(['nft', '-f', '-'], input);
			const listed = await fabric.run(['nft', '-n', 'list', 'table', 'inet', 'gatecrash_policy_0']);
			expect([...listed.matchAll(/tcp dport \d+ accept/g)].map(([rule]) => rule)).to.deep.equal(rules);
		} finally {
			await fabric.close();
		}
	});

	it('compiles and loads 100 policies for 60 pods, and 1,000 peers in every rule', async () => {
		const pods = Array.from({ length: 60 }, (_, index) => pod(index + 1));
		const policies = Array.from({ length: 100 }, (_, index) => {
			const from = Array.from({ length: 1000 }, (_unused, peer) => ({
				ipBlock: { cidr: `172.${16 + (index % 16)}.${peer >> 4}.${(peer & 15) * 16}/29`, except: [] },
			}));
			return read({ podSelector: {}, ingress: [{ from, ports: [{ port: 80 + index }] }] }, `policy-${index}`);
		});
		const begun = performance.now();
		const policyRules = policyRuleset({ pods, namespaces: { shop: {} }, policies });
		const inputs = transactions(0, { policy: policyRules, service: serviceRuleset([], []) }, undefined);
		const compiled = performance.now();
		// More than fits into one netlink message of an ordinary user.
		expect(inputs.length).to.be.greaterThan(2);
		const fabric = await Fabric.start({ userNamespace: true, families: ['ipv4'] });
		try {
			for (const input of inputs) await fabric.run(['nft', '-f', '-'], input);
		} finally {
			await fabric.close();
		}
		expect(compiled - begun, 'compiling').to.be.lessThan(10_000);
		expect(performance.now() - compiled, 'loading').to.be.lessThan(15_000);
	});
});

describe('policyTypes', () => {
	const types = (spec: object) => {
		const [policy, engine] = [read({ podSelector: {}, ...spec }), new Engine()];
		return [engine.isolates(policy, 'ingress') && 'Ingress', engine.isolates(policy, 'egress') && 'Egress']
			.filter(Boolean)
			.join();
	};

	it('are ingress, and egress when there are egress rules, unless given', () => {
		expect(types({})).to.equal('Ingress');
		expect(types({ egress: [] })).to.equal('Ingress');
		expect(types({ egress: [{}] })).to.equal('Ingress,Egress');
		expect(types({ policyTypes: ['Egress'] })).to.equal('Egress');
		expect(types({ policyTypes: ['Egress'], ingress: [{}] })).to.equal('Egress');
		expect(types({ policyTypes: [] })).to.equal('Ingress');
		expect(types({ policyTypes: ['Ingress'], egress: [{}] })).to.equal('Ingress');
	});
});

describe('Label selectors', () => {
	const selectorMatches = (...given: Parameters<Engine['matches']>) => new Engine().matches(...given);
	const matches = (operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist', labels: Record<string, string>) =>
		selectorMatches({ matchExpressions: [{ key: 'a', operator, values: ['1', '2'] }] }, labels);

	it('follow the table of the specification', () => {
		const table = (operator: Parameters<typeof matches>[0]) =>
			[{ a: '1' }, { a: '3' }, { b: '1' }].map((labels) => matches(operator, labels as Record<string, string>));
		expect(table('In')).to.deep.equal([true, false, false]);
		expect(table('NotIn')).to.deep.equal([false, true, true]);
		expect(table('Exists')).to.deep.equal([true, true, false]);
		expect(table('DoesNotExist')).to.deep.equal([false, false, true]);
		expect(selectorMatches({}, {})).to.equal(true);
		expect(
			selectorMatches({ matchLabels: { a: '1' }, matchExpressions: [{ key: 'b', operator: 'Exists' }] }, { a: '1' }),
		).to.equal(false);
	});
});

describe('Address ranges', () => {
	it('ignore host bits, and write both families as nftables reads them', () => {
		expect(rangeText(rangeOfCidr('10.0.0.77/24'))).to.equal('10.0.0.0-10.0.0.255');
		expect(rangeText(rangeOfCidr('0.0.0.0/0'))).to.equal('0.0.0.0-255.255.255.255');
		expect(rangeText(rangeOfAddress('fd00::1'))).to.equal('fd00::1');
		expect(rangeText(rangeOfCidr('::/0'))).to.equal('::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff');
	});

	it('subtract and merge as sets of addresses do', () => {
		const block = fc.record({ base: fc.integer({ min: 0, max: 63 }), prefix: fc.integer({ min: 26, max: 32 }) });
		const cidr = ({ base, prefix }: { base: number; prefix: number }) => rangeOfCidr(`10.0.0.${base}/${prefix}`);
		const members = (ranges: ReturnType<typeof cidr>[]) =>
			Array.from({ length: 64 }, (_, host) => BigInt(0x0a000000 + host)).filter((address) =>
				ranges.some(({ first, last }) => first <= address && address <= last),
			);
		fc.assert(
			fc.property(fc.array(block, { minLength: 1 }), fc.array(block), (blocks, holes) => {
				const without = blocks.flatMap((one) => subtract(cidr(one), holes.map(cidr)));
				const hole = new Set(members(holes.map(cidr)));
				const merged = merge(without);
				expect(members(merged)).to.deep.equal(members(blocks.map(cidr)).filter((address) => !hole.has(address)));
				for (const [index, { first }] of merged.entries()) {
					if (index > 0) expect(first > (merged[index - 1]?.last ?? 0n) + 1n).to.equal(true);
				}
			}),
		);
	});
});

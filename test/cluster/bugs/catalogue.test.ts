import { expect } from 'chai';
import { bugs, networkPolicyBugs } from '../../../src/cluster/netns/bugs/catalogue.ts';
import { engineWith, findBug } from '../../../src/cluster/netns/bugs/inject.ts';
import type { PolicyView } from '../../../src/cluster/netns/policy-view.ts';
import { differs, pods, read, view, webPod } from './small-cluster.ts';

/** Policies, or moments of a cluster: where the bug has to show, and the nearest ones where it must not. */
interface Sample {
	shows: PolicyView[];
	hides: PolicyView[];
}

const at = (...policies: ReturnType<typeof read>[]) => [view(...policies)];
const spec = (rest: object) => at(read({ podSelector: {}, ...rest }));
const ingress = (rule: object, rest: object = {}) => spec({ policyTypes: ['Ingress'], ingress: [rule], ...rest });
const egress = (rule: object, rest: object = {}) => spec({ policyTypes: ['Egress'], egress: [rule], ...rest });
const from = (...peers: object[]) => ingress({ from: peers });
const ports = (...all: object[]) => ingress({ ports: all });
const block = (cidr: string, ...except: string[]) => ({ ipBlock: { cidr, ...(except.length > 0 && { except }) } });
const selects = (podSelector: object) => at(read({ podSelector }));
const expression = (operator: string, key: string, ...values: string[]) => ({
	matchExpressions: [{ operator, key, ...(values.length > 0 && { values }) }],
});
const deny = read({ podSelector: {} }, 'deny');
const allow = read({ podSelector: {}, ingress: [{}] }, 'allow');
const many = (count: number, name: (index: number) => string) =>
	at(
		...Array.from({ length: count }, (_, index) =>
			read({ podSelector: webPod, ingress: [{ ports: [{ port: 1 + index }] }] }, name(index)),
		),
	);
const nothing = at();

/** Moments: before and after a change. */
const change = (before: PolicyView, after: PolicyView) => [before, after];
const withPods = (moment: PolicyView, changed: PolicyView['pods']): PolicyView => ({ ...moment, pods: changed });
const toWeb = read({ podSelector: {}, ingress: [{ from: [{ podSelector: webPod }] }] });
const relabelled = pods.map((pod, index) => (index === 1 ? { ...pod, labels: { app: 'web' } } : pod));
const recreated = pods.map((pod, index) =>
	index === 0 ? { ...pod, device: 'p9', addresses: { ipv4: '10.244.0.9', ipv6: 'fd00:10:244::9' } } : pod,
);
const teamOne = read({
	podSelector: {},
	ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: 'one' } } }] }],
});
const otherTeam = { ...view(teamOne), namespaces: { shop: { team: 'two' }, elsewhere: { team: 'one' } } };

const samples: Record<string, Sample> = {
	'ingress-unchecked': { shows: at(deny), hides: egress({}) },
	'egress-unchecked': { shows: egress({}), hides: at(deny) },
	'egress-decides-alone': { shows: egress({}), hides: ingress({}) },
	'egress-type-not-inferred': { shows: spec({ egress: [{}] }), hides: egress({}) },
	'ingress-type-only-with-rules': { shows: spec({ egress: [{}] }), hides: spec({ ingress: [{}], egress: [{}] }) },
	'types-always-both': { shows: spec({ ingress: [{}] }), hides: ingress({}) },
	'egress-type-isolates-ingress': { shows: egress({}), hides: spec({ egress: [{}] }) },
	'types-ignored': { shows: egress({}), hides: ingress({}) },
	'no-rules-no-isolation': { shows: spec({ policyTypes: ['Ingress'] }), hides: ingress({}) },
	'last-policy-replaces': { shows: at(allow, deny), hides: at(allow) },
	'first-policy-wins': { shows: at(allow, deny), hides: at(allow) },
	'all-policies-must-allow': { shows: at(allow, deny), hides: nothing },
	'policies-truncated': {
		shows: many(33, (index) => `policy-${index}`),
		hides: many(32, (index) => `policy-${index}`),
	},
	'long-names-collide': {
		shows: many(2, (index) => `${'a'.repeat(28)}-${index}`),
		hides: many(2, (index) => `${'a'.repeat(20)}-${index}`),
	},
	'same-names-collide': {
		shows: at(read({ podSelector: {} }), read({ podSelector: {} }, 'policy', 'elsewhere')),
		hides: at(read({ podSelector: {} }), read({ podSelector: {} }, 'other', 'elsewhere')),
	},
	'first-rule-only': {
		shows: spec({ ingress: [{ ports: [{ port: 80 }] }, { ports: [{ port: 81 }] }] }),
		hides: ingress({ ports: [{ port: 80 }] }),
	},
	'empty-pod-selector-selects-nothing': { shows: at(deny), hides: selects(webPod) },
	'policy-selects-other-namespaces': { shows: selects(webPod), hides: selects({ matchLabels: { app: 'db' } }) },
	'empty-peers-mean-nobody': { shows: ingress({ from: [] }), hides: from({ podSelector: {} }) },
	'absent-peers-mean-everybody': {
		shows: from({ podSelector: { matchLabels: { app: 'none' } } }),
		hides: from({ podSelector: webPod }),
	},
	'first-peer-only': {
		shows: from({ podSelector: webPod }, { podSelector: { matchLabels: { app: 'db' } } }),
		hides: from({ podSelector: webPod }),
	},
	'pod-selector-any-namespace': {
		shows: from({ podSelector: webPod }),
		hides: from({ podSelector: webPod, namespaceSelector: { matchLabels: { team: 'one' } } }),
	},
	'empty-pod-selector-any-namespace': { shows: from({ podSelector: {} }), hides: from({ podSelector: webPod }) },
	'empty-namespace-selector-own-namespace': {
		shows: from({ namespaceSelector: {} }),
		hides: from({ namespaceSelector: { matchLabels: { team: 'two' } } }),
	},
	'both-selectors-or': {
		shows: from({
			namespaceSelector: { matchLabels: { team: 'two' } },
			podSelector: { matchLabels: { tier: 'front' } },
		}),
		hides: from({ namespaceSelector: { matchLabels: { team: 'two' } } }, { podSelector: webPod }),
	},
	'pod-selector-ignored-beside-namespace': {
		shows: from({ namespaceSelector: {}, podSelector: webPod }),
		hides: from({ namespaceSelector: {} }, { podSelector: webPod }),
	},
	'peers-all-of': {
		shows: from({ podSelector: webPod }, { podSelector: { matchLabels: { app: 'db' } } }),
		hides: from({ podSelector: webPod }, block('203.0.113.0/24')),
	},
	'namespace-name-label-missing': {
		shows: from({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } } }),
		hides: from({ namespaceSelector: { matchLabels: { team: 'one' } } }),
	},
	'peers-truncated': {
		shows: from(...Array.from({ length: 300 }, (_, index) => block(`172.16.${index >> 7}.${(index & 127) * 2}/32`))),
		hides: from(...Array.from({ length: 256 }, (_, index) => block(`172.16.${index >> 7}.${(index & 127) * 2}/32`))),
	},
	'not-in-needs-key': {
		shows: selects(expression('NotIn', 'tier', 'front')),
		hides: selects(expression('NotIn', 'app', 'web')),
	},
	'not-in-any': {
		shows: selects(expression('NotIn', 'app', 'web', 'db')),
		hides: selects(expression('NotIn', 'app', 'web')),
	},
	'in-first-value-only': {
		shows: selects(expression('In', 'app', 'web', 'db')),
		hides: selects(expression('In', 'app', 'web')),
	},
	'exists-ignored': { shows: selects(expression('Exists', 'tier')), hides: selects(expression('Exists', 'app')) },
	'exists-needs-value': { shows: selects(expression('Exists', 'stage')), hides: selects(expression('Exists', 'tier')) },
	'expressions-any-of': {
		shows: selects({
			matchExpressions: [
				{ key: 'app', operator: 'In', values: ['web'] },
				{ key: 'tier', operator: 'In', values: ['back'] },
			],
		}),
		hides: selects({ ...webPod, ...expression('Exists', 'tier') }),
	},
	'expressions-ignored-beside-labels': {
		shows: selects({ ...webPod, ...expression('DoesNotExist', 'tier') }),
		hides: selects(expression('DoesNotExist', 'tier')),
	},
	'labels-first-only': {
		shows: selects({ matchLabels: { app: 'web', tier: 'back' } }),
		hides: selects(webPod),
	},
	'label-digits-are-numbers': {
		shows: selects({ matchLabels: { version: '007' } }),
		hides: selects({ matchLabels: { version: '7' } }),
	},
	'label-case-ignored': { shows: selects(webPod), hides: selects({ matchLabels: { app: 'db' } }) },
	'except-ignored': {
		shows: from(block('203.0.113.0/24', '203.0.113.0/25')),
		hides: from(block('203.0.113.0/24')),
	},
	'except-first-only': {
		shows: from(block('203.0.113.0/24', '203.0.113.0/26', '203.0.113.128/26')),
		hides: from(block('203.0.113.0/24', '203.0.113.0/26')),
	},
	'except-denies': {
		shows: from(block('203.0.113.0/24', '203.0.113.0/26'), block('203.0.113.1/32')),
		hides: from(block('203.0.113.0/24', '203.0.113.0/26'), block('198.51.100.0/24')),
	},
	'ip-block-skips-pods': { shows: from(block('10.0.0.0/8')), hides: from(block('203.0.113.0/24')) },
	'ip-block-whole-bytes': { shows: from(block('203.0.113.64/26')), hides: from(block('203.0.113.0/24')) },
	'outside-unfiltered': { shows: egress({}), hides: ingress({}) },
	'ports-ignored': { shows: ports({ port: 80 }), hides: ingress({}) },
	'first-port-only': { shows: ports({ port: 80 }, { port: 90 }), hides: ports({ port: 80 }) },
	'ports-span': { shows: ports({ port: 80 }, { port: 90 }), hides: ports({ port: 80 }, { port: 81 }) },
	'overlapping-ports-cut': {
		shows: ports({ port: 80, endPort: 90 }, { port: 82, endPort: 84 }),
		hides: ports({ port: 80, endPort: 90 }, { port: 85, endPort: 95 }),
	},
	'protocol-ignored': { shows: ports({ port: 80, protocol: 'UDP' }), hides: ingress({}) },
	'protocol-default-any': { shows: ports({ port: 80 }), hides: ports({ port: 80, protocol: 'TCP' }) },
	'sctp-as-tcp': { shows: ports({ port: 80, protocol: 'SCTP' }), hides: ports({ port: 80, protocol: 'UDP' }) },
	'sctp-port-dropped': { shows: ports({ port: 80, protocol: 'SCTP' }), hides: ports({ port: 80 }) },
	'end-port-ignored': { shows: ports({ port: 80, endPort: 90 }), hides: ports({ port: 80 }) },
	'end-port-excluded': { shows: ports({ port: 80, endPort: 90 }), hides: ports({ port: 80 }) },
	'end-port-one-too-many': { shows: ports({ port: 80, endPort: 90 }), hides: ports({ port: 80, endPort: 65535 }) },
	'end-port-clipped': { shows: ports({ port: 1000, endPort: 1100 }), hides: ports({ port: 1000, endPort: 1099 }) },
	'named-port-of-first-pod': { shows: ports({ port: 'http' }), hides: ports({ port: 8080 }) },
	'named-port-of-selected-pod': {
		shows: at(read({ podSelector: webPod, policyTypes: ['Egress'], egress: [{ ports: [{ port: 'http' }] }] })),
		hides: ports({ port: 'http' }),
	},
	'named-port-lost-beside-ip-block': {
		shows: ingress({ from: [block('203.0.113.0/24')], ports: [{ port: 'http' }] }),
		hides: ingress({ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }),
	},
	'named-port-needs-peer': {
		shows: ports({ port: 'http' }),
		hides: ingress({ from: [{ podSelector: {} }], ports: [{ port: 'http' }] }),
	},
	'unknown-named-port-means-any': { shows: ports({ port: 'metrics' }), hides: ports({ port: 'http' }) },
	'dns-unfiltered': { shows: egress({}), hides: ingress({}) },
	'ipv6-never-allowed': { shows: ingress({}), hides: at(deny) },
	'service-address-judged': { shows: egress({ to: [block('203.0.113.0/24')] }), hides: from(block('203.0.113.0/24')) },
	'service-port-judged': { shows: ports({ port: 80 }), hides: ingress({}) },
	'hairpin-unfiltered': { shows: at(deny), hides: nothing },
	'deleted-policy-stays': { shows: change(view(deny), view()), hides: change(view(), view(deny)) },
	'edited-policy-stays': {
		shows: change(view(toWeb), view({ ...allow, name: 'policy' })),
		hides: change(view(toWeb), view(toWeb, allow)),
	},
	'edited-selector-stays': {
		shows: change(view(toWeb), view({ ...toWeb, podSelector: webPod })),
		hides: change(view(toWeb), view({ ...toWeb, ingress: [] })),
	},
	'edited-types-stay': {
		shows: change(view(toWeb), view({ ...toWeb, policyTypes: ['Egress'] })),
		hides: change(view(toWeb), view({ ...toWeb, ingress: [] })),
	},
	'relabelled-pod-stays': {
		shows: change(view(toWeb), withPods(view(toWeb), relabelled)),
		hides: change(view(toWeb), withPods(view(toWeb), recreated)),
	},
	'relabelled-namespace-stays': {
		shows: change(view(teamOne), otherTeam),
		hides: change(view(teamOne), withPods(view(teamOne), relabelled)),
	},
	'new-pod-late': {
		shows: change(withPods(view(deny), pods.slice(1)), view(deny)),
		hides: change(view(), view(deny)),
	},
	'new-pod-not-selected': {
		shows: change(withPods(view(deny), pods.slice(1)), view(deny)),
		hides: change(withPods(view(), pods.slice(1)), view(deny)),
	},
	'recreated-pod-keeps-address': {
		shows: change(view(toWeb), withPods(view(toWeb), recreated)),
		hides: change(view(toWeb), withPods(view(toWeb), relabelled)),
	},
};

/** Rules that are always there; only traffic tells where they matter (docs/bug-matrix.md). */
const everywhere = [
	'udp-unfiltered',
	'ipv6-unfiltered',
	'replies-need-rule',
	'replies-dropped-instead',
	'node-filtered',
	'established-cut',
	'service-unfiltered',
	'node-port-unfiltered',
];

describe('Seeded bugs', () => {
	it('are at least 30, each with a name of its own, a line, and what it violates', () => {
		expect(bugs.length).to.be.at.least(30);
		expect(new Set(bugs.map(({ name }) => name)).size).to.equal(bugs.length);
		for (const { name, does, violates, issues } of bugs) {
			expect(name).to.match(/^[a-z0-9]+(-[a-z0-9]+)*$/);
			expect(does, name).to.match(/^\S.{10,}[^.]$/);
			expect(Object.values(violates)[0], name).to.be.a('string').with.length.greaterThan(5);
			for (const issue of issues) expect(issue, name).to.match(/^[\w.-]+\/[\w.-]+#\d+$/);
		}
	});

	it('of NetworkPolicy all have a sample here; those of the mesh are in ../netns/mesh/bugs.test.ts', () => {
		const sampled = [...Object.keys(samples), ...everywhere];
		expect(networkPolicyBugs.map(({ name }) => name).toSorted()).to.deep.equal(sampled.toSorted());
	});

	for (const [name, { shows, hides }] of Object.entries(samples)) {
		it(`${name} changes the rules where it should, and only there`, () => {
			expect(differs(name, shows), 'where it should').to.equal(true);
			expect(differs(name, hides), 'next to it').to.equal(false);
		});
	}

	for (const name of everywhere) {
		it(`${name} changes the rules`, () => expect(differs(name, at(deny))).to.equal(true));
	}

	it('can be injected together', () => {
		const both = engineWith([findBug('egress-unchecked'), findBug('ingress-unchecked')]);
		const policy = read({ podSelector: {}, policyTypes: ['Ingress', 'Egress'] });
		expect([both.isolates(policy, 'ingress'), both.isolates(policy, 'egress')]).to.deep.equal([false, false]);
	});

	it('are refused by a name that there is not', () => {
		expect(() => findBug('nonsense')).to.throw(/no seeded bug "nonsense"/);
	});
});

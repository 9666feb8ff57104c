import { expect } from 'chai';
import { scoreOf } from '../../src/mutate/mutate-scenario.ts';
import { fatesOf, mutated, networkPolicy, scenarioText, type ScenarioParts } from './support.ts';

const shop: ScenarioParts = {
	pods: `{
    friend: {namespace: shop, labels: {app: friend}, listen: [80/tcp]},
    stranger: {namespace: shop, labels: {app: stranger}},
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp, 81/tcp]}}`,
	policies: {
		web: networkPolicy(
			'{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}], ports: [{port: 80}]}]}',
		),
	},
	attempts: [
		'{from: friend, to: "web:80", expect: allowed}',
		'{from: stranger, to: "web:80", expect: blocked}',
		'{from: friend, to: "web:81", expect: blocked}',
	],
};

function only(text: string, id: string) {
	const found = mutated(text).mutants.find(({ mutant }) => mutant.id === id);
	if (!found) throw new Error(`no mutant ${id}`);
	return found;
}

describe('the mutants of a scenario', () => {
	it('are noticed by the attempts whose verdict would be another one', () => {
		const { fate } = only(scenarioText(shop), 'web/any-port/ingress[0].ports');
		expect(fate).to.deep.equal({
			...{ is: 'noticed', by: 'declared', before: 'blocked', after: 'allowed' },
			cell: 'subject/connect/friend→web:81/tcp/ipv4',
		});
	});

	it('are missed without that attempt, which is named, as a line to paste', () => {
		const text = scenarioText({ ...shop, attempts: shop.attempts?.slice(0, 2) ?? [] });
		const { mutant, fate } = only(text, 'web/any-port/ingress[0].ports');
		if (fate.is !== 'missed') throw new Error(`it is ${fate.is}`);
		expect(fate.remedy.attempt).to.equal('{from: friend, to: web:81, expect: blocked}');
		expect(fate.remedy).to.include({ before: 'blocked', after: 'allowed', listen: undefined });
		expect(mutant.position).to.deep.include({ file: 'subject.yaml', line: 12 });
		// The line itself, in the file, does it.
		const mended = scenarioText({ ...shop, attempts: [...(shop.attempts?.slice(0, 2) ?? []), fate.remedy.attempt] });
		expect(only(mended, mutant.id).fate.is).to.equal('noticed');
	});

	it('may need a port that nobody listens on yet', () => {
		const { fate } = only(scenarioText(shop), 'web/add-type/policyTypes');
		if (fate.is !== 'missed') throw new Error(`it is ${fate.is}`);
		expect(fate.remedy).to.deep.include({ attempt: '{from: web, to: friend:80, expect: allowed}', listen: undefined });
		const silent = scenarioText({
			...shop,
			pods: shop.pods.replace('{app: friend}, listen: [80/tcp]', '{app: friend}'),
		});
		const { fate: other } = only(silent, 'web/add-type/policyTypes');
		if (other.is !== 'missed') throw new Error(`it is ${other.is}`);
		expect(other.remedy.listen).to.deep.equal({ target: 'pods.friend', port: '80/tcp' });
	});

	it('that only a further pod could tell say which, with its namespace', () => {
		const { fate } = only(scenarioText(shop), 'web/any-namespace/ingress[0].from[0].namespaceSelector');
		if (fate.is !== 'beyond') throw new Error(`it is ${fate.is}`);
		expect(fate.remedy.declare).to.deep.equal([
			{ key: 'namespaces.further', value: '{}' },
			{ key: 'pods.further-friend', value: '{namespace: further, labels: {app: friend}}' },
		]);
		expect(fate.remedy.attempt).to.equal('{from: further-friend, to: web:80, expect: blocked}');
	});

	it('are told between sidecars by what arrives at all, where it goes in the clear: mutual TLS is neither allowed nor blocked', () => {
		const { mutants } = mutated(
			scenarioText({
				namespaces: '{shop: {mesh: sidecar}}',
				pods: `{client: {namespace: shop, labels: {app: client}}, app: {namespace: shop, labels: {app: app}, listen: [9090/tcp]}}`,
				policies: {
					strict:
						'{apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: default, namespace: shop}, spec: {mtls: {mode: STRICT}}}',
				},
				attempts: ['{from: client, to: "app:9090", expect: observe}'],
			}),
		);
		const fate = mutants.find(
			({ mutant }) => mutant.id.startsWith('strict/change-mode') && mutant.id.endsWith('PERMISSIVE'),
		)?.fate;
		// The sidecar of the client accepts the connection, whatever becomes of it.
		expect(fate?.is === 'missed' && fate.remedy.attempt).to.equal(
			'{name: client-to-app-9090, from: client, to: app:9090, expect: blocked, by: [reset, closed]}',
		);
	});

	it('that only SCTP could tell are beyond a scenario that speaks none, because not every node can do it', () => {
		const text = (listen: string) =>
			scenarioText({
				pods: `{client: {namespace: shop, labels: {app: client}}, web: {namespace: shop, labels: {app: web}, listen: [${listen}]}}`,
				policies: {
					web: networkPolicy(
						'{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 80, protocol: SCTP}]}]}',
					),
				},
				attempts: ['{from: client, to: "web:80/tcp", expect: blocked}'],
			});
		const id = 'web/drop-rule/ingress[0]';
		expect(fatesOf(mutated(text('80/tcp')))[id]).to.equal('beyond');
		expect(fatesOf(mutated(text('80/tcp, 81/sctp')))[id]).to.equal('missed');
	});

	it('are equivalent where others decide, with the path and who does', () => {
		const policies = { ...shop.policies, all: networkPolicy('{podSelector: {}, ingress: [{}]}', 'all') };
		const { fate } = only(scenarioText({ ...shop, policies }), 'web/any-peer/ingress[0].from');
		if (fate.is !== 'equivalent') throw new Error(`it is ${fate.is}`);
		expect(fate.because).to.match(
			/^what it changes is decided elsewhere: stranger → web:80 stays allowed \(.*shop\/all ingress\[0\]/,
		);
		expect(fate.paths).to.be.greaterThan(20);
	});

	it('of which only open paths could tell are undecided, and count for nothing', () => {
		const calico =
			'{apiVersion: projectcalico.org/v3, kind: GlobalNetworkPolicy, metadata: {name: all}, spec: {types: [Ingress]}}';
		const result = mutated(scenarioText({ ...shop, policies: { ...shop.policies, calico } }));
		expect(result.unmodelled).to.deep.equal([{ policy: 'calico', kind: 'GlobalNetworkPolicy' }]);
		expect(new Set(Object.values(fatesOf(result)))).to.deep.equal(new Set(['undecided']));
		expect(scoreOf(result.mutants, true).share).to.equal(undefined);
	});

	it('weigh nothing where they are equivalent; strictly, what a further pod could tell is missed', () => {
		const { mutants } = mutated(scenarioText(shop));
		const [plain, strict] = [scoreOf(mutants, false), scoreOf(mutants, true)];
		expect(plain.noticed + plain.missed + plain.beyond + plain.undecided + plain.equivalent).to.equal(mutants.length);
		expect(plain.share).to.equal(plain.noticed / (plain.noticed + plain.missed));
		expect(plain.beyond).to.be.greaterThan(0);
		expect(strict.share).to.equal(plain.noticed / (plain.noticed + plain.missed + plain.beyond));
	});

	it('that only attempts notice which follow the text are told apart', () => {
		const attempts = ['{matrix: {pods: all, ports: all}, expect: predicted}'];
		const result = mutated(scenarioText({ ...shop, attempts }));
		expect(result.mutants.find(({ mutant }) => mutant.operator === 'any-port')?.fate).to.include({ by: 'predicted' });
		const score = scoreOf(result.mutants, false);
		expect(score.byPredicted).to.equal(score.noticed);
		expect(scoreOf(result.mutants, true).share).to.equal(0);
	});

	it('of phases are held against what is in force when something is attempted', () => {
		const phases = [
			'attempt: [{from: stranger, to: "web:80", expect: allowed}]',
			'apply: web',
			'attempt: [{from: stranger, to: "web:80", expect: blocked}]',
			'label: {pod: stranger, set: {app: friend}}',
			'attempt: [{from: stranger, to: "web:80", expect: allowed}]',
		];
		const { attempts: _, ...parts } = shop;
		const text = scenarioText({ ...parts, phases });
		// Only since stranger has become a friend.
		expect(only(text, 'web/drop-rule/ingress[0]').fate).to.deep.include({
			cell: 'subject/connect/stranger→web:80/tcp/ipv4/after-label-stranger',
		});
		const { fate } = only(text, 'web/any-port/ingress[0].ports');
		expect(fate).to.have.nested.property('remedy.when', 'in the phase after-apply-web');
	});

	it('that would be noticed around faults are, as far as the scenario demands something there', () => {
		const parts: ScenarioParts = {
			...{ pods: shop.pods, policies: shop.policies },
			attempts: ['{from: friend, to: "web:80", expect: observe}'],
		};
		const chaos = (expected: string) => [
			`{fault: flip-policy, target: {policy: web}, for: 1s, repeat: 1, attempts: {from: stranger, to: "web:80", rate: 50/s, before: 1s, after: 1s}, expect: ${expected}}`,
		];
		const id = 'web/open-direction/ingress';
		expect(only(scenarioText({ ...parts, chaos: chaos('{leaks: none}') }), id).fate.is).to.equal('noticed');
		expect(only(scenarioText({ ...parts, chaos: chaos('{outage: {max: 1s}, leaks: observe}') }), id).fate.is).to.equal(
			'missed',
		);
	});

	it('have ids of their own', () => {
		const ids = mutated(scenarioText(shop)).mutants.map(({ mutant }) => mutant.id);
		expect(new Set(ids).size).to.equal(ids.length);
	});
});

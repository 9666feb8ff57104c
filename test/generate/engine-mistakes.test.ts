import { expect } from 'chai';
import { parse } from 'yaml';
import { draftScenario } from '../../src/generate/draft-scenario.ts';
import { engineMistakesOf } from '../../src/generate/engine-mistakes.ts';
import { chooseAttempts } from '../../src/generate/choose-attempts.ts';
import { readManifests } from '../../src/generate/read-manifests.ts';
import type { KubernetesObject } from '../../src/model/policy.ts';
import { networkPolicy } from '../mutate/support.ts';

function inputOf(...texts: string[]) {
	return readManifests(
		texts.map((text) => parse(text) as KubernetesObject),
		'subject',
	).input;
}

/** Rules of the policy as the engine enforces it, by mistake. */
function mistakesIn(...texts: string[]): Record<string, unknown> {
	const mistakes = engineMistakesOf(draftScenario(inputOf(...texts)));
	return Object.fromEntries(mistakes.map(({ id, object }) => [id, object?.spec]));
}

const pod = (name: string, port: number) =>
	`{apiVersion: v1, kind: Pod, metadata: {name: ${name}, namespace: shop, labels: {app: ${name}}}, spec: {containers: [{ports: [{containerPort: ${port}, name: http}]}]}}`;

describe('mistakes of engines', () => {
	it('let UDP through in each direction that is isolated, and the outside and names where egress is', () => {
		expect(Object.keys(mistakesIn(networkPolicy('{podSelector: {}, policyTypes: [Ingress]}')))).to.deep.equal([
			'web/engine/ingress-udp-unfiltered',
		]);
		const egress = mistakesIn(networkPolicy('{podSelector: {}, policyTypes: [Egress]}'));
		expect(Object.keys(egress)).to.deep.equal([
			...['web/engine/egress-udp-unfiltered', 'web/engine/outside-unfiltered', 'web/engine/dns-unfiltered'],
		]);
		expect(egress['web/engine/dns-unfiltered']).to.deep.equal({
			...{ podSelector: {}, policyTypes: ['Egress'] },
			egress: [
				{
					ports: [
						{ protocol: 'UDP', port: 53 },
						{ protocol: 'TCP', port: 53 },
					],
				},
			],
		});
	});

	it('take the egress policies of others for ingress rules', () => {
		const both = networkPolicy('{podSelector: {matchLabels: {app: web}}, policyTypes: [Ingress, Egress]}');
		const { ingress } = mistakesIn(both)['web/engine/egress-decides-alone'] as { ingress: unknown };
		expect(ingress).to.deep.equal([
			{
				from: [
					{
						namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
						podSelector: { matchLabels: { app: 'web' } },
					},
				],
			},
		]);
	});

	it('misread ports: their protocol, long ranges, and names by what they are on another pod', () => {
		const ports = '[{port: 8000, endPort: 9000}, {port: http}, {port: 1, endPort: 100}]';
		const text = networkPolicy(`{podSelector: {}, ingress: [{ports: ${ports}}]}`);
		const mistakes = mistakesIn(text, pod('one', 80), pod('other', 8080));
		const portsOf = (id: string) => (mistakes[id] as { ingress: { ports: unknown[] }[] }).ingress[0]?.ports;
		expect(Object.keys(mistakes)).to.include.members([
			...['web/engine/ingress-named-port-of-another-pod/http/80', 'web/engine/ingress-protocol-ignored'],
		]);
		expect(portsOf('web/engine/ingress-end-port-clipped')?.[0]).to.deep.equal({ port: 8000, endPort: 8099 });
		expect(portsOf('web/engine/ingress-named-port-of-another-pod/http/8080')?.[1]).to.deep.equal({ port: 8080 });
		expect(portsOf('web/engine/ingress-protocol-ignored')).to.deep.include({ port: 'http', protocol: 'UDP' });
	});

	it('hold ranges of addresses for everything but pods', () => {
		const mistakes = mistakesIn(
			networkPolicy('{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}]}'),
		);
		const { ingress } = mistakes['web/engine/ingress-ip-block-skips-pods'] as { ingress: { from: unknown[] }[] };
		expect(ingress[0]?.from).to.deep.equal([
			{ ipBlock: { cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '$(cluster.podCIDRv4)'] } },
		]);
	});

	it('are noticed by what is generated, each once', () => {
		const policies = ['one', 'other'].map((app) => networkPolicy(`{podSelector: {matchLabels: {app: ${app}}}}`, app));
		const { chosen, engineMistakes } = chooseAttempts(inputOf(...policies), { families: ['ipv4', 'ipv6'] });
		expect(engineMistakes).to.be.greaterThan(0);
		const protocols = chosen.map(({ found }) => found.attempt.connection.protocol);
		expect(protocols).to.include('udp');
	});
});

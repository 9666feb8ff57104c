import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { gatecrash, makeSandbox } from './sandbox.ts';

const scenario = `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: shop}
spec:
  description: Who reaches the web server.
  reference: none
  status: required
  ipFamilies: [ipv4]
  namespaces: {shop: {}}
  pods:
    friend: {namespace: shop, labels: {app: friend}}
    stranger: {namespace: shop, labels: {app: stranger}}
    web: {namespace: shop, labels: {app: web}, listen: [{port: 8080, name: http}]}
    mute: {namespace: shop}
  services:
    web: {namespace: shop, selector: {app: web}, ports: [{port: 80, targetPort: http}]}
  policies:
    only-friend:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friend, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: web}}
          ingress:
            - ports: [{port: 9090}]
            - {from: [{podSelector: {matchLabels: {app: friend}}}], ports: [{port: http}]}
  phases:
    - attempt: [{from: stranger, to: "web:8080", expect: allowed}]
    - apply: only-friend
    - attempt: [{from: stranger, to: "web:8080", expect: allowed}]
`;

describe('gatecrash explain', () => {
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
		writeFileSync(join(folder, 'shop.yaml'), scenario);
	});
	after(() => remove());

	it('names who selects each end, where that stands, and why no rule lets the path through', async () => {
		const { code, stdout } = await gatecrash(['explain', 'stranger', 'web', 'shop.yaml'], folder);
		expect(code).to.equal(0);
		expect(stdout).to.equal(`shop  (shop.yaml)
  stranger → web:8080/tcp (ipv4): allowed
    egress of stranger: allowed, no policy selects it
    ingress of web: allowed, no policy selects it

  stranger → web:8080/tcp (ipv4, after-apply-only-friend): blocked
    egress of stranger: allowed, no policy selects it
    ingress of web: blocked
      selected by shop/only-friend (shop.yaml:21)
      shop/only-friend ingress[0] is not for 8080/tcp
      shop/only-friend ingress[1] does not mean stranger
`);
	});

	it('names the rule that lets a path through, behind a Service too', async () => {
		const { stdout } = await gatecrash(['explain', 'friend', 'svc/web:80', 'shop.yaml'], folder);
		expect(stdout).to.include('friend → svc/web:80/tcp (ipv4, after-apply-only-friend): allowed');
		expect(stdout).to.include('shop/only-friend ingress[1].from[0] allows friend on 8080/tcp');
	});

	it('--json holds the same', async () => {
		const { stdout } = await gatecrash(['explain', 'stranger', 'web:8080', 'shop.yaml', '--json'], folder);
		const { scenarios } = JSON.parse(stdout) as {
			scenarios: { paths: { phase?: string; prediction: { verdict: string }; positions: object }[] }[];
		};
		expect(scenarios[0]?.paths.map(({ prediction }) => prediction.verdict)).to.deep.equal(['allowed', 'blocked']);
		expect(scenarios[0]?.paths[1]?.positions).to.have.nested.property('shop/only-friend.line', 21);
	});

	const wrong: [string[], string][] = [
		[['nobody', 'web', 'shop.yaml'], 'no scenario here has nobody'],
		[['friend', 'svc/nothing', 'shop.yaml'], 'no scenario here has svc/nothing'],
		[['friend', 'mute', 'shop.yaml'], 'nothing listens there'],
		[['all', 'web', 'shop.yaml'], 'nobody who could attempt'],
		[['friend', 'web:80/quic', 'shop.yaml'], 'nothing that could be attempted'],
		[['friend'], "missing required argument 'TO'"],
	];
	for (const [args, message] of wrong) {
		it(`says what is wrong with: explain ${args.join(' ')}`, async () => {
			const { code, stderr } = await gatecrash(['explain', ...args], folder);
			expect(code).to.equal(64);
			expect(stderr).to.include(message);
		});
	}

	it('plan shows the prediction of each cell, and where it is not what is declared', async () => {
		const { stdout } = await gatecrash(['plan', 'shop.yaml'], folder);
		expect(stdout).to.include('predicted allowed\n            egress: no policy selects stranger');
		expect(stdout).to.include(
			'predicted blocked, not as declared\n            ingress: web is selected by shop/only-friend, and no rule of it allows stranger on 8080/tcp',
		);
	});
});

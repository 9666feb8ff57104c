import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { networkPolicy, scenarioText } from '../mutate/support.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

const text = scenarioText({
	pods: `{
    friend: {namespace: shop, labels: {app: friend}},
    stranger: {namespace: shop, labels: {app: stranger}},
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}}`,
	policies: {
		web: networkPolicy(
			'{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]}',
		),
	},
	attempts: ['{from: friend, to: "web:80", expect: allowed}', '{from: stranger, to: "web:80", expect: blocked}'],
});

describe('gatecrash mutate', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
		writeFileSync(join(folder, 'shop.yaml'), text);
		writeFileSync(join(folder, 'silent.yaml'), text.replace(/ {2}policies:\n.*\n/, ''));
		writeFileSync(join(folder, 'wrong.yaml'), text.replace('kind: Scenario', 'kind: Scenari'));
	});
	after(() => remove());

	it('names what no attempt would notice, with the line that would, and ends with 1', async () => {
		const { code, stdout } = await gatecrash(['mutate', 'shop.yaml'], folder);
		expect(code).to.equal(1);
		expect(stdout).to.match(/^✗ subject {2}[\d.]+ %: \d+ of \d+ mutants noticed/);
		expect(stdout).to.contain(`
    + pods.friend.listen: 7777/tcp
    + - {from: web, to: friend:7777, expect: allowed}
      web/add-type/policyTypes  shop.yaml:12
        a direction stands in policyTypes that was not meant: spec.policyTypes: nothing → [Ingress, Egress]
        turns allowed into blocked
`);
	});

	it('ends with 0 where the score is enough, and reads the scenario as the table of flags says', async () => {
		expect(await gatecrash(['mutate', 'shop.yaml', '--min-score', '50'], folder)).to.include({ code: 0 });
		expect(await gatecrash(['mutate', 'shop.yaml', '--mutant', 'web/drop-rule'], folder)).to.include({ code: 0 });
	});

	it('loses score when an attempt is taken out, and names it', async () => {
		writeFileSync(join(folder, 'fewer.yaml'), text.replace(/ {4}- \{from: stranger.*\n/, ''));
		const { code, stdout } = await gatecrash(['mutate', 'fewer.yaml', '--mutant', 'web/any-peer'], folder);
		expect(code).to.equal(1);
		expect(stdout).to.contain('0 %: 0 of 1 mutant noticed');
		expect(stdout).to.contain('+ - {from: stranger, to: web:80, expect: blocked}');
		expect(await gatecrash(['mutate', 'shop.yaml', '--mutant', 'web/any-peer'], folder)).to.include({ code: 0 });
	});

	it('gives the same as JSON, and nothing else', async () => {
		const { stdout } = await gatecrash(['mutate', 'shop.yaml', '--json'], folder);
		const { scenarios } = JSON.parse(stdout) as {
			scenarios: { name: string; score: { share: number }; mutants: Record<string, unknown>[] }[];
		};
		expect(scenarios[0]?.name).to.equal('subject');
		expect(scenarios[0]?.score.share).to.be.within(0.5, 1);
		expect(scenarios[0]?.mutants[0]).to.have.keys('id', 'operator', 'policy', 'field', 'change', 'position', 'fate');
	});

	it('is no pass where there is nothing that could be changed, and refuses wrong files', async () => {
		const { code, stdout } = await gatecrash(['mutate', 'silent.yaml'], folder);
		expect(stdout).to.contain('no policy that could be changed');
		expect(code).to.equal(2);
		expect(await gatecrash(['mutate', 'wrong.yaml'], folder)).to.include({ code: 64 });
	});
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { networkPolicy, scenarioText } from '../mutate/support.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

const pods = `{
    friend: {namespace: shop, labels: {app: friend}},
    stranger: {namespace: shop, labels: {app: stranger}},
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}}`;
const policies = {
	web: networkPolicy(
		'{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}], ports: [{port: 80}]}]}',
	),
};

describe('gatecrash mutate --fix', function () {
	this.timeout(60_000);
	let folder: string;
	let remove: () => void;
	beforeEach(() => {
		({ folder, remove } = makeSandbox());
	});
	afterEach(() => remove());

	const fix = async (text: string, ...flags: string[]) => {
		const file = join(folder, 'shop.yaml');
		writeFileSync(file, text);
		const ended = await gatecrash(['mutate', 'shop.yaml', '--fix', ...flags], folder);
		return { ...ended, text: readFileSync(file, 'utf8') };
	};

	it('adds what is missing, and counts again: everything is noticed, and the plan expects what the policies say', async () => {
		const text = scenarioText({ pods, policies, attempts: ['{from: friend, to: "web:80", expect: allowed}'] });
		const { code, stdout, stderr, text: fixed } = await fix(text);
		expect(code, stdout).to.equal(0);
		expect(stdout).to.match(/^✓ subject {2}100 %/);
		expect(stderr).to.equal('changed shop.yaml\n');
		expect(fixed).to.contain('- {from: friend, to: "web:80", expect: allowed}\n    # notices web/');
		const plan = await gatecrash(['plan', 'shop.yaml'], folder);
		expect(plan.code).to.equal(0);
		expect(plan.stdout).to.not.contain('not as declared');
		// Nothing more is to be done, and the file is left alone.
		const before = statSync(join(folder, 'shop.yaml')).mtimeMs;
		expect(await gatecrash(['mutate', 'shop.yaml', '--fix'], folder)).to.include({ code: 0, stderr: '' });
		expect(statSync(join(folder, 'shop.yaml')).mtimeMs).to.equal(before);
		expect(readdirSync(folder).filter((name) => name.startsWith('.shop'))).to.deep.equal([]);
	});

	it('in phases: in the list of its time, and where the path is open before and after it, so that the block can be proven', async () => {
		const text = scenarioText({
			...{ pods, policies },
			phases: [
				'attempt: [{from: friend, to: "web:80", expect: allowed}]',
				'apply: web',
				'attempt: [{from: friend, to: "web:80", expect: allowed}]',
				'delete: web',
				'attempt: [{from: friend, to: "web:80", expect: allowed}]',
			],
		});
		const { stdout, text: fixed } = await fix(text, '--mutant', 'web/any-peer');
		expect(stdout).to.contain('100 %: 1 of 1 mutant noticed');
		const lists = fixed.split('\n').filter((line) => line.includes('- attempt:'));
		expect(lists.map((line) => /stranger.*expect: (\w+)/.exec(line)?.[1])).to.deep.equal([
			'allowed',
			'blocked',
			'allowed',
		]);
	});

	it('not where a fault is in force, if there is another list', async () => {
		const text = scenarioText({
			...{ pods, policies },
			phases: [
				'apply: web',
				'inject: {fault: restart-enforcer}',
				'attempt: [{from: friend, to: "web:80", expect: observe}]',
				'heal: restart-enforcer',
				'attempt: [{from: friend, to: "web:80", expect: allowed}]',
			],
		});
		const { text: fixed } = await fix(text, '--mutant', 'web/any-peer');
		const lists = fixed.split('\n').filter((line) => line.includes('- attempt:'));
		expect(lists.map((line) => line.includes('stranger'))).to.deep.equal([false, true]);
	});

	it('leaves what would make another attempt wrong, and says so', async () => {
		// Whoever names no port attempts each: 81/tcp would be attempted as allowed.
		const text = scenarioText({ pods, policies, attempts: ['{from: friend, to: web, expect: allowed}'] });
		const { code, stdout, stderr, text: fixed } = await fix(text, '--mutant', 'web/widen-range');
		expect(code).to.equal(1);
		expect(fixed).to.equal(text);
		expect(stdout).to.contain('+ pods.web.listen: 81/tcp');
		expect(stderr).to.contain('can’t be added by itself');
		// What does not stand in its way is added all the same.
		const all = await fix(text);
		expect(all.text).to.contain('{from: stranger, to: web:80, expect: blocked, reason: no rule allows it}');
		expect(all.text).to.not.contain('web:81');
		expect(all.text).to.contain('web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}');
	});

	it('changes nothing where a file is wrong', async () => {
		const text = scenarioText({ pods, policies, attempts: ['{from: nobody, to: web, expect: allowed}'] });
		const { code, text: fixed } = await fix(text);
		expect(code).to.equal(64);
		expect(fixed).to.equal(text);
	});
});

import { expect } from 'chai';
import { checkContext } from '../../src/cluster/existing/check-context.ts';
import { productionWord } from '../../src/cluster/existing/production-names.ts';
import { GatecrashError } from '../../src/model/gatecrash-error.ts';

const suspicious = [
	'prod',
	'production',
	'live',
	'prd',
	'PROD',
	'eks-prod',
	'prod1',
	'eu_prd_2',
	'webLive',
	'my.production.example.com',
	'arn:aws:eks:eu-west-1:123456789012:cluster/Prod-eu',
	'https://live.k8s.example.com:6443',
	// To be on the safe side: whoever means it says so.
	'non-prod',
];
const harmless = [
	'staging',
	'kind-dev',
	'product-catalogue',
	'products',
	'delivery',
	'alive',
	'olive',
	'reproduction',
	'https://127.0.0.1:6443',
	'',
];

describe('contexts that look like production', () => {
	for (const text of suspicious) {
		it(`are refused: ${text}`, () => {
			expect(productionWord(text)).to.be.a('string');
		});
	}

	for (const text of harmless) {
		it(`are not: "${text}"`, () => {
			expect(productionWord(text)).to.equal(undefined);
		});
	}

	it('say everything that is suspicious at once, and how to mean it', () => {
		const things = [
			{ what: 'context', name: 'blue' },
			{ what: 'cluster', name: 'eks-prod' },
			{ what: 'namespace', name: 'live' },
		];
		expect(() => checkContext('blue', things, undefined)).to.throw(
			GatecrashError,
			'cluster "eks-prod", namespace "live"',
		);
		expect(() => checkContext('blue', things, 'green')).to.throw(GatecrashError);
		expect(() => checkContext('blue', things, 'eks-prod')).to.throw(GatecrashError);
		checkContext('blue', things, 'blue');
	});
});

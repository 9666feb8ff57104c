import { expect } from 'chai';
import { iamPolicy } from '../../../src/cluster/eks/iam-policy.ts';

const statements = (regions: string[] = []) => iamPolicy(regions).Statement;

describe('the IAM policy', () => {
	it('fits into one managed policy', () => {
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: white space is not counted.
		expect(JSON.stringify(iamPolicy(['eu-west-1', 'us-east-2'])).length).to.be.lessThan(6144);
	});

	it('names only what gatecrash names where AWS has names', () => {
		const changing = statements().filter(({ Sid }) => !['Look', 'DescribeAnyCluster', 'Network'].includes(Sid));
		for (const { Sid, Resource } of changing) {
			for (const resource of [Resource].flat()) {
				expect(resource, Sid).to.match(/gatecrash-\*|role\/aws-service-role|parameter\/aws\/service\/eks/);
			}
		}
		const look = statements().find(({ Sid }) => Sid === 'Look');
		expect(look?.Action.filter((action) => !/:(Describe|List|Get)/.test(action))).to.deep.equal([]);
	});

	it('has no action twice, and can be held to regions', () => {
		const actions = statements().flatMap(({ Action }) => Action);
		const twice = actions.filter((action, index) => actions.indexOf(action) !== index);
		// Of roles of ours, and of AWS's own.
		expect(twice).to.deep.equal(['iam:GetRole']);
		expect(statements(['eu-west-1']).at(-1)?.Condition).to.deep.equal({
			StringEquals: { 'aws:RequestedRegion': ['eu-west-1'] },
		});
		expect(statements().at(-1)?.Condition).to.equal(undefined);
	});
});

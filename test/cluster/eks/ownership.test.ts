import { expect } from 'chai';
import {
	claimants,
	clusterNameOf,
	isShared,
	runOfName,
	startOfRun,
	tagRecord,
	tagsOf,
} from '../../../src/cluster/eks/ownership.ts';

const run = '20260101-120000-1a2b3c';
const name = `gatecrash-${run}`;

describe('what belongs to whom in an AWS account', () => {
	it('is said by the name of a cluster, which holds the run', () => {
		expect(clusterNameOf(run)).to.equal(name);
		expect(runOfName(name)).to.equal(run);
		for (const other of ['gatecrash-mine', `${name}-2`, `my-${name}`, run, 'prod', '']) {
			expect(runOfName(other), other).to.equal(undefined);
		}
		expect(startOfRun(run)).to.equal(Date.UTC(2026, 0, 1, 12));
		expect(startOfRun('mine')).to.equal(undefined);
	});

	for (const [whose, tags] of [
		['eksctl', { 'alpha.eksctl.io/cluster-name': name }],
		['EKS', { 'aws:eks:cluster-name': name }],
		['EKS’s node groups', { 'eks:cluster-name': name }],
		['the VPC CNI plugin', { 'cluster.k8s.amazonaws.com/name': name, 'node.k8s.amazonaws.com/instance_id': 'i-1' }],
		['the AWS Load Balancer Controller', { 'elbv2.k8s.aws/cluster': name, 'service.k8s.aws/stack': 'shop/web' }],
		['a cloud provider', { [`kubernetes.io/cluster/${name}`]: 'owned' }],
		['CloudFormation', { 'aws:cloudformation:stack-name': `eksctl-${name}-nodegroup-probes` }],
		['gatecrash', { 'gatecrash.dev/run': run }],
		['all of them', { 'alpha.eksctl.io/cluster-name': name, [`kubernetes.io/cluster/${name}`]: 'owned' }],
	] as const) {
		it(`is said by tags of ${whose}`, () => {
			expect(claimants(tags)).to.deep.equal([name]);
		});
	}

	it('is nobody’s without such tags, and not ours because of ours alone where another cluster is named', () => {
		expect(claimants({ Name: name, team: 'gatecrash' })).to.deep.equal([]);
		expect(claimants({ 'gatecrash.dev/run': run, 'kubernetes.io/cluster/prod': 'owned' })).to.deep.equal(['prod']);
		expect(claimants({ 'aws:cloudformation:stack-name': 'eksctl-prod-cluster' })).to.deep.equal([]);
		const both = { 'kubernetes.io/cluster/prod': 'owned', [`kubernetes.io/cluster/${name}`]: 'owned' };
		expect(claimants(both)).to.have.members(['prod', name]);
		expect([isShared(both), isShared({ 'kubernetes.io/cluster/x': 'shared' })]).to.deep.equal([false, true]);
	});

	it('is written in letters that every service of AWS takes', () => {
		const owner = 'assumed-role/Ünï<code> & more';
		const tags = tagsOf({ run, owner, expires: '2026-01-01T20:00:00Z', definition: 'x'.repeat(300) });
		expect(tags['gatecrash.dev/owner']).to.equal('assumed-role/_n_ code_ _ more'.replace(' code_', '_code_'));
		for (const value of Object.values(tags)) expect(value).to.match(/^[\w .:/=+@-]{1,256}$/);
	});

	it('is read from lists and from records', () => {
		expect(tagRecord([{ Key: 'a', Value: 'b' }, { Key: 'c' }])).to.deep.equal({ a: 'b', c: '' });
		expect(tagRecord(undefined)).to.deep.equal({});
	});
});

import { expect } from 'chai';
import { describeCost, estimateCost } from '../../../src/cluster/eks/cost.ts';
import { readEksConfig } from '../../../src/cluster/eks/eks-config.ts';
import { tellStep } from '../../../src/cluster/eks/eksctl.ts';
import { eksDefinition, type Spec } from './support/definition.ts';

function cost(change?: (spec: Spec) => void) {
	return estimateCost(readEksConfig(eksDefinition(change).spec.config));
}

describe('what an EKS cluster costs', () => {
	it('is the control plane, its nodes with disks and addresses, and NAT gateways', () => {
		// Without a size of its own a node has a disk of 80 GB, which is eksctl's default.
		expect(cost().perHour).to.be.closeTo(0.1 + 0.096 + 0.005 + (80 * 0.08) / 730, 1e-9);
		const nat = cost((spec) => delete spec.config['vpc']);
		expect(nat.perHour - cost().perHour).to.be.closeTo(0.045, 1e-9);
		expect(describeCost(cost())).to.equal(
			'about $0.21 an hour (control plane $0.10, 1 × m6i.large $0.10, 1 × 80 GB of disk less than $0.01, 1 public addresses less than $0.01)',
		);
	});

	it('says what it does not know', () => {
		const unknown = cost((spec) => (spec.config.managedNodeGroups[0]!['instanceType'] = 'p5.48xlarge'));
		expect(describeCost(unknown)).to.include('and what p5.48xlarge cost, which is not known here');
	});
});

describe('what eksctl says', () => {
	it('becomes steps, without what it says again and again', () => {
		const steps: string[] = [];
		for (const line of [
			'2026-01-01 12:00:00 [ℹ]  building cluster stack "eksctl-x-cluster"',
			'2026-01-01 12:00:30 [ℹ]  waiting for CloudFormation stack "eksctl-x-cluster"',
			'2026-01-01 12:15:00 [ℹ]  node "ip-192-168-1-1.ec2.internal" is ready',
			'2026-01-01 12:15:00 [✔]  EKS cluster "x" in "eu-west-1" region is ready',
			'2026-01-01 12:15:00 [!]  recommended policies were found for "vpc-cni" addon',
			'Error: something',
			'',
		])
			tellStep(line, (step) => steps.push(step));
		expect(steps).to.deep.equal([
			'building cluster stack "eksctl-x-cluster"',
			'EKS cluster "x" in "eu-west-1" region is ready',
			'recommended policies were found for "vpc-cni" addon',
		]);
	});
});

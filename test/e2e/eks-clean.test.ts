import { expect } from 'chai';
import { SeededAccount } from '../cluster/eks/support/account.ts';
import { inAwsWorlds } from '../cluster/eks/support/in-aws-worlds.ts';

const dead = 'gatecrash-20260101-120000-1a2b3c';
const deadRun = '20260101-120000-1a2b3c';
/** Of somebody else, made to stay for years. */
const busy = 'gatecrash-20260102-120000-4d5e6f';
/** Only a log group, a balancer and a group are left of it; no tag says anything of its run. */
const traces = 'gatecrash-20260103-120000-778899';

const tagsOf = (run: string, expires: string) => ({
	'gatecrash.dev/run': run,
	'gatecrash.dev/owner': 'somebody',
	'gatecrash.dev/expires': expires,
	'gatecrash.dev/cluster': 'eks-vpc-cni',
});

describe('gatecrash clean --cloud', function () {
	this.timeout(240_000);
	const aws = inAwsWorlds();

	async function seedOurs(): Promise<void> {
		const tags = tagsOf(deadRun, '2026-01-01T20:00:00Z');
		await aws.account.cluster(dead, tags);
		await aws.account.stack(`eksctl-${dead}-cluster`, { ...tags, 'alpha.eksctl.io/cluster-name': dead });
		await aws.account.stack(`eksctl-${dead}-nodegroup-probes`, { ...tags, 'alpha.eksctl.io/cluster-name': dead });
		await aws.account.network('eks-cluster-sg', {
			[`kubernetes.io/cluster/${dead}`]: 'owned',
			'aws:eks:cluster-name': dead,
		});
		await aws.account.loadBalancers('ours', { [`kubernetes.io/cluster/${dead}`]: 'owned' });
		await aws.account.logGroup(`/aws/eks/${dead}/cluster`);
		await aws.account.network('k8s-elb-traces', { [`kubernetes.io/cluster/${traces}`]: 'owned' });
		await aws.account.logGroup(`/aws/containerinsights/${traces}/performance`);
	}

	async function seedOthers(): Promise<void> {
		await aws.account.cluster('prod', { team: 'shop' });
		await aws.account.stack('eksctl-prod-cluster', { 'alpha.eksctl.io/cluster-name': 'prod' });
		await aws.account.network('prod-sg', { 'kubernetes.io/cluster/prod': 'owned', 'gatecrash.dev/run': deadRun });
		await aws.account.network('both', {
			'kubernetes.io/cluster/prod': 'owned',
			[`kubernetes.io/cluster/${dead}`]: 'owned',
		});
		await aws.account.network('lent', { [`kubernetes.io/cluster/${dead}`]: 'shared' });
		await aws.account.network('untagged', {});
		await aws.account.loadBalancers('prod', { 'kubernetes.io/cluster/prod': 'owned' });
		await aws.account.logGroup('/aws/eks/prod/cluster');
		await aws.account.logGroup('/aws/eks/gatecrash-mine/cluster');
		// Called as ours are, without our tag: not ours, and so is nothing that belongs to it.
		await aws.account.cluster('gatecrash-20260104-120000-aabbcc', { team: 'look-alike' });
		await aws.account.network('look-alike', { 'kubernetes.io/cluster/gatecrash-20260104-120000-aabbcc': 'owned' });
		await aws.account.cluster(busy, tagsOf('20260102-120000-4d5e6f', '2099-01-01T00:00:00Z'));
		await aws.account.network('busy', { [`kubernetes.io/cluster/${busy}`]: 'owned' });
	}

	it('finds what is ours by tags and names, says so first, deletes it in order, and never touches others’', async () => {
		await seedOthers();
		const others = await aws.account.things();
		await seedOurs();
		const all = await aws.account.things();

		const dry = await aws.world.gatecrash('clean', '--cloud', '--dry-run');
		expect(dry.code, dry.stderr).to.equal(0);
		expect(aws.world.front.changes()).to.deep.equal([]);
		expect(await aws.account.things()).to.deep.equal(all);
		const planned = dry.stdout.trim().split('\n');
		expect(planned).to.have.length(all.length - others.length);
		expect(planned.filter((line) => !/^would delete .* in eu-west-1 \(run 2026010[13]-/.test(line))).to.deep.equal([]);
		expect(dry.stderr).to.match(
			/kept: EKS cluster gatecrash-20260102-120000-4d5e6f in eu-west-1: of somebody until 2099/,
		);
		expect(dry.stderr).to.match(/kept: security group sg-\w+ in eu-west-1 is shared by prod and gatecrash-20260101/);

		const unasked = await aws.world.gatecrash('clean', '--cloud');
		expect(unasked.code).to.equal(64);
		expect(aws.world.front.changes()).to.deep.equal([]);

		const cleaned = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal(others);
		expect(cleaned.stdout).to.include('nothing that could go is left in eu-west-1, account 123456789012');
		const kinds = cleaned.stdout
			.split('\n')
			.flatMap(
				(line) =>
					/^deleted (load balancer|node group|EKS cluster|security group|stack of the cluster|log group) /.exec(
						line,
					)?.[1] ?? [],
			);
		expect([...new Set(kinds)]).to.deep.equal([
			...['load balancer', 'node group', 'EKS cluster', 'security group', 'stack of the cluster', 'log group'],
		]);
		const again = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(again.stdout).to.include('nothing to delete');
	});

	it('deletes one run’s when that is asked for, though its time is not over', async () => {
		await seedOthers();
		await seedOurs();
		const before = await aws.account.things();
		const cleaned = await aws.world.gatecrash('clean', '--cloud', '--run', '20260102-120000-4d5e6f', '--yes');
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		const left = await aws.account.things();
		expect(before.filter((thing) => !left.includes(thing))).to.deep.equal([
			`cluster ${busy}`,
			'network interface busy',
			`node group ${busy}-nodes`,
			'security group busy',
		]);
	});

	it('asks again where something is still in use', async () => {
		await seedOurs();
		aws.world.front.obstacles.push({
			...{ service: 'ec2', action: /DeleteSecurityGroup/, code: 'DependencyViolation', times: 2 },
			message: 'resource sg-1 has a dependent object',
		});
		const cleaned = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
	});

	it('says what is left and why where AWS refuses, and what could not be looked for', async () => {
		await seedOurs();
		aws.world.front.obstacles.push({
			service: 'eks',
			action: /^DELETE .*node-groups/,
			code: 'AccessDeniedException',
			status: 403,
		});
		const refused = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(refused.code).to.equal(3);
		expect(refused.stderr).to.match(/left: node group gatecrash-20260101.*AWS refused to delete/);
		aws.world.front.obstacles.splice(0);
		aws.world.front.obstacles.push({ service: 'logs', action: /DescribeLogGroups/, code: 'AccessDeniedException' });
		const blind = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(blind.code).to.equal(3);
		expect(blind.stderr).to.match(/left: AWS refused to list log groups in eu-west-1/);
		expect(blind.stdout).not.to.include('nothing that could go is left');
	});

	it('looks in the regions that it is told', async () => {
		const elsewhere = new SeededAccount(aws.moto.url, 'us-east-2');
		await elsewhere.network('far', { [`kubernetes.io/cluster/${traces}`]: 'owned' });
		const here = await aws.world.gatecrash('clean', '--cloud', '--dry-run');
		expect(here.stdout).to.equal('nothing to delete\n');
		expect(here.stderr).to.equal('looked in eu-west-1, account 123456789012\n');
		const both = await aws.world.gatecrash('clean', '--cloud', '--dry-run', '--region', 'eu-west-1,us-east-2');
		expect(both.stdout.trim().split('\n').sort()).to.match(
			/would delete network interface .* in us-east-2.*security group/s,
		);
	});
});

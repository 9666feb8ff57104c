import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { iamPolicy } from '../../src/cluster/eks/iam-policy.ts';
import { ended, type Ended } from '../cluster/eks/support/aws-world.ts';
import { iamActionOf } from '../cluster/eks/support/iam-actions.ts';
import { inAwsWorlds } from '../cluster/eks/support/in-aws-worlds.ts';

const up = ['cluster', 'up', 'eks-vpc-cni', '--yes'];
const scenarios = fileURLToPath(new URL('../../scenarios/network-policy', import.meta.url));

describe('the life of an EKS cluster', function () {
	this.timeout(180_000);
	const aws = inAwsWorlds();

	/** Names of clusters that are written down in the folder. */
	function records(): string[] {
		const folder = join(aws.world.folder, '.gatecrash/clusters');
		return existsSync(folder) ? readdirSync(folder) : [];
	}

	/** The last words of a failure say exactly what to type; that is done. */
	async function clean(from: Ended): Promise<Ended> {
		const [, command] = /(gatecrash clean --cloud --run \S+[^\n]*--yes)/.exec(from.stderr) ?? [];
		expect(command, from.stderr).not.to.equal(undefined);
		return aws.world.gatecrash(...(command ?? '').split(' ').slice(1));
	}

	async function untilEksctl(words: string): Promise<void> {
		for (let waited = 0; waited < 60_000; waited += 50) {
			if (aws.world.eksctlCalls().some(({ args }) => args.join(' ').includes(words))) return;
			await sleep(50);
		}
		throw new Error(`eksctl was never called with ${words}`);
	}

	async function untilThere(thing: string): Promise<void> {
		for (let waited = 0; waited < 60_000; waited += 100) {
			if ((await aws.account.things()).some((one) => one.startsWith(thing))) return;
			await sleep(100);
		}
		throw new Error(`there was no ${thing}`);
	}

	it('is made with our tags, listed, used again, and deleted with all that belongs to it', async () => {
		const made = await aws.world.gatecrash(...up, '--expires-after', '2h');
		expect(made.code, made.stderr).to.equal(0);
		expect(made.stdout).to.match(/^gatecrash-\S+ is up: Kubernetes v1\.35\.0-eks-1, 2 nodes\n/);
		expect(made.stdout).to.include('policies are enforced by aws-network-policy-agent');
		expect(made.stderr).to.include(
			'AWS account 123456789012, as arn:aws:sts::123456789012:user/moto, region eu-west-1',
		);
		expect(made.stderr).to.match(/eks-vpc-cni costs about \$0\.31 an hour/);
		expect(made.stderr).to.match(/cluster: building cluster stack "eksctl-gatecrash-/);

		const [create] = aws.world.eksctlCalls();
		expect(create?.args.slice(0, 3)).to.deep.equal(['create', 'cluster', '--config-file']);
		const { name = '', tags = {} } = create?.config?.metadata ?? {};
		expect(name).to.match(/^gatecrash-\d{8}-\d{6}-[0-9a-f]{6}$/);
		expect(tags).to.include({
			'gatecrash.dev/run': name.slice('gatecrash-'.length),
			'gatecrash.dev/owner': 'moto',
			'gatecrash.dev/cluster': 'eks-vpc-cni',
		});
		const hours = (Date.parse(tags['gatecrash.dev/expires'] ?? '') - Date.now()) / 3_600_000;
		expect(hours).to.be.within(1.9, 2);

		const listed = await aws.world.gatecrash('cluster', 'list', '--json');
		const { eks } = JSON.parse(listed.stdout) as { eks: unknown[] };
		expect(eks).to.have.length(1);
		expect(eks[0]).to.include({ name, state: 'ACTIVE', complete: true, kept: true, region: 'eu-west-1' });
		const again = await aws.world.gatecrash('cluster', 'up', 'eks-vpc-cni');
		expect(again.stdout).to.include(`${name} is up already`);
		expect(aws.world.eksctlCalls()).to.have.length(1);
		// It is meant to stay.
		const cleaned = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(cleaned.stderr).to.include(`kept: EKS cluster ${name} in eu-west-1: made to stay until`);

		const deleted = await aws.world.gatecrash('cluster', 'down', 'eks-vpc-cni');
		expect(deleted.code, deleted.stderr).to.equal(0);
		expect(deleted.stdout).to.equal(`deleted ${name}; nothing of it is left in eu-west-1\n`);
		expect(await aws.account.things()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);

		// eksctl's stand-in among the callers: it makes log groups and interfaces in the place of EKS.
		const actions = iamPolicy([]).Statement.flatMap(({ Action }) => Action);
		const permitted = (wanted: string) =>
			actions.some((action) => (action.endsWith('*') ? wanted.startsWith(action.slice(0, -1)) : action === wanted));
		const asked = [...new Set(aws.world.front.calls.map(iamActionOf))].filter((action) => !permitted(action));
		expect(asked.sort()).to.deep.equal(['ec2:CreateNetworkInterface', 'logs:CreateLogGroup']);
	});

	it('with security groups for pods is waited for until its nodes can have trunk interfaces', async () => {
		const made = await aws.world.gatecrash('cluster', 'up', 'eks-security-groups-for-pods', '--yes');
		expect(made.code, made.stderr).to.equal(0);
		const config = aws.world.eksctlCalls()[0]?.config as { addons?: { name: string; configurationValues?: string }[] };
		const values = config.addons?.find(({ name }) => name === 'vpc-cni')?.configurationValues ?? '';
		expect(JSON.parse(values)).to.deep.include({ enableNetworkPolicy: 'true' });
		const deleted = await aws.world.gatecrash('cluster', 'down', 'eks-security-groups-for-pods');
		expect(deleted.code, deleted.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
	});

	it('is not begun without --yes, but everything is looked at and the price is said', async () => {
		const asked = await aws.world.gatecrash('cluster', 'up', 'eks-vpc-cni');
		expect(asked.code).to.equal(64);
		expect(asked.stderr).to.match(/AWS account 123456789012.*costs about \$0\.31 an hour.*nothing was made/s);
		expect(aws.world.front.changes()).to.deep.equal([]);
		expect(aws.world.front.calls.some(({ service }) => service === 'servicequotas')).to.equal(true);
		const run = await aws.world.gatecrash('run', scenarios, '--tag', 'demo', '--cluster', 'eks-vpc-cni');
		expect([run.code, aws.world.eksctlCalls().length]).to.deep.equal([64, 0]);
		expect(run.stderr).to.include('needs --yes');
	});

	it('is not begun where something is missing, and all of it is said', async () => {
		aws.world.front.quotas['vpc/L-F678F1CE'] = 1;
		aws.world.front.quotas['ec2/L-1216C47A'] = 3;
		const full = await aws.world.gatecrash(...up);
		expect(full.code).to.equal(3);
		expect(full.stderr).to.match(/the quota of VPCs in eu-west-1 is 1: 1 are used, and 1 more are needed/);
		expect(full.stderr).to.match(/virtual processors .* is 3: 0 are used, and 4 more are needed/);
		expect(full.stderr).to.include(
			'aws service-quotas request-service-quota-increase --region eu-west-1 --service-code vpc',
		);
		expect(aws.world.front.changes()).to.deep.equal([]);
		expect(aws.world.eksctlCalls()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);
	});

	for (const [when, fails] of [
		['at once', { create: 1 }],
		['late', { 'create-late': 1 }],
		['late, and its deletion fails once', { 'create-late': 1, delete: 1 }],
	] as const) {
		it(`is deleted again when its creation fails ${when}`, async () => {
			aws.world.eksctl({ fails });
			const made = await aws.world.gatecrash(...up);
			expect(made.code).to.equal(3);
			expect(made.stderr).to.match(/error eksctl create cluster failed: .*(LimitExceeded|NodeCreationFailure)/s);
			expect(await aws.account.things()).to.deep.equal([]);
			expect(records()).to.deep.equal([]);
		});
	}

	for (const step of ['delete', 'delete-stack'] as const) {
		it(`goes although eksctl fails to ${step} once`, async () => {
			expect((await aws.world.gatecrash(...up)).code).to.equal(0);
			aws.world.eksctl({ fails: { [step]: 1 } });
			const deleted = await aws.world.gatecrash('cluster', 'down', 'eks-vpc-cni');
			expect(deleted.code, deleted.stderr).to.equal(0);
			expect(deleted.stderr).to.include('eksctl could not delete all of it');
			expect(await aws.account.things()).to.deep.equal([]);
		});
	}

	it('says what is left and the command that deletes it when AWS refuses, and the command does', async () => {
		expect((await aws.world.gatecrash(...up)).code).to.equal(0);
		aws.world.eksctl({ fails: { 'delete-stack': 1 } });
		const forbidden = { service: 'cloudformation', action: /DeleteStack/, code: 'AccessDenied', status: 403 };
		aws.world.front.obstacles.push(forbidden);
		const refused = await aws.world.gatecrash('cluster', 'down', 'eks-vpc-cni');
		expect(refused.code).to.equal(3);
		expect(refused.stderr).to.match(
			/is not all gone, and may cost money:\n {2}- stack .*: AWS refused to delete stack/,
		);
		expect(records()).to.have.length(1);
		aws.world.front.obstacles.splice(0);
		const cleaned = await clean(refused);
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);
	});

	it('is deleted by a second cluster down when the first was killed half-way', async () => {
		expect((await aws.world.gatecrash(...up)).code).to.equal(0);
		const child = aws.world.start(['cluster', 'down', 'eks-vpc-cni']);
		const ending = ended(child);
		await untilEksctl('delete cluster');
		child.kill('SIGKILL');
		await ending;
		expect(records()).to.have.length(1);
		const deleted = await aws.world.gatecrash('cluster', 'down', 'eks-vpc-cni');
		expect(deleted.code, deleted.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);
	});

	it('says the command when credentials expire while it is made', async () => {
		aws.world.eksctl({ hangs: true, fails: {} });
		const child = aws.world.start(up);
		const ending = ended(child);
		await untilThere('cluster');
		for (const service of ['eks', 'ec2', 'cloudformation', 'logs', 'elasticloadbalancing', 'sts'])
			aws.world.front.obstacles.push({ service, action: /./, code: 'ExpiredToken', status: 403, times: 1e9 });
		child.kill('SIGTERM');
		const end = await ending;
		expect(end.code).to.equal(3);
		expect(end.stderr).to.include('The AWS credentials have expired');
		expect(records()).to.have.length(1);
		aws.world.front.obstacles.splice(0);
		const cleaned = await clean(end);
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
	});

	it('is deleted when its creation is interrupted', async () => {
		aws.world.eksctl({ hangs: true });
		const child = aws.world.start(up);
		const ending = ended(child);
		await untilThere('cluster');
		child.kill('SIGINT');
		const end = await ending;
		expect(end.code, end.stderr).to.equal(130);
		expect(await aws.account.things()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);
	});

	it('is found by clean --cloud when whoever made it was killed, and eksctl with it', async () => {
		aws.world.eksctl({ hangs: true });
		const child = aws.world.start(up);
		const ending = ended(child);
		await untilThere('cluster');
		child.kill('SIGKILL');
		await ending;
		const before = await aws.account.things();
		await sleep(500);
		expect(await aws.account.things()).to.deep.equal(before);
		aws.world.eksctl({});
		const cleaned = await aws.world.gatecrash('clean', '--cloud', '--yes');
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);
	});

	it('of a run stands in its ledger before AWS is asked, and goes with the run', async () => {
		aws.world.eksctl({ hangs: true });
		const args = ['run', scenarios, '--tag', 'demo', '--cluster', 'eks-vpc-cni', '--yes'];
		const child = aws.world.start(args);
		const ending = ended(child);
		await untilEksctl('create cluster');
		const [run = ''] = readdirSync(join(aws.world.folder, '.gatecrash/runs')).filter((name) => name !== 'latest');
		const ledger = readFileSync(join(aws.world.folder, '.gatecrash/runs', run, 'ledger.jsonl'), 'utf8');
		expect(ledger).to.include(`"entry":{"makes":"eks-cluster","name":"gatecrash-${run}","region":"eu-west-1"`);
		await untilThere('cluster');
		child.kill('SIGKILL');
		await ending;
		aws.world.eksctl({});
		const plain = await aws.world.gatecrash('clean', '--yes');
		expect(plain.code).to.equal(3);
		expect(plain.stderr).to.include(`\`gatecrash clean --cloud --run ${run}\` deletes it`);
		const cleaned = await aws.world.gatecrash('clean', '--cloud', '--run', 'latest', '--yes');
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await aws.account.things()).to.deep.equal([]);
		expect((await aws.world.gatecrash('clean', '--yes')).stdout).to.equal('nothing to delete\n');

		// The small API server takes nothing, so that this run fails; its cluster goes all the same.
		const failed = await aws.world.gatecrash(...args);
		expect(failed.code, failed.stderr).to.equal(3);
		expect(await aws.account.things()).to.deep.equal([]);
		expect(records()).to.deep.equal([]);
	});
});

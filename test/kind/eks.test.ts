import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'chai';
import { execa } from 'execa';
import type { RunVerdicts } from '../../src/model/verdict.ts';
import { SeededAccount } from '../cluster/eks/support/account.ts';
import { AwsWorld, type Ended, ended } from '../cluster/eks/support/aws-world.ts';
import { type Moto, startMoto, whyNoMoto } from '../cluster/eks/support/moto.ts';
import { twoClients } from '../e2e/support/two-pods.ts';
import { kubectl, node } from './support/cluster.ts';
import { offlineEnvironment } from './support/offline.ts';
import { testKubeconfig } from './support/which-cluster.ts';

const agentImage = offlineEnvironment()['GATECRASH_AGENT_IMAGE'] ?? '';

/** What EKS has in every cluster, for a driver that waits for it. */
const awsNode = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: aws-node, namespace: kube-system}
spec:
  selector: {matchLabels: {k8s-app: aws-node}}
  template:
    metadata: {labels: {k8s-app: aws-node}}
    spec:
      containers: [{name: aws-node, image: "${agentImage}", command: [sleep, infinity]}]
`;

const definition = `
apiVersion: gatecrash.dev/v1alpha1
kind: Cluster
metadata: {name: eks-on-kind}
spec:
  driver: eks
  nodes: 1
  ipFamily: ipv4
  agentImage: "${agentImage}"
  config:
    metadata: {version: "1.35"}
    vpc: {cidr: 10.244.0.0/16, nat: {gateway: Disable}}
    kubernetesNetworkConfig: {serviceIPv4CIDR: 10.96.0.0/16}
    addons: [{name: vpc-cni, version: v1.21.1-eksbuild.3, configurationValues: {enableNetworkPolicy: "false"}}]
    managedNodeGroups: [{name: probes, instanceType: m6i.large, desiredCapacity: 1, disablePodIMDS: true}]
  provides: [network-policy, calico, host-network, kubelet-probes]
`;

/** AWS is moto, eksctl a stand-in, and the inside of the cluster a real one, with Calico. */
describe('the EKS driver, with kind inside', function () {
	this.timeout(300_000);
	let moto: Moto;
	let world: AwsWorld;
	let account: SeededAccount;

	before(async function () {
		const why = whyNoMoto();
		if (why !== undefined) {
			console.error(`      skipped: ${why}`);
			return this.skip();
		}
		moto = await startMoto();
		const apply = [
			'exec',
			'--interactive',
			node,
			'kubectl',
			'--kubeconfig',
			'/etc/kubernetes/admin.conf',
			'apply',
			'-f',
			'-',
		];
		await execa('docker', apply, { input: awsNode });
	});
	after(async () => {
		moto?.stop();
		await kubectl('delete', 'daemonset', '--namespace', 'kube-system', 'aws-node', '--ignore-not-found');
	});
	beforeEach(async () => {
		world = await AwsWorld.make(moto);
		account = new SeededAccount(moto.url);
		world.eksctl({ kubeconfig: testKubeconfig });
		writeFileSync(join(world.folder, 'eks.yaml'), definition);
		writeFileSync(join(world.folder, 'scenario.yaml'), twoClients());
	});
	afterEach(async () => {
		await world.remove();
		// A cluster of EKS would have taken them along.
		await kubectl('delete', 'namespace', '--selector', 'gatecrash.dev/run', '--ignore-not-found');
	});

	function run(...flags: string[]): Promise<Ended> {
		return ended(world.start(['run', 'scenario.yaml', '--cluster', './eks.yaml', '--json', ...flags]));
	}

	function verdictsOf({ stdout, stderr, code }: Ended): RunVerdicts {
		expect(code, stderr).to.equal(0);
		return JSON.parse(stdout) as RunVerdicts;
	}

	it('runs a scenario on a cluster of the run’s own, and takes the cluster away', async () => {
		const verdicts = verdictsOf(await run('--yes'));
		const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
		expect(cells.map(({ verdict }) => verdict)).to.deep.equal(cells.map(() => 'enforced'));
		expect(cells).to.have.length(4);
		expect(verdicts.cluster).to.include({ name: 'eks-on-kind', driver: 'eks' });
		expect(verdicts.cluster?.notes.join(' ')).to.match(
			/The run made gatecrash-\S+ in eu-west-1 \(account 123456789012\)/,
		);
		expect(await account.things()).to.deep.equal([]);
		expect(readdirSync(join(world.folder, '.gatecrash/clusters'))).to.deep.equal([]);
	});

	it('uses a kept cluster without --yes, leaves it clean, and refuses to delete it meanwhile', async () => {
		const made = await world.gatecrash('cluster', 'up', './eks.yaml', '--yes');
		expect(made.code, made.stderr).to.equal(0);
		const [name = ''] = readdirSync(join(world.folder, '.gatecrash/clusters'));
		const child = world.start(['run', 'scenario.yaml', '--cluster', './eks.yaml', '--json']);
		const ending = ended(child);
		const users = join(world.folder, '.gatecrash/clusters', name, 'users');
		for (let waited = 0; waited < 60_000 && !(existsSync(users) && readdirSync(users).length > 0); waited += 50)
			await sleep(50);
		const down = await world.gatecrash('cluster', 'down', './eks.yaml');
		expect([down.code, /is in use by run/.test(down.stderr)], down.stderr).to.deep.equal([3, true]);
		const verdicts = verdictsOf(await ending);
		expect(verdicts.cluster?.notes.join(' ')).to.include(`The run used the kept cluster ${name} in eu-west-1`);
		// Its removal was taken on; the namespace controller takes 5 s more.
		const left = () => kubectl('get', 'namespaces', '--selector', 'gatecrash.dev/run', '--output', 'name');
		for (let waited = 0; waited < 60 && (await left()) !== ''; waited += 1) await sleep(500);
		expect(await left()).to.equal('');
		const deleted = await world.gatecrash('cluster', 'down', './eks.yaml');
		expect(deleted.code, deleted.stderr).to.equal(0);
		expect(await account.things()).to.deep.equal([]);
	});

	it('keeps the cluster when that is asked for, and clean --cloud deletes it later', async () => {
		verdictsOf(await run('--yes', '--keep', 'always', '--expires-after', '1h'));
		expect((await account.things()).some((thing) => thing.startsWith('cluster gatecrash-'))).to.equal(true);
		const listed = await world.gatecrash('cluster', 'list', '--json');
		const { eks } = JSON.parse(listed.stdout) as { eks: { kept: boolean; state: string }[] };
		expect(eks.map(({ kept, state }) => [kept, state])).to.deep.equal([[false, 'ACTIVE']]);
		const cleaned = await world.gatecrash('clean', '--cloud', '--run', 'latest', '--yes');
		expect(cleaned.code, cleaned.stderr).to.equal(0);
		expect(await account.things()).to.deep.equal([]);
	});
});

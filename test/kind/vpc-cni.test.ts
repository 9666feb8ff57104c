import { expect } from 'chai';
import { execa } from 'execa';
import { findCapabilities } from '../../src/cluster/existing/capabilities.ts';
import { readClusterFacts } from '../../src/cluster/kubernetes/facts.ts';
import { openPolicyEventLog } from '../../src/cluster/kubernetes/policy-event-log.ts';
import { choosePodNames } from '../../src/cluster/kubernetes/pod-names.ts';
import { connect } from '../../src/kube/connect.ts';
import type { KubeClient } from '../../src/kube/kube-client.ts';
import type { ClusterFacts } from '../../src/model/cluster.ts';
import { awsNodeDaemonSet } from '../fixtures/aws-node.ts';
import { admin, adminKubeconfig, apply } from './support/admin.ts';
import { offlineEnvironment } from './support/offline.ts';

/** Objects that look like those of EKS, on a real API server: the plugin itself can't be had without AWS. */
describe('facts of the Amazon VPC CNI plugin', function () {
	this.timeout(180_000);
	let client: KubeClient;
	const image = offlineEnvironment().GATECRASH_AGENT_IMAGE ?? '';
	const sleeps = {
		images: { plugin: image, agent: image },
		command: ['node', '-e', 'process.on("SIGTERM", () => process.exit()); setInterval(() => {}, 1000)', '--'],
	};
	const facts = (): Promise<ClusterFacts> => readClusterFacts(client, { name: 'look-alike', driver: 'existing' });
	const configMap = (value: string) => ({
		...{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'amazon-vpc-cni', namespace: 'kube-system' } },
		data: { 'enable-network-policy-controller': value },
	});

	before(async () => {
		client = await connect({ kubeconfig: adminKubeconfig });
	});
	after(async () => {
		await admin([
			'delete',
			'daemonset/aws-node',
			'configmap/amazon-vpc-cni',
			'--namespace=kube-system',
			'--ignore-not-found',
		]);
		await admin([
			'delete',
			'crd',
			'securitygrouppolicies.vpcresources.k8s.aws',
			'cninodes.vpcresources.k8s.aws',
			'--ignore-not-found',
		]);
		client.close();
	});

	it('are none where there is no aws-node', async () => {
		expect((await facts()).vpcCni).to.equal(undefined);
		expect((await choosePodNames(client))('client-one')).to.equal('client-one');
	});

	it('are read off a DaemonSet that runs: modes, node agents, policy events; beside Calico it is one enforcer too many', async () => {
		const agent = { 'enable-network-policy': 'true', 'enable-policy-event-logs': 'true' };
		const environment = { NETWORK_POLICY_ENFORCING_MODE: 'strict' };
		await apply(configMap('true'), awsNodeDaemonSet({ ...sleeps, agent, environment }));
		await admin(['rollout', 'status', 'daemonset/aws-node', '--namespace=kube-system', '--timeout=120s']);
		const { vpcCni, warnings, notes, enforcers } = await facts();
		expect(vpcCni).to.deep.include({ networkPolicy: true, enforcingMode: 'strict', policyEventLogs: true });
		expect(vpcCni).to.deep.include({ podEni: false, securityGroupPolicies: false });
		expect(enforcers.join()).to.match(/aws-network-policy-agent.*calico|calico.*aws-network-policy-agent/);
		expect(warnings?.join()).to.include('2 enforcers of NetworkPolicy act at once');
		expect(warnings).to.have.length(1);
		expect(notes.join('\n')).to.include('The VPC CNI plugin enforces in strict mode.');
		expect(await findCapabilities(client, 1)).to.include.members(['vpc-cni-network-policy', 'strict-enforcing-mode']);
		// Its node agent would take client-one and client-two for one.
		expect((await choosePodNames(client))('client-one')).to.equal('client-one-0');
	});

	it('say what is malformed, and agents that are not ready', async () => {
		const broken = { ...sleeps, command: ['node', '-e', 'process.exit(1)', '--'] };
		const environment = { NETWORK_POLICY_ENFORCING_MODE: 'strct', ENABLE_POD_ENI: 'true' };
		await apply(
			configMap('false'),
			awsNodeDaemonSet({ ...broken, agent: { 'enable-network-policy': 'true' }, environment }),
		);
		let warnings = '';
		for (let waited = 0; waited < 60 && !/not ready on/.test(warnings); waited += 1) {
			await new Promise((resolve) => setTimeout(resolve, 1000));
			warnings = (await facts()).warnings?.join('\n') ?? '';
		}
		expect(warnings).to.match(/The node agent is not ready on gatecrash-.*-control-plane/);
		expect(warnings).to.include('NETWORK_POLICY_ENFORCING_MODE of aws-node is "strct", not standard or strict');
		expect(warnings).to.include('enableNetworkPolicy is half on');
		expect(warnings).to.include('the API server does not know the kind SecurityGroupPolicy');
	});

	it('come with the policy event log of a node, read by its kubelet from where it stood', async () => {
		const node = `${client.context.replace(/^kind-/, '')}-control-plane`;
		const shell = (script: string, input = '') => execa('docker', ['exec', '-i', node, 'sh', '-c', script], { input });
		const { signal } = new AbortController();
		const before = await openPolicyEventLog(client, [{ name: node }], signal);
		expect(await before.read(signal)).to.deep.equal([
			{ node, events: [], unreadable: 0, missing: 'there is no /var/log/aws-routed-eni/network-policy-agent.log' },
		]);
		const path = '/var/log/aws-routed-eni/network-policy-agent.log';
		const line = (port: number, verdict: string) =>
			`{"level":"info","msg":"Flow Info: Src IP: 10.0.0.1 Src Port: ${port} Dest IP: 10.0.0.2 Dest Port: 80 Proto TCP Verdict ${verdict} Direction ingress, Tier DEFAULT"}\n`;
		try {
			await shell(`mkdir -p /var/log/aws-routed-eni && cat > ${path}`, line(1, 'DENY'));
			const log = await openPolicyEventLog(client, [{ name: node }], signal);
			expect((await log.read(signal))[0]).to.deep.equal({ node, events: [], unreadable: 0, missing: undefined });
			await shell(`cat >> ${path}`, `${line(2, 'DENY')}${line(3, 'ACCEPT')}{"level":"info","msg":"Flow Info: Src`);
			const [read] = await log.read(signal);
			expect(read?.events.map(({ from, verdict }) => [from.port, verdict])).to.deep.equal([
				[2, 'DENY'],
				[3, 'ACCEPT'],
			]);
			expect(read?.missing).to.equal(undefined);
			await shell(`cat > ${path}`, 'x');
			expect((await log.read(signal))[0]?.missing).to.equal('the node agent began another file meanwhile');
		} finally {
			await shell('rm -rf /var/log/aws-routed-eni');
		}
	});

	it('see SecurityGroupPolicy, and trunks by the features of CNINodes', async () => {
		await apply(definition('SecurityGroupPolicy', 'securitygrouppolicies', 'v1beta1', 'Namespaced'));
		await apply(definition('CNINode', 'cninodes', 'v1alpha1', 'Cluster'));
		await admin(['wait', '--for=condition=Established', 'crd', 'cninodes.vpcresources.k8s.aws', '--timeout=60s']);
		const node = (name: string, features: object[]) => ({
			...{ apiVersion: 'vpcresources.k8s.aws/v1alpha1', kind: 'CNINode', metadata: { name } },
			spec: { features },
		});
		await apply(node('one', [{ name: 'SecurityGroupsForPods' }]), node('two', []));
		const environment = { ENABLE_POD_ENI: 'true', POD_SECURITY_GROUP_ENFORCING_MODE: 'standard' };
		await apply(configMap('false'), awsNodeDaemonSet({ ...sleeps, environment }));
		// The client has learnt before what is served.
		const other = await connect({ kubeconfig: adminKubeconfig });
		const { vpcCni, warnings } = await readClusterFacts(other, { name: 'look-alike', driver: 'existing' });
		expect(vpcCni).to.deep.include({
			...{ networkPolicy: false, podEni: true, podSecurityGroupMode: 'standard', securityGroupPolicies: true },
			trunks: { nodes: 2, trunked: 1 },
		});
		expect(warnings?.join()).to.include('1 of 2 nodes have a trunk');
		expect(await findCapabilities(other, 1)).to.include.members([
			'security-groups-for-pods',
			'pod-security-group-standard-mode',
		]);
		other.close();
	});
});

function definition(kind: string, plural: string, version: string, scope: string): object {
	const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
	return {
		...{ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition' },
		metadata: { name: `${plural}.vpcresources.k8s.aws` },
		spec: {
			...{ group: 'vpcresources.k8s.aws', scope, names: { kind, plural, singular: kind.toLowerCase() } },
			versions: [{ name: version, served: true, storage: true, schema }],
		},
	};
}

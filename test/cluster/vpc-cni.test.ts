import { expect } from 'chai';
import { findNetwork } from '../../src/cluster/kubernetes/enforcers.ts';
import { workloadOf } from '../../src/cluster/kubernetes/facts.ts';
import { findVpcCni, type VpcCniObjects } from '../../src/cluster/kubernetes/vpc-cni.ts';
import { vpcCniCapabilities } from '../../src/cluster/kubernetes/vpc-cni-capabilities.ts';
import { awsNodeDaemonSet } from '../fixtures/aws-node.ts';

const healthy = [{ node: 'one', ready: true, restarts: 0 }];

function find(
	given: Parameters<typeof awsNodeDaemonSet>[0] = {},
	rest: Partial<VpcCniObjects> = {},
): ReturnType<typeof findVpcCni> {
	return findVpcCni({
		daemonSet: workloadOf({
			...awsNodeDaemonSet(given),
			status: { desiredNumberScheduled: 1, numberReady: 1 },
		} as never),
		configMap: { 'enable-network-policy-controller': 'true' },
		servesSecurityGroupPolicies: true,
		cniNodes: [],
		nodeAgents: healthy,
		...rest,
	});
}

const on = { agent: { 'enable-network-policy': 'true' } };

describe('the Amazon VPC CNI plugin', () => {
	it('is read as AWS installs it, with policies on', () => {
		const { facts, warnings, notes } = find(on);
		expect(facts).to.deep.equal({
			version: 'v1.23.1',
			nodeAgentVersion: 'v1.4.2',
			networkPolicy: true,
			enforcingMode: 'standard',
			policyEventLogs: false,
			logLevel: 'debug',
			securityGroupPolicies: true,
			podEni: false,
			trunks: { nodes: 0, trunked: 0 },
			podSecurityGroupMode: 'strict',
		});
		expect(warnings).to.deep.equal([]);
		expect(notes).to.deep.equal(['The VPC CNI plugin enforces in standard mode.']);
		expect(vpcCniCapabilities(facts)).to.deep.equal(['vpc-cni', 'vpc-cni-network-policy', 'standard-enforcing-mode']);
	});

	it('is read as AWS installs it by default: nobody enforces', () => {
		const { facts, warnings } = find({}, { configMap: { 'enable-network-policy-controller': 'false' } });
		expect(facts.networkPolicy).to.equal(false);
		expect(warnings).to.deep.equal([]);
		expect(vpcCniCapabilities(facts)).to.deep.equal(['vpc-cni']);
		expect(vpcCniCapabilities(undefined)).to.deep.equal([]);
	});

	it('says strict mode, policy events and what of them is logged', () => {
		const agent = { 'enable-network-policy': 'true', 'enable-policy-event-logs': 'true', 'log-level': 'info' };
		const { facts, notes } = find({ agent, environment: { NETWORK_POLICY_ENFORCING_MODE: 'strict' } });
		expect(facts).to.deep.include({ enforcingMode: 'strict', policyEventLogs: true, logLevel: 'info' });
		expect(notes).to.deep.equal([
			'The VPC CNI plugin enforces in strict mode.',
			'In strict mode a pod that no policy selects is shut.',
			'The node agent logs policy events, those that it denies only.',
		]);
		expect(vpcCniCapabilities(facts)).to.include('strict-enforcing-mode').and.not.include('standard-enforcing-mode');
	});

	it('says security groups for pods, their mode, and nodes without a trunk', () => {
		const environment = { ENABLE_POD_ENI: 'true', POD_SECURITY_GROUP_ENFORCING_MODE: 'standard' };
		const cniNodes = [
			{ name: 'one', features: ['SecurityGroupsForPods'] },
			{ name: 'two', features: [] },
		];
		const { facts, warnings, notes } = find({ environment }, { cniNodes });
		expect(facts).to.deep.include({ podEni: true, podSecurityGroupMode: 'standard', trunks: { nodes: 2, trunked: 1 } });
		expect(notes).to.include('Security groups for pods are on, in standard mode.');
		expect(warnings.join()).to.include('1 of 2 nodes have a trunk');
		expect(vpcCniCapabilities(facts)).to.include.members([
			'security-groups-for-pods',
			'pod-security-group-standard-mode',
		]);
		const none = find({ environment }, { cniNodes: [{ name: 'one', features: [] }] });
		expect(vpcCniCapabilities(none.facts)).to.not.include('security-groups-for-pods');
		const absent = find({ environment }, { servesSecurityGroupPolicies: false });
		expect(absent.warnings.join()).to.include('does not know the kind SecurityGroupPolicy');
	});

	const malformed: [what: string, found: ReturnType<typeof findVpcCni>, warning: RegExp][] = [
		[
			'a mode that is none',
			find({ ...on, environment: { NETWORK_POLICY_ENFORCING_MODE: 'Strict' } }),
			/NETWORK_POLICY_ENFORCING_MODE of aws-node is "Strict", not standard or strict/,
		],
		[
			'a setting by reference',
			find({ ...on, references: ['NETWORK_POLICY_ENFORCING_MODE'] }),
			/is set by a reference, which was not followed/,
		],
		[
			'yes for true',
			find({ agent: { 'enable-network-policy': 'yes' } }),
			/--enable-network-policy=yes, neither true nor false/,
		],
		[
			'yes for true in the ConfigMap',
			find(on, { configMap: { 'enable-network-policy-controller': 'yes' } }),
			/is "yes", neither "true" nor "false"/,
		],
		[
			'half on: the agent',
			find(on, { configMap: { 'enable-network-policy-controller': 'false' } }),
			/half on: .*=true, .* is "false"/,
		],
		['half on: the controller', find(), /half on: .*=false, .* is "true"/],
		['no node agent', find({ without: 'aws-eks-nodeagent' }), /aws-node has no node agent/],
		['no container aws-node', find({ ...on, without: 'aws-node' }), /has no container aws-node/],
		[
			'strict with nobody to enforce',
			find({ environment: { NETWORK_POLICY_ENFORCING_MODE: 'strict' } }, { configMap: undefined }),
			/strict, and nobody enforces/,
		],
		[
			'an agent that is not ready',
			find(on, { nodeAgents: [{ node: 'two', ready: false, restarts: 3 }] }),
			/not ready on two/,
		],
		[
			'an agent that has restarted',
			find(on, { nodeAgents: [{ node: 'two', ready: true, restarts: 3 }] }),
			/restarted on two \(3 times\)/,
		],
	];
	for (const [what, { warnings }, warning] of malformed) {
		it(`says what it can’t make out: ${what}`, () => expect(warnings.join('\n')).to.match(warning));
	}

	it('takes no setting for granted that it can’t make out', () => {
		const { facts } = find({ ...on, environment: { NETWORK_POLICY_ENFORCING_MODE: 'Strict', ENABLE_POD_ENI: '1' } });
		expect(facts).to.deep.include({ enforcingMode: undefined, podEni: undefined });
		expect(vpcCniCapabilities(facts)).to.deep.equal(['vpc-cni', 'vpc-cni-network-policy']);
		const unread = find(
			{ ...on, environment: { ENABLE_POD_ENI: 'true' } },
			{ cniNodes: undefined, nodeAgents: undefined },
		);
		expect(unread.notes.join()).to.include('could not be read: the state of the node agents, CNINodes.');
	});

	it('beside Calico is two enforcers, which is a warning; with policies off it is not', () => {
		const status = { desiredNumberScheduled: 1, numberReady: 1 };
		const calico = workloadOf({
			...{ apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name: 'calico-node', namespace: 'kube-system' } },
			...{
				spec: { template: { spec: { containers: [{ name: 'calico-node', image: 'calico/node:v3.28.5' }] } } },
				status,
			},
		} as never);
		const nodes = [{ name: 'one', kubeletVersion: 'v1.35.0', schedulable: true }];
		const both = (given: object) =>
			findNetwork([calico, workloadOf({ ...awsNodeDaemonSet(given), status } as never)], nodes);
		expect(both(on).warnings.join()).to.match(/^2 enforcers .*: calico v3.28.5, aws-network-policy-agent v1.4.2\./);
		expect(both({}).enforcers).to.deep.equal(['calico v3.28.5']);
		expect(both({}).warnings).to.deep.equal([]);
	});
});

import type { VpcCniFacts } from '../../model/cluster.ts';
import { argument, type ClusterContainer, type ClusterWorkload, imageTag, isNodeAgent } from './network-programs.ts';

/** What of the Amazon VPC CNI plugin could be read; a part that is undefined could not be, or is not there. */
export interface VpcCniObjects {
	/** DaemonSet `kube-system/aws-node`. */
	daemonSet: ClusterWorkload;
	/** `data` of the ConfigMap `kube-system/amazon-vpc-cni`. */
	configMap: Readonly<Record<string, string>> | undefined;
	/** The kind SecurityGroupPolicy is served. */
	servesSecurityGroupPolicies: boolean | undefined;
	/** Names of the features in the CNINode of each node. */
	cniNodes: readonly { name: string; features: readonly string[] }[] | undefined;
	/** State of the node agent in each pod of the DaemonSet. */
	nodeAgents: readonly { node: string; ready: boolean; restarts: number }[] | undefined;
}

export interface VpcCniFindings {
	facts: VpcCniFacts;
	warnings: string[];
	notes: string[];
}

export const awsNode = { namespace: 'kube-system', name: 'aws-node' } as const;

/**
 * Reads the settings as the plugin does, and says what it can't make out. Pure. Names and defaults: amazon-vpc-cni-k8s,
 * README.md and config/master/aws-k8s-cni.yaml; aws-network-policy-agent, README.md.
 */
export function findVpcCni(objects: VpcCniObjects): VpcCniFindings {
	const warnings: string[] = [];
	const plugin = objects.daemonSet.containers.find(({ name }) => name === 'aws-node');
	const agent = objects.daemonSet.containers.find(isNodeAgent);
	if (!plugin)
		warnings.push('The DaemonSet aws-node has no container aws-node: how the VPC CNI plugin is set is not known.');
	const networkPolicy = networkPolicyOf(agent, objects.configMap, warnings);
	const setting = <Word extends string>(name: string, words: readonly [Word, ...Word[]]) =>
		settingOf(plugin, name, words, warnings);
	const enforcingMode = setting('NETWORK_POLICY_ENFORCING_MODE', ['standard', 'strict']);
	const podEni = setting('ENABLE_POD_ENI', ['false', 'true']);
	const podSecurityGroupMode = setting('POD_SECURITY_GROUP_ENFORCING_MODE', ['strict', 'standard']);
	const logs = agent && booleanArgument(agent, 'enable-policy-event-logs', warnings);
	if (enforcingMode === 'strict' && networkPolicy === false) {
		warnings.push(
			'NETWORK_POLICY_ENFORCING_MODE is strict, and nobody enforces: pods may fail to start (amazon-vpc-cni-k8s, README.md).',
		);
	}
	const facts: VpcCniFacts = {
		version: plugin && imageTag(plugin.image),
		nodeAgentVersion: agent && imageTag(agent.image),
		networkPolicy,
		enforcingMode,
		policyEventLogs: logs ?? false,
		...(agent && { logLevel: argument(agent, 'log-level') ?? 'debug' }),
		securityGroupPolicies: objects.servesSecurityGroupPolicies,
		podEni: podEni === undefined ? undefined : podEni === 'true',
		trunks: objects.cniNodes && {
			nodes: objects.cniNodes.length,
			trunked: objects.cniNodes.filter(({ features }) => features.includes('SecurityGroupsForPods')).length,
		},
		podSecurityGroupMode,
	};
	warnings.push(...agentHealth(objects.nodeAgents, networkPolicy), ...trunking(facts));
	return { facts, warnings, notes: notesOf(facts, objects) };
}

/** `enableNetworkPolicy` of the add-on is two settings in the cluster; where they differ policies are half in force. */
function networkPolicyOf(
	agent: ClusterContainer | undefined,
	configMap: VpcCniObjects['configMap'],
	warnings: string[],
): boolean | undefined {
	const key = 'enable-network-policy-controller';
	const controller = configMap?.[key];
	if (controller !== undefined && controller !== 'true' && controller !== 'false') {
		warnings.push(`${key} in the ConfigMap amazon-vpc-cni is ${quoted(controller)}, neither "true" nor "false".`);
	}
	if (!agent) {
		if (controller === 'true')
			warnings.push(
				`The ConfigMap amazon-vpc-cni has ${key}, but aws-node has no node agent: policies are not enforced.`,
			);
		return false;
	}
	const agentOn = booleanArgument(agent, 'enable-network-policy', warnings);
	if (
		agentOn !== undefined &&
		(controller === 'true' || controller === 'false') &&
		agentOn !== (controller === 'true')
	) {
		warnings.push(
			`enableNetworkPolicy is half on: the node agent runs with --enable-network-policy=${agentOn}, and ${key} in the ConfigMap amazon-vpc-cni is "${controller}".`,
		);
	}
	return agentOn;
}

function booleanArgument(agent: ClusterContainer, name: string, warnings: string[]): boolean | undefined {
	const text = argument(agent, name) ?? 'false';
	if (text === 'true' || text === 'false') return text === 'true';
	warnings.push(`The node agent runs with --${name}=${text}, neither true nor false.`);
	return undefined;
}

/** The first word is the default. Undefined: it can't be made out, which is said. */
function settingOf<Word extends string>(
	plugin: ClusterContainer | undefined,
	name: string,
	words: readonly [Word, ...Word[]],
	warnings: string[],
): Word | undefined {
	if (!plugin) return undefined;
	if (plugin.references?.includes(name)) {
		warnings.push(`${name} of aws-node is set by a reference, which was not followed: its value is not known.`);
		return undefined;
	}
	const text = plugin.environment[name];
	if (text === undefined || text === '') return words[0];
	const word = words.find((one) => one === text);
	if (word === undefined) warnings.push(`${name} of aws-node is ${quoted(text)}, not ${words.join(' or ')}.`);
	return word;
}

function agentHealth(agents: VpcCniObjects['nodeAgents'], networkPolicy: boolean | undefined): string[] {
	if (!agents || networkPolicy === false) return [];
	const sick = agents.filter(({ ready }) => !ready).map(({ node }) => node);
	const restarted = agents.filter(({ ready, restarts }) => ready && restarts > 0);
	return [
		...(sick.length > 0
			? [`The node agent is not ready on ${sick.join(', ')}: policies there may be open or stale.`]
			: []),
		...(restarted.length > 0
			? [
					`The node agent has restarted on ${restarted.map(({ node, restarts }) => `${node} (${restarts} times)`).join(', ')}.`,
				]
			: []),
	];
}

function trunking({ podEni, trunks, securityGroupPolicies }: VpcCniFacts): string[] {
	if (podEni !== true) return [];
	if (securityGroupPolicies === false)
		return ['ENABLE_POD_ENI is true, but the API server does not know the kind SecurityGroupPolicy.'];
	if (!trunks || trunks.trunked === trunks.nodes) return [];
	return [
		`Security groups for pods: ${trunks.trunked} of ${trunks.nodes} nodes have a trunk (feature SecurityGroupsForPods of CNINode); pods with groups are not scheduled on the others.`,
	];
}

function notesOf(facts: VpcCniFacts, { nodeAgents, cniNodes, servesSecurityGroupPolicies }: VpcCniObjects): string[] {
	const { networkPolicy, enforcingMode, podEni, podSecurityGroupMode, policyEventLogs, logLevel } = facts;
	const unread = [
		...(networkPolicy && !nodeAgents ? ['the state of the node agents'] : []),
		...(podEni && !cniNodes ? ['CNINodes'] : []),
		...(servesSecurityGroupPolicies === undefined ? ['whether SecurityGroupPolicy is served'] : []),
	];
	return [
		...(networkPolicy && enforcingMode ? [`The VPC CNI plugin enforces in ${enforcingMode} mode.`] : []),
		...(networkPolicy && enforcingMode === 'strict' ? ['In strict mode a pod that no policy selects is shut.'] : []),
		...(podEni ? [`Security groups for pods are on, in ${podSecurityGroupMode ?? 'an unknown'} mode.`] : []),
		...(networkPolicy && policyEventLogs
			? [`The node agent logs policy events${logLevel === 'debug' ? '' : ', those that it denies only'}.`]
			: []),
		...(unread.length > 0 ? [`Of the VPC CNI plugin these could not be read: ${unread.join(', ')}.`] : []),
	];
}

function quoted(text: string): string {
	return JSON.stringify(text);
}

import { readPolicyEvent } from '../../../src/cluster/kubernetes/policy-events.ts';
import type { AgentCommand } from '../../../src/model/agent.ts';
import type { AgentStream, Cluster, ClusterFacts, Deployment } from '../../../src/model/cluster.ts';
import type { PolicyEvent, PolicyEventLog } from '../../../src/model/policy-event.ts';

export type Verdict = 'ACCEPT' | 'DENY';

/**
 * The embedded cluster with a stand-in for the VPC CNI plugin's node agent: it knows of each attempt that leaves a pod,
 * writes a line about it as that agent does, and says what `says` tells it. What it writes is parsed as its real log is.
 */
export function withNodeAgent(says: (from: string, underPolicy: boolean) => Verdict | undefined) {
	const lines: string[] = ['{"level":"info","msg":"Starting network policy agent with log level: debug"}'];
	let underPolicy = false;
	const log = (deployment: Deployment, endpoint: string, command: AgentCommand) => {
		const client = deployment.endpoints().find(({ name }) => name === endpoint)?.addresses.ipv4;
		const verdict = says(endpoint, underPolicy);
		if (command.do !== 'attempt' || client === undefined || verdict === undefined) return;
		for (const { source, destination, protocol } of command.attempts) {
			const text = `Flow Info: Src IP: ${client} Src Port: ${source.port} Dest IP: ${destination.address} Dest Port: ${destination.port} Proto ${protocol.toUpperCase()} Verdict ${verdict} Direction ingress, Tier NETWORK_POLICY`;
			lines.push(JSON.stringify({ level: 'info', ts: '2026-11-28T19:00:00.000Z', msg: text }));
		}
	};
	const open = async (): Promise<PolicyEventLog> => ({
		read: async () => {
			const read = lines.map(readPolicyEvent);
			const events = read.filter((one): one is PolicyEvent => typeof one === 'object');
			const unreadable = read.filter((one) => one === 'unreadable').length;
			return [{ node: 'a', events, unreadable, missing: undefined }];
		},
	});
	const wrap = (cluster: Cluster): Cluster =>
		overriding(cluster, {
			up: async (signal: AbortSignal): Promise<ClusterFacts> => ({ ...(await cluster.up(signal)), vpcCni }),
			deploy: async (...args: Parameters<Cluster['deploy']>) => {
				const deployment = await cluster.deploy(...args);
				return overriding(deployment, {
					openPolicyEvents: open,
					openAgent: async (endpoint: string): Promise<AgentStream> => {
						const stream = await deployment.openAgent(endpoint);
						const send = (line: string): void => {
							log(deployment, endpoint, JSON.parse(line) as AgentCommand);
							stream.send(line);
						};
						return { ended: stream.ended, send, close: () => stream.close(), onLine: (see) => stream.onLine(see) };
					},
					apply: (policies: Parameters<Deployment['apply']>[0]) => {
						underPolicy = true;
						return deployment.apply(policies);
					},
					remove: (policies: Parameters<Deployment['remove']>[0]) => {
						underPolicy = false;
						return deployment.remove(policies);
					},
				});
			},
		});
	return { wrap, lines };
}

function overriding<T extends object>(object: T, others: Partial<T>): T {
	return new Proxy(object, {
		get(target, key) {
			if (Object.hasOwn(others, key)) return Reflect.get(others, key) as unknown;
			const value: unknown = Reflect.get(target, key);
			return typeof value === 'function' ? (value.bind(target) as unknown) : value;
		},
	});
}

const vpcCni: NonNullable<ClusterFacts['vpcCni']> = {
	...{ version: 'v1.23.1', nodeAgentVersion: 'v1.4.2', networkPolicy: true, enforcingMode: 'standard' },
	...{ policyEventLogs: true, logLevel: 'debug', securityGroupPolicies: true, podEni: false },
	...{ trunks: undefined, podSecurityGroupMode: 'strict' },
};

import { parse, stringify } from 'yaml';
import { type ClusterDefinition, parseClusterDefinition } from '../../../../src/cluster/cluster-definition.ts';

/** A small definition of driver eks; `change` gets its `spec` as plain values. */
export function eksText(change: (spec: Spec) => void = () => {}): string {
	const document = parse(small) as { spec: Spec };
	change(document.spec);
	return stringify(document);
}

export function eksDefinition(change: (spec: Spec) => void = () => {}): ClusterDefinition {
	return parseClusterDefinition(eksText(change), 'mine.yaml');
}

export interface Spec {
	nodes: number;
	provides: string[];
	addOns?: unknown[];
	agentImage?: string;
	config: {
		metadata: Record<string, unknown>;
		addons: { name: string; version?: string; configurationValues?: unknown }[];
		managedNodeGroups: Record<string, unknown>[];
		[key: string]: unknown;
	};
}

const small = `
apiVersion: gatecrash.dev/v1alpha1
kind: Cluster
metadata: {name: mine}
spec:
  driver: eks
  nodes: 1
  ipFamily: ipv4
  agentImage: node:22
  config:
    metadata: {version: "1.35"}
    vpc: {cidr: 192.168.0.0/16, nat: {gateway: Disable}}
    addons:
      - {name: vpc-cni, version: v1.21.1-eksbuild.3, configurationValues: {enableNetworkPolicy: "true"}}
    managedNodeGroups:
      - {name: probes, instanceType: m6i.large, desiredCapacity: 1, disablePodIMDS: true}
  provides: [network-policy]
`;

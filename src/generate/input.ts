import type { Protocol } from '../model/address.ts';
import type { KubernetesObject } from '../model/policy.ts';

/** A pod that a scenario may have, as far as policies can speak of it. */
export interface PodInput {
	namespace: string;
	labels: Record<string, string>;
	ports: { port: number; protocol: Protocol; name?: string | undefined; speaks?: 'tcp' | 'udp' | 'sctp' | 'http' }[];
	serviceAccount?: string | undefined;
	hostNetwork?: boolean | undefined;
	annotations?: Record<string, string> | undefined;
	mesh?: 'none' | 'sidecar' | undefined;
}

/** What a scenario is generated from. Names of namespaces are those of the cluster; pods and Services have names of ours. */
export interface GenerateInput {
	/** Of the scenario. */
	name: string;
	/** Labels, and whether pods get sidecars. Namespaces that only policies name are added. */
	namespaces: Record<string, { labels: Record<string, string>; mesh: 'none' | 'sidecar' }>;
	pods: Record<string, PodInput>;
	services: Record<
		string,
		{
			namespace: string;
			selector: Record<string, string>;
			ports: { port: number; targetPort: number | string; protocol: Protocol; name?: string | undefined }[];
			headless: boolean;
		}
	>;
	/** Endpoints outside that policies name by reference. */
	external: Record<
		string,
		{ ports: { port: number; protocol: Protocol }[]; addresses?: { ipv4?: string; ipv6?: string } | undefined }
	>;
	policies: { name: string; object: KubernetesObject }[];
}

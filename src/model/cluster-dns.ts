/** The cluster's own DNS among pods and Services: no scenario can give anything such a name. */
export const clusterDnsName = 'kube-system/cluster-dns';

/** Its Service, as every distribution calls it. */
export const clusterDnsService = 'kube-dns';

/** The cache on each node, in the node's network: pods ask it at a link-local address. */
export const nodeLocalDnsName = 'kube-system/node-local-dns';

/** https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ gives it this one. */
export const nodeLocalDnsAddress = '169.254.20.10';

/** What policies know it by on every distribution; CoreDNS has kept the labels of the kube-dns that it came after. */
export const clusterDnsNamespace = 'kube-system';
export const clusterDnsLabels: Readonly<Record<string, string>> = { 'k8s-app': 'kube-dns' };

/** https://github.com/kubernetes/kubernetes/blob/master/cluster/addons/dns/coredns/coredns.yaml.base */
export const clusterDnsPorts = [
	{ name: 'dns', port: 53, protocol: 'udp' },
	{ name: 'dns-tcp', port: 53, protocol: 'tcp' },
] as const;

/** Where names of Services end. */
export const clusterDomain = 'cluster.local';

/** Names with as many dots are asked for as they are (`ndots`). */
const dotsOfWholeName = 5;

/**
 * What the kubelet writes into the resolv.conf of a pod, as far as it is the cluster's.
 * https://kubernetes.io/docs/concepts/services-networking/dns-pod-service/#pod-dns-config
 */
export function searchList(name: string, namespace: string): string[] {
	if (name.endsWith('.') || name.split('.').length > dotsOfWholeName) return [];
	return [`${namespace}.svc.${clusterDomain}`, `svc.${clusterDomain}`, clusterDomain];
}

/** The Service, as ServiceState names it, that a full name of the cluster means; undefined where it is none. */
export function serviceOfName(name: string): string | undefined {
	const [, service, namespace] = new RegExp(`^([^.]+)\\.([^.]+)\\.svc\\.${clusterDomain}$`).exec(name) ?? [];
	return service === clusterDnsService && namespace === clusterDnsNamespace ? clusterDnsName : service;
}

/** Whether a pod is part of the cluster's DNS. */
export function isClusterDns(pod: string): boolean {
	return pod === clusterDnsName || pod === nodeLocalDnsName;
}

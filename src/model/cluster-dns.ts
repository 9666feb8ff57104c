/** The cluster's own DNS among pods and Services: no scenario can give anything such a name. */
export const clusterDnsName = 'kube-system/cluster-dns';

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

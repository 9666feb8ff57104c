interface DnsScenario {
	/** `egress:` of the policy for all pods of the namespace; default: nothing is allowed. */
	egress?: string;
	attempts: string;
	pods?: string;
	families?: string;
}

/** The EKS guide’s rule for the cluster’s DNS, with both protocols. */
export const allowDns = `[{to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}, podSelector: {matchLabels: {k8s-app: kube-dns}}}], ports: [{protocol: UDP, port: 53}, {protocol: TCP, port: 53}]}]`;

/** For attempts whose kind is `dns`: a name outside that carries a token. */
export const outside = 'query: {name: "$(token).$(external.outside.zone)", type: TXT, size: 400}';

/** A client under an egress policy, a resolver outside, and the cluster's own. */
export function dnsScenario({ egress = '[]', attempts, pods = '', families = '[ipv4]' }: DnsScenario): string {
	return `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: dns}
spec:
  description: Who may ask whom.
  reference: NetworkPolicy API reference
  ipFamilies: ${families}
  namespaces: {shop: {}, other: {}}
  pods:
    client: {namespace: shop, labels: {app: client}}
    free: {namespace: other, labels: {app: free}}
${pods}
  external: {outside: {}}
  policies:
    egress:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: egress, namespace: shop}
        spec: {podSelector: {}, policyTypes: [Egress], egress: ${egress}}
  attempts:
${attempts}
`;
}

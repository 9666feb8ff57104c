/** A client that may reach the server, one that may not, and a policy that says so. */
export function twoClients(options: { attempts?: string; listen?: string; extra?: string } = {}): string {
	return `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: two-clients}
spec:
  description: Only the friend may reach the server.
  reference: NetworkPolicy API reference
  status: required
  ipFamilies: [ipv4]
  namespaces: {shop: {}}
  pods:
    friend: {namespace: shop, labels: {app: friend}, listen: [9000/tcp]}
    stranger: {namespace: shop, labels: {app: stranger}, listen: [9000/tcp]}
    server: {namespace: shop, labels: {app: server}, listen: ${options.listen ?? '[80/tcp, 53/udp]'}}
  policies:
    only-friend:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friend, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: server}}
          policyTypes: [Ingress]
          ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
${options.extra ?? ''}
${
	options.attempts ??
	`
  attempts:
    - {from: friend, to: server, expect: allowed}
    - {from: stranger, to: server, expect: blocked}`
}
`;
}

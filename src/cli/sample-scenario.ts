/** What `gatecrash init` writes; a test validates and plans it. */
export const sampleScenario = `# What may reach what, and what must not. Check it:  gatecrash validate FILE
# Attempt it on the embedded cluster:                gatecrash run FILE
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata:
  name: only-the-shop-front
  tags: [sample]
spec:
  description: Only the shop front may reach the orders service; nobody reaches anything else.

  namespaces:
    shop: {labels: {team: shop}}
    other: {}

  # Probe pods. Each attempts what is asked of it, and witnesses what arrives on the ports that it listens on.
  pods:
    front: {namespace: shop, labels: {app: front}}
    orders: {namespace: shop, labels: {app: orders}, listen: [8080/tcp, 8081/tcp]}
    stranger: {namespace: other, labels: {app: stranger}}

  # The policies under test, as you would apply them. A file works too:  my-policy: {file: policies/my-policy.yaml}
  policies:
    default-deny:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: default-deny, namespace: shop}
        spec: {podSelector: {}, policyTypes: [Ingress]}
    front-to-orders:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: front-to-orders, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: orders}}
          ingress:
            - from: [{podSelector: {matchLabels: {app: front}}}]
              ports: [{protocol: TCP, port: 8080}]

  # What is declared. A blocked path counts only if it was open before the policies and is open again without them.
  attempts:
    - {from: front, to: orders:8080, expect: allowed}
    - {from: front, to: orders:8081, expect: blocked}
    - {from: stranger, to: [orders:8080, orders:8081], expect: blocked}
`;

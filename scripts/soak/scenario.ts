/** One entry of `chaos` takes about so long, seconds, with what lies between two of them. */
const cycle = { pods: 28, policies: 13, flips: 15 };
/** Few tries, so that the soak takes little of the machine: what is watched is memory. */
const rate = '5/s';

/** A scenario in which pods and policies come and go for about so many minutes. */
export function soakScenario(minutes: number): string {
	const seconds = cycle.pods + cycle.policies + cycle.flips;
	const cycles = Math.max(1, Math.round((minutes * 60) / seconds));
	return `apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: soak}
spec:
  namespaces: {shop: {}}
  pods:
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}
    friend: {namespace: shop, labels: {app: friend}}
    neighbour: {namespace: shop, labels: {app: friend}}
    outsider: {namespace: shop, labels: {app: outsider}}
    kiosk: {namespace: shop, labels: {app: kiosk}, listen: [80/tcp]}
    stranger: {namespace: shop, labels: {app: stranger}}
  policies:
    only-friends:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friends, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: web}}
          policyTypes: [Ingress]
          ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
    of-kiosk:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: of-kiosk, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: kiosk}}
          policyTypes: [Egress]
  chaos:
${Array.from({ length: cycles }, (_, index) => cycleOf(index + 1)).join('')}`;
}

function cycleOf(number: number): string {
	const between = (from: string, after: string) =>
		`{from: [${from}], to: ["web:80", "kiosk:80"], rate: ${rate}, before: 300ms, after: ${after}}`;
	return `    - name: pods-${number}
      fault: pod-churn
      target: {pod: friend, successor: stranger}
      for: 2s
      attempts: ${between('neighbour, friend, stranger', '2s')}
      repeat: 6
    - name: policies-${number}
      fault: policy-churn
      target: {policy: of-kiosk}
      for: 12s
      attempts: ${between('neighbour, outsider', '300ms')}
    - name: flips-${number}
      fault: flip-policy
      target: {policy: only-friends}
      for: 700ms
      attempts: ${between('neighbour, outsider', '700ms')}
      repeat: 8
`;
}

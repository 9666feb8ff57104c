/**
 * Pods in three namespaces, all ingress denied but from namespace x to the first pod of each. `sample`: so many pairs of each
 * class of pods from each; undefined: all pairs.
 */
export function matrixScenario(pods: number, scenario = `matrix-${pods}`, sample?: number): string {
	const namespaces = ['x', 'y', 'z'];
	const names = Array.from({ length: pods }, (_, index) => ({
		namespace: namespaces[index % 3] ?? 'x',
		pod: `p${Math.floor(index / 3)}`,
	}));
	const name = (entry: { namespace: string; pod: string }) => `${entry.namespace}-${entry.pod}`;
	const policies = namespaces.flatMap((namespace) => [
		`    deny-${namespace}: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: deny, namespace: ${namespace}}, spec: {podSelector: {}, policyTypes: [Ingress]}}}`,
		`    allow-${namespace}: {object: {apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: allow, namespace: ${namespace}}, spec: {podSelector: {matchLabels: {pod: p0}}, policyTypes: [Ingress], ingress: [{from: [{namespaceSelector: {matchLabels: {team: x}}}]}]}}}`,
	]);
	const fromX = names.filter((entry) => entry.namespace === 'x').map(name);
	const toFirst = names.filter((entry) => entry.pod === 'p0').map(name);
	return [
		'apiVersion: gatecrash.dev/v1alpha1',
		'kind: Scenario',
		`metadata: {name: ${scenario}}`,
		'spec:',
		'  description: The canonical matrix, most of it forbidden.',
		'  reference: Kubernetes network policy tests',
		'  status: required',
		'  ipFamilies: [ipv4]',
		'  namespaces:',
		...namespaces.map((namespace) => `    ${namespace}: {labels: {team: ${namespace}}}`),
		'  pods:',
		...names.map(
			(entry) =>
				`    ${name(entry)}: {namespace: ${entry.namespace}, labels: {pod: ${entry.pod}}, listen: [80/tcp, 81/tcp, 80/udp, 81/udp]}`,
		),
		'  policies:',
		...policies,
		'  attempts:',
		`    - {from: [${fromX.join(', ')}], to: [${toFirst.join(', ')}], expect: allowed}`,
		`    - {matrix: {pods: all, ports: all, loopback: true${sample === undefined ? '' : `, sample: ${sample}`}}, expect: blocked}`,
		'',
	].join('\n');
}

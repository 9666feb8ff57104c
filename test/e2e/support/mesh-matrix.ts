/** Modes of the mesh, of the namespace, and of the workload with its port 8080; `none`: no such policy. */
const mesh = ['none', 'STRICT', 'PERMISSIVE', 'DISABLE'];
const namespace = ['none', 'UNSET', 'STRICT', 'PERMISSIVE'];
const workload = ['none', 'UNSET/STRICT', 'STRICT/PERMISSIVE', 'PERMISSIVE/UNSET'];

const phrase = (mode: string): string => mode.toLowerCase().replace('/', '-8080-');

/**
 * A scenario that goes through every combination of scopes, one after the other on the same pods, and attempts plaintext and
 * what a sidecar makes of a connection (mutual TLS, or under DISABLE nothing) under each: to the port with an exception, to
 * another one, to another workload. Each is held against what `src/policy` predicts (`expect: predicted`). `families`: those
 * that are tried.
 */
export function meshMatrix(families: readonly string[] = ['ipv4']): { text: string; combinations: number } {
	const combinations = mesh.flatMap((a) => namespace.flatMap((b) => workload.map((c) => [a, b, c] as const)));
	const open = ['none', 'none', 'none'] as const;
	// The last one shows once more that every path opens again.
	const phases = [...combinations, open].map(([a, b, c], index) => {
		const last = index === combinations.length;
		const name = last ? 'open-again' : `m-${phrase(a)}-n-${phrase(b)}-w-${phrase(c)}`;
		const applied = [
			...(a === 'none' ? [] : [`mesh-${phrase(a)}`]),
			...(b === 'none' ? [] : [`namespace-${phrase(b)}`]),
			...(c === 'none' ? [] : [`workload-${phrase(c)}`]),
		];
		const change = (what: 'apply' | 'delete') =>
			applied.length === 0 ? '' : `    - ${what}: [${applied.join(', ')}]\n`;
		return `${change('apply')}    - settle: {}
    - name: ${name}
      attempt:
        - {kind: plaintext, from: naked, to: ["app-one:8080", "app-one:9090", "app-two:8080"], expect: predicted, reason: the matrix}
        - {from: client-one, to: ["svc/app-one:80", "svc/app-one:90"], expect: predicted, reason: the matrix}
${change('delete')}`;
	});
	return { text: `${head(families)}${policies()}  phases:\n${phases.join('')}`, combinations: combinations.length };
}

function head(families: readonly string[]): string {
	return `apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: mesh-matrix, tags: [istio, matrix]}
spec:
  description: Every combination of mesh, namespace, workload and port.
  reference: "https://istio.io/latest/docs/concepts/security/#selector-field"
  status: required
  ipFamilies: [${families.join(', ')}]
  namespaces:
    shop: {mesh: sidecar}
    legacy: {}
  pods:
    app-one:
      namespace: shop
      labels: {app: app-one}
      listen: [{port: 8080, name: http, speaks: http}, {port: 9090, name: admin, speaks: http}]
    app-two: {namespace: shop, labels: {app: app-two}, listen: [{port: 8080, speaks: http}]}
    client-one: {namespace: shop, labels: {app: client-one}}
    naked: {namespace: legacy, labels: {app: naked}}
  services:
    app-one:
      namespace: shop
      selector: {app: app-one}
      ports: [{port: 80, targetPort: http, name: http}, {port: 90, targetPort: admin, name: http-admin}]
`;
}

function policies(): string {
	const object = (name: string, where: string, objectName: string, spec: string) =>
		`    ${name}: {object: {apiVersion: security.istio.io/v1, kind: PeerAuthentication, metadata: {name: ${objectName}, namespace: ${where}}, spec: {${spec}}}}\n`;
	const written = (modes: string[]) => modes.filter((mode) => mode !== 'none');
	return `  policies:\n${[
		...written(mesh).map((mode) => object(`mesh-${phrase(mode)}`, 'istio-system', 'default', `mtls: {mode: ${mode}}`)),
		...written(namespace).map((mode) =>
			object(`namespace-${phrase(mode)}`, 'shop', 'default', `mtls: {mode: ${mode}}`),
		),
		...written(workload).map((modes) => {
			const [whole = '', port = ''] = modes.split('/');
			const spec = `selector: {matchLabels: {app: app-one}}, mtls: {mode: ${whole}}, portLevelMtls: {8080: {mode: ${port}}}`;
			return object(`workload-${phrase(modes)}`, 'shop', 'app-one', spec);
		}),
	].join('')}`;
}

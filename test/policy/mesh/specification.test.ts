import { expect } from 'chai';
import type { Prediction } from '../../../src/model/plan.ts';
import { compilePolicies } from '../../../src/policy/compile-policies.ts';
import { attempt, meshWorld, object } from './mesh-world.ts';

/**
 * Written by hand from Istio's own words, a line for each thing that they say. The first word is the text:
 * `security`: https://istio.io/latest/docs/concepts/security/, with the section;
 * `peer`: https://istio.io/latest/docs/reference/config/security/peer_authentication/, with the field;
 * `task`: https://istio.io/latest/docs/tasks/security/authentication/authn-policy/;
 * `rule`: https://istio.io/latest/docs/reference/config/networking/destination-rule/;
 * `sidecar`: https://istio.io/latest/docs/reference/config/networking/sidecar/;
 * `authz`: https://istio.io/latest/docs/reference/config/security/authorization-policy/;
 * `notes`: https://istio.io/latest/docs/reference/config/annotations/; `practice`: .../docs/ops/best-practices/security/;
 * `source`: https://github.com/istio/istio, with the package.
 */
type Row = [source: string, objects: string[], path: string, verdict: Prediction['verdict']];

const strictMesh = 'PA istio-system/default mtls: {mode: STRICT}';
const strictShop = 'PA shop/default mtls: {mode: STRICT}';
const permissiveShop = 'PA shop/default mtls: {mode: PERMISSIVE}';
const disableShop = 'PA shop/default mtls: {mode: DISABLE}';
const unsetShop = 'PA shop/default mtls: {mode: UNSET}';
const onWeb = (rest: string, name = 'web') => `PA shop/${name} selector: {matchLabels: {app: web}}, ${rest}`;
const ruleFor = (host: string, policy: string, where = 'ops/rule') =>
	`DR ${where} host: ${host}, trafficPolicy: {${policy}}`;
const webHost = 'web.shop.svc.cluster.local';
const buyer = 'spiffe://cluster.local/ns/ops/sa/buyer';
const allow = (rules: string, where = 'shop/allow') => `AP ${where} action: ALLOW, rules: [${rules}]`;
const deny = (rules: string, where = 'shop/deny') => `AP ${where} action: DENY, rules: [${rules}]`;
const from = (source: string) => `{from: [{source: {${source}}}]}`;
const plain = 'plaintext naked→web:8080';
const meshed = 'mtls client→svc/web:80';

const rows: Row[] = [
	// Without any policy
	['security: peer authentication, unset mesh-wide is PERMISSIVE', [], plain, 'allowed'],
	['security: permissive mode, mutual TLS too', [], meshed, 'allowed'],
	['security: mutual TLS between two proxies by itself', [], `${meshed} as ${buyer}`, 'allowed'],
	[
		'security: Istio identity is the service account',
		[],
		`${meshed} as spiffe://cluster.local/ns/ops/sa/default`,
		'blocked',
	],
	['security: a client without proxy has no identity', [], `mtls naked→svc/web:80 as ${buyer}`, 'blocked'],
	['security: policies apply to workloads with a proxy', [strictMesh], 'plaintext naked→bare:8080', 'allowed'],
	['security: auto mutual TLS only towards a proxy', [strictMesh], 'mtls client→svc/bare:80', 'allowed'],
	['security: auto mutual TLS only towards a proxy', [strictMesh], `mtls client→svc/bare:80 as ${buyer}`, 'blocked'],
	// Modes
	['security: STRICT', [strictShop], plain, 'blocked'],
	['security: STRICT, through a Service', [strictShop], 'plaintext naked→svc/web:80', 'blocked'],
	['security: STRICT, a port that no Service names', [strictShop], 'plaintext naked→web:9999', 'blocked'],
	['security: STRICT', [strictShop], `${meshed} as ${buyer}`, 'allowed'],
	['security: STRICT, a node', [strictShop], 'plaintext node/a→web:8080', 'blocked'],
	['security: STRICT, from outside', [strictShop], 'plaintext external/internet→web:8080', 'blocked'],
	['security: PERMISSIVE', [permissiveShop], plain, 'allowed'],
	['security: PERMISSIVE', [permissiveShop], `${meshed} as ${buyer}`, 'allowed'],
	['security: DISABLE', [disableShop], plain, 'allowed'],
	['security: DISABLE, plain text between proxies', [disableShop], meshed, 'allowed'],
	['security: DISABLE, plain text between proxies', [disableShop], `${meshed} as ${buyer}`, 'blocked'],
	['security: STRICT, connect is in the clear too', [strictShop], 'connect naked→web:8080', 'blocked'],
	// Scopes
	['security: selector field, mesh-wide', [strictMesh], plain, 'blocked'],
	[
		'security: selector field, mesh-wide with an empty selector',
		['PA istio-system/default selector: {}, mtls: {mode: STRICT}'],
		plain,
		'blocked',
	],
	['security: selector field, namespace-wide only there', ['PA ops/default mtls: {mode: STRICT}'], plain, 'allowed'],
	['security: selector field, workload-specific', [onWeb('mtls: {mode: STRICT}')], plain, 'blocked'],
	[
		'security: selector field, workload-specific, others',
		[onWeb('mtls: {mode: STRICT}')],
		'plaintext naked→api:8080',
		'allowed',
	],
	[
		'security: selector field, all labels have to match',
		['PA shop/x selector: {matchLabels: {app: web, tier: back}}, mtls: {mode: STRICT}'],
		plain,
		'allowed',
	],
	[
		'security: selector field, workload-specific in a regular namespace',
		['PA istio-system/x selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}'],
		plain,
		'allowed',
	],
	[
		'security: selector field, another namespace’s selector',
		['PA ops/x selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}'],
		plain,
		'allowed',
	],
	['security: narrowest, namespace before mesh', [strictMesh, permissiveShop], plain, 'allowed'],
	[
		'security: narrowest, namespace before mesh',
		['PA istio-system/default mtls: {mode: PERMISSIVE}', strictShop],
		plain,
		'blocked',
	],
	['security: narrowest, workload before namespace', [strictShop, onWeb('mtls: {mode: PERMISSIVE}')], plain, 'allowed'],
	['security: narrowest, workload before namespace', [permissiveShop, onWeb('mtls: {mode: STRICT}')], plain, 'blocked'],
	['security: narrowest, workload before mesh', [strictMesh, onWeb('mtls: {mode: DISABLE}')], plain, 'allowed'],
	['security: narrowest, all three', [strictMesh, permissiveShop, onWeb('mtls: {mode: STRICT}')], plain, 'blocked'],
	// UNSET
	['security: unset inherits from the mesh', [strictMesh, unsetShop], plain, 'blocked'],
	['security: unset inherits, no mtls at all', [strictMesh, 'PA shop/default '], plain, 'blocked'],
	['security: unset inherits from the namespace', [strictShop, onWeb('mtls: {mode: UNSET}')], plain, 'blocked'],
	['security: unset inherits over two scopes', [strictMesh, unsetShop, onWeb('mtls: {}')], plain, 'blocked'],
	['security: unset mesh-wide is PERMISSIVE', ['PA istio-system/default mtls: {mode: UNSET}'], plain, 'allowed'],
	['security: unset namespace without mesh is PERMISSIVE', [unsetShop], plain, 'allowed'],
	// Age
	[
		'security: newer namespace-wide ones are ignored',
		[strictShop, 'PA shop/newer mtls: {mode: PERMISSIVE}'],
		plain,
		'blocked',
	],
	[
		'security: newer namespace-wide ones are ignored',
		['PA shop/older mtls: {mode: PERMISSIVE}', strictShop],
		plain,
		'allowed',
	],
	[
		'security: newer mesh-wide ones are ignored',
		['PA istio-system/older mtls: {mode: PERMISSIVE}', strictMesh],
		plain,
		'allowed',
	],
	[
		'security: the oldest workload-specific one',
		[onWeb('mtls: {mode: STRICT}', 'older'), onWeb('mtls: {mode: DISABLE}')],
		plain,
		'blocked',
	],
	[
		'source: model/authentication.go, an ignored one is no parent',
		[unsetShop, 'PA shop/newer mtls: {mode: STRICT}'],
		plain,
		'allowed',
	],
	// Ports
	['peer: portLevelMtls', [onWeb('mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}')], plain, 'allowed'],
	[
		'peer: portLevelMtls, other ports',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}')],
		'plaintext naked→web:9090',
		'blocked',
	],
	[
		'peer: portLevelMtls, an exception that is strict',
		[onWeb('mtls: {mode: PERMISSIVE}, portLevelMtls: {8080: {mode: STRICT}}')],
		plain,
		'blocked',
	],
	[
		'peer: portLevelMtls, the workload’s port',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {80: {mode: DISABLE}}')],
		'plaintext naked→svc/web:80',
		'blocked',
	],
	[
		'peer: portLevelMtls, the workload’s port',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}')],
		'plaintext naked→svc/web:80',
		'allowed',
	],
	[
		'peer: portLevelMtls, UNSET inherits from the workload',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: UNSET}}')],
		plain,
		'blocked',
	],
	[
		'peer: portLevelMtls, mtls UNSET inherits from the namespace',
		[strictShop, onWeb('portLevelMtls: {8080: {mode: PERMISSIVE}}')],
		'plaintext naked→web:9090',
		'blocked',
	],
	[
		'peer: portLevelMtls only beside a selector',
		['PA shop/default mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}'],
		plain,
		'blocked',
	],
	[
		'task: portLevelMtls of a port that is bound to no Service',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {9090: {mode: DISABLE}}')],
		'plaintext naked→web:9090',
		'open',
	],
	[
		'task: portLevelMtls bound to no Service, the same either way',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {9090: {mode: STRICT}}')],
		'plaintext naked→web:9090',
		'blocked',
	],
	[
		'task: DISABLE on a port, auto mutual TLS follows',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}')],
		meshed,
		'allowed',
	],
	[
		'task: DISABLE on a port, auto mutual TLS follows',
		[onWeb('mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}')],
		`${meshed} as ${buyer}`,
		'blocked',
	],
	// The probe's own TLS
	['security: STRICT, a certificate of the mesh', [strictShop], 'tls(valid, istio) naked→web:8080', 'allowed'],
	['security: STRICT, no certificate', [strictShop], 'tls(none, istio) naked→web:8080', 'blocked'],
	['security: STRICT, another authority', [strictShop], 'tls(wrong-ca, istio) naked→web:8080', 'blocked'],
	['security: STRICT, expired', [strictShop], 'tls(expired, istio) naked→web:8080', 'blocked'],
	['security: STRICT, not valid yet', [strictShop], 'tls(not-yet-valid, istio) naked→web:8080', 'blocked'],
	['security: STRICT, another trust domain', [strictShop], 'tls(other-trust-domain, istio) naked→web:8080', 'blocked'],
	[
		'security: authentication is not authorization',
		[strictShop],
		'tls(other-identity, istio) naked→web:8080',
		'allowed',
	],
	['source: core/listener_inbound.go, STRICT needs no ALPN', [strictShop], 'tls(valid, ) naked→web:8080', 'allowed'],
	[
		'source: core/listener_inbound.go, PERMISSIVE',
		[permissiveShop],
		'tls(valid, istio-http/1.1) naked→web:8080',
		'allowed',
	],
	['source: core/listener_inbound.go, PERMISSIVE', [permissiveShop], 'tls(expired, istio) naked→web:8080', 'blocked'],
	[
		'source: core/listener_inbound.go, PERMISSIVE without Istio’s ALPN',
		[permissiveShop],
		'tls(valid, http/1.1) naked→web:8080',
		'blocked',
	],
	['source: core/listener_inbound.go, DISABLE', [disableShop], 'tls(valid, istio) naked→web:8080', 'blocked'],
	['security: no proxy ends TLS', [], 'tls(valid, istio) naked→bare:8080', 'blocked'],
	// The client's side
	['rule: tls.mode DISABLE', [strictShop, ruleFor(webHost, 'tls: {mode: DISABLE}')], meshed, 'blocked'],
	['rule: tls.mode DISABLE under PERMISSIVE', [ruleFor(webHost, 'tls: {mode: DISABLE}')], meshed, 'allowed'],
	[
		'rule: tls.mode DISABLE under PERMISSIVE',
		[ruleFor(webHost, 'tls: {mode: DISABLE}')],
		`${meshed} as ${buyer}`,
		'blocked',
	],
	['rule: tls.mode SIMPLE', [strictShop, ruleFor(webHost, 'tls: {mode: SIMPLE}')], meshed, 'blocked'],
	['rule: tls.mode SIMPLE', [permissiveShop, ruleFor(webHost, 'tls: {mode: SIMPLE}')], meshed, 'blocked'],
	[
		'rule: tls.mode ISTIO_MUTUAL',
		[strictShop, ruleFor(webHost, 'tls: {mode: ISTIO_MUTUAL}')],
		`${meshed} as ${buyer}`,
		'allowed',
	],
	[
		'rule: tls.mode ISTIO_MUTUAL towards no proxy',
		[ruleFor('bare.shop.svc.cluster.local', 'tls: {mode: ISTIO_MUTUAL}')],
		'mtls client→svc/bare:80',
		'blocked',
	],
	['rule: tls.mode MUTUAL', [strictShop, ruleFor(webHost, 'tls: {mode: MUTUAL}')], meshed, 'unknown'],
	[
		'rule: host, short name in the rule’s namespace',
		[strictShop, ruleFor('web', 'tls: {mode: DISABLE}', 'shop/rule')],
		meshed,
		'blocked',
	],
	[
		'rule: host, short name in the rule’s namespace',
		[strictShop, ruleFor('web', 'tls: {mode: DISABLE}')],
		meshed,
		'allowed',
	],
	[
		'rule: host, wildcard',
		[strictShop, ruleFor('"*.shop.svc.cluster.local"', 'tls: {mode: DISABLE}')],
		meshed,
		'blocked',
	],
	[
		'rule: host, the most specific',
		[
			strictShop,
			ruleFor('"*.local"', 'tls: {mode: DISABLE}'),
			ruleFor(webHost, 'tls: {mode: ISTIO_MUTUAL}', 'ops/two'),
		],
		meshed,
		'allowed',
	],
	[
		'rule: host, another Service',
		[strictShop, ruleFor('api.shop.svc.cluster.local', 'tls: {mode: DISABLE}')],
		meshed,
		'allowed',
	],
	[
		'rule: without tls, mutual TLS stays automatic',
		[strictShop, ruleFor(webHost, 'connectionPool: {}')],
		`${meshed} as ${buyer}`,
		'allowed',
	],
	[
		'rule: portLevelSettings, the Service’s port',
		[strictShop, ruleFor(webHost, 'portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]')],
		meshed,
		'blocked',
	],
	[
		'rule: portLevelSettings, not the workload’s port',
		[strictShop, ruleFor(webHost, 'portLevelSettings: [{port: {number: 8080}, tls: {mode: DISABLE}}]')],
		meshed,
		'allowed',
	],
	[
		'rule: portLevelSettings inherit nothing',
		[strictShop, ruleFor(webHost, 'tls: {mode: DISABLE}, portLevelSettings: [{port: {number: 80}}]')],
		meshed,
		'allowed',
	],
	[
		'rule: exportTo this namespace only',
		[strictShop, `DR shop/rule host: ${webHost}, exportTo: ["."], trafficPolicy: {tls: {mode: DISABLE}}`],
		meshed,
		'allowed',
	],
	[
		'rule: lookup, the client’s namespace first',
		[strictShop, ruleFor(webHost, 'tls: {mode: DISABLE}', 'shop/rule'), ruleFor(webHost, 'tls: {mode: ISTIO_MUTUAL}')],
		meshed,
		'allowed',
	],
	[
		'rule: lookup, the root namespace last',
		[strictShop, ruleFor('"*.local"', 'tls: {mode: DISABLE}', 'istio-system/all')],
		meshed,
		'blocked',
	],
	[
		'rule: a namespace that is neither',
		[strictShop, ruleFor(webHost, 'tls: {mode: DISABLE}', 'legacy/rule')],
		meshed,
		'allowed',
	],
	[
		'rule: workloadSelector',
		[strictShop, `${ruleFor(webHost, 'tls: {mode: DISABLE}')}, workloadSelector: {matchLabels: {app: other}}`],
		meshed,
		'allowed',
	],
	[
		'rule: a client without proxy heeds none',
		[strictShop, ruleFor(webHost, 'tls: {mode: ISTIO_MUTUAL}')],
		'plaintext naked→svc/web:80',
		'blocked',
	],
	['source: PassthroughCluster, the pod’s address', [strictShop], 'mtls client→web:8080', 'blocked'],
	['source: PassthroughCluster, the pod’s address', [permissiveShop], 'mtls client→web:8080', 'allowed'],
	['source: PassthroughCluster, the pod’s address', [permissiveShop], `mtls client→web:8080 as ${buyer}`, 'blocked'],
	[
		'sidecar: egress.hosts leave the Service out',
		[strictShop, 'SC ops/default egress: [{hosts: ["./*", "istio-system/*"]}]'],
		meshed,
		'blocked',
	],
	['sidecar: egress.hosts leave the Service out', ['SC ops/default egress: [{hosts: ["./*"]}]'], meshed, 'allowed'],
	[
		'sidecar: egress.hosts name it',
		[strictShop, 'SC ops/default egress: [{hosts: ["shop/web.shop.svc.cluster.local"]}]'],
		meshed,
		'allowed',
	],
	[
		'sidecar: egress.hosts of all namespaces',
		[strictShop, 'SC ops/default egress: [{hosts: ["*/*"]}]'],
		meshed,
		'allowed',
	],
	[
		'sidecar: workloadSelector before the namespace’s',
		[
			strictShop,
			'SC ops/default egress: [{hosts: ["./*"]}]',
			'SC ops/client workloadSelector: {labels: {app: client}}, egress: [{hosts: ["shop/*"]}]',
		],
		meshed,
		'allowed',
	],
	[
		'sidecar: the root namespace’s is the default',
		[strictShop, 'SC istio-system/default egress: [{hosts: ["~/*"]}]'],
		meshed,
		'blocked',
	],
	[
		'sidecar: REGISTRY_ONLY',
		['SC ops/default egress: [{hosts: ["./*"]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}'],
		meshed,
		'blocked',
	],
	['sidecar: ingress listeners of its own', ['SC shop/default ingress: [{port: {number: 9}}]'], plain, 'unknown'],
	// What no proxy sees
	['notes: excludeInboundPorts', [strictShop], 'plaintext naked→holed:9090', 'allowed'],
	['notes: excludeInboundPorts, other ports', [strictShop], 'plaintext naked→holed:8080', 'blocked'],
	['notes: excludeInboundPorts, the client’s proxy does not know', [strictShop], 'mtls client→svc/holed:90', 'blocked'],
	['notes: includeInboundPorts', [strictShop], 'plaintext naked→narrow:9090', 'allowed'],
	['notes: includeInboundPorts', [strictShop], 'plaintext naked→narrow:8080', 'blocked'],
	['notes: excludeOutboundPorts', [strictShop], 'mtls bypassing→svc/web:80', 'blocked'],
	['practice: pods in their node’s network', [strictShop], 'plaintext naked→host:8080', 'allowed'],
	['practice: UDP', [strictShop], 'connect naked→web:53/udp', 'allowed'],
	['practice: a pod and its own address', [strictShop], 'connect web→web:8080', 'allowed'],
	['source: the proxy’s own ports', [strictShop], 'plaintext naked→web:15006', 'unknown'],
	// Authorization
	['authz: no policy allows all', [strictShop], `${meshed} as ${buyer}`, 'allowed'],
	['authz: allow-nothing', ['AP shop/none {}'.replace('{}', '')], meshed, 'blocked'],
	['authz: a rule without conditions matches all', [allow('{}')], plain, 'allowed'],
	['authz: principals', [allow(from('principals: [cluster.local/ns/ops/sa/buyer]'))], meshed, 'allowed'],
	['authz: principals', [allow(from('principals: [cluster.local/ns/ops/sa/seller]'))], meshed, 'blocked'],
	['authz: principals need mutual TLS', [allow(from('principals: ["*"]'))], plain, 'blocked'],
	['authz: principals, prefix', [allow(from('principals: [cluster.local/ns/ops/*]'))], meshed, 'allowed'],
	['authz: principals, suffix', [allow(from('principals: ["*/sa/buyer"]'))], meshed, 'allowed'],
	['authz: namespaces', [allow(from('namespaces: [ops]'))], meshed, 'allowed'],
	['authz: namespaces need mutual TLS', [allow(from('namespaces: [legacy]'))], plain, 'blocked'],
	['authz: DENY comes first', [allow('{}'), deny(from('namespaces: [ops]'))], meshed, 'blocked'],
	['authz: DENY by notPrincipals', [deny(from('notPrincipals: ["*"]'))], plain, 'blocked'],
	['authz: DENY by notPrincipals', [deny(from('notPrincipals: ["*"]'))], meshed, 'allowed'],
	['authz: DENY without rules', ['AP shop/deny action: DENY'], plain, 'allowed'],
	['authz: ports of the workload', [deny('{to: [{operation: {ports: ["8080"]}}]}')], meshed, 'blocked'],
	['authz: ports of the workload', [deny('{to: [{operation: {ports: ["80"]}}]}')], meshed, 'allowed'],
	['authz: notPorts', [deny('{to: [{operation: {notPorts: ["8080"]}}]}')], 'plaintext naked→web:9090', 'blocked'],
	['authz: what is not evaluated', [deny('{to: [{operation: {methods: [GET]}}]}')], meshed, 'unknown'],
	[
		'authz: what is not evaluated, of a rule that can’t match',
		[deny('{from: [{source: {namespaces: [x]}}], to: [{operation: {methods: [GET]}}]}')],
		meshed,
		'allowed',
	],
	['authz: selector', ['AP shop/api selector: {matchLabels: {app: api}}'], meshed, 'allowed'],
	['authz: another namespace', ['AP ops/none '], meshed, 'allowed'],
	[
		'authz: the root namespace, with a selector too',
		['AP istio-system/none selector: {matchLabels: {app: web}}'],
		meshed,
		'blocked',
	],
	['authz: CUSTOM', ['AP shop/custom action: CUSTOM, rules: [{}]'], meshed, 'unknown'],
	['authz: AUDIT', ['AP shop/audit action: AUDIT, rules: [{}]'], meshed, 'allowed'],
	[
		'authz: another identity is not the own one',
		[allow(from('principals: [cluster.local/ns/legacy/sa/default]'))],
		'tls(other-identity, istio) naked→web:8080',
		'blocked',
	],
	['authz: a port that no proxy sees', ['AP shop/none '], 'plaintext naked→holed:9090', 'allowed'],
	// X-Forwarded-Client-Cert that the client wrote: removed by whatever proxy sees it
	['source: networking/core, APPEND_FORWARD', [permissiveShop], `${plain} forging ${buyer}`, 'allowed'],
	['source: networking/core, APPEND_FORWARD', [strictShop], `${plain} forging ${buyer}`, 'blocked'],
	['source: networking/core, SANITIZE', [strictShop], `${meshed} as ${buyer} forging spiffe://x/y`, 'allowed'],
	['source: no proxy', [], `plaintext naked→bare:8080 forging ${buyer}`, 'blocked'],
	['source: no proxy, but the client’s', [], `mtls client→svc/bare:80 forging spiffe://x/y`, 'allowed'],
	['notes: a port that no proxy sees', [], `plaintext naked→holed:9090 forging ${buyer}`, 'blocked'],
	// Beside NetworkPolicy
	['practice: NetworkPolicy beside it', ['NP shop/deny podSelector: {}'], meshed, 'blocked'],
	['practice: NetworkPolicy beside it', [strictShop, 'NP shop/all podSelector: {}, ingress: [{}]'], plain, 'blocked'],
	['practice: NetworkPolicy beside it', [strictShop, 'NP shop/all podSelector: {}, ingress: [{}]'], meshed, 'allowed'],
];

describe('what Istio’s pages say', () => {
	for (const [source, objects, path, verdict] of rows) {
		it(`${source}: ${path} is ${verdict}${objects.length > 0 ? ` under ${objects.join(' + ')}` : ''}`, () => {
			const { prediction } = compilePolicies(objects.map(object), meshWorld()).explain(attempt(path));
			expect(prediction.verdict, prediction.because.join('; ')).to.equal(verdict);
			expect(prediction.because).to.not.be.empty;
		});
	}
});

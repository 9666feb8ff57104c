import { expect } from 'chai';
import { mutantsOf } from '../../src/mutate/mutants-of.ts';
import { scenarioOf, scenarioText } from './support.ts';

function changes(kind: string, group: string, spec: string): Record<string, string> {
	const scenario = scenarioOf(
		scenarioText({
			namespaces: '{shop: {mesh: sidecar}}',
			pods: '{web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}, api: {namespace: shop}}',
			policies: { p: `{apiVersion: ${group}, kind: ${kind}, metadata: {name: p, namespace: shop}, spec: ${spec}}` },
			attempts: ['{from: api, to: "web:80", expect: observe}'],
		}),
	);
	return Object.fromEntries(mutantsOf(scenario).map(({ id, change }) => [id.slice(2), change]));
}

const security = 'security.istio.io/v1';
const networking = 'networking.istio.io/v1';

describe('mutants of Istio’s objects', () => {
	it('PeerAuthentication: selector, mode, exceptions of ports', () => {
		const spec = '{selector: {matchLabels: {app: web}}, mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}}}';
		expect(changes('PeerAuthentication', security, spec)).to.deep.equal({
			'drop-policy': 'the policy is not there',
			'drop-selector/selector': 'without spec.selector ({matchLabels: {app: web}})',
			'change-mode/mtls.mode.PERMISSIVE': 'spec.mtls.mode: STRICT → PERMISSIVE',
			'change-mode/mtls.mode.DISABLE': 'spec.mtls.mode: STRICT → DISABLE',
			'drop-port-exception/portLevelMtls.8080': 'without spec.portLevelMtls.8080 ({mode: DISABLE})',
			'move-port-exception/portLevelMtls.8080':
				'without spec.portLevelMtls.8080 ({mode: DISABLE}), spec.portLevelMtls.8081: nothing → {mode: DISABLE}',
			'change-mode/portLevelMtls.8080.mode.STRICT': 'spec.portLevelMtls.8080.mode: DISABLE → STRICT',
			'change-mode/portLevelMtls.8080.mode.PERMISSIVE': 'spec.portLevelMtls.8080.mode: DISABLE → PERMISSIVE',
		});
	});

	it('AuthorizationPolicy: action, rules, from whom and to what', () => {
		const spec =
			'{action: DENY, rules: [{from: [{source: {principals: [a, b], notNamespaces: [ops]}}], to: [{operation: {ports: ["80"]}}]}]}';
		const at = 'spec.rules[0].from[0].source';
		expect(changes('AuthorizationPolicy', security, spec)).to.deep.equal({
			'drop-policy': 'the policy is not there',
			'flip-action/action': 'spec.action: DENY → ALLOW',
			'any-request/rules': 'spec.rules: [{from: [{source: {principals: [a, b], notNamespaces: [ops]}}], to: [{… → [{}]',
			'drop-rule/rules[0]':
				'without spec.rules[0] ({from: [{source: {principals: [a, b], notNamespaces: [ops]}}], to: [{o…)',
			'any-source/rules[0].from': 'without spec.rules[0].from ([{source: {principals: [a, b], notNamespaces: [ops]}}])',
			'any-operation/rules[0].to': 'without spec.rules[0].to ([{operation: {ports: [80]}}])',
			'drop-value/rules[0].from[0].source.principals[0]': `without ${at}.principals[0] (a)`,
			'drop-value/rules[0].from[0].source.principals[1]': `without ${at}.principals[1] (b)`,
			'negate-source/rules[0].from[0].source.principals': `without ${at}.principals ([a, b]), ${at}.notPrincipals: nothing → [a, b]`,
			'any-principal/rules[0].from[0].source.principals': `${at}.principals: [a, b] → [*]`,
			'negate-source/rules[0].from[0].source.notNamespaces': `without ${at}.notNamespaces ([ops]), ${at}.namespaces: nothing → [ops]`,
			'negate-source/rules[0].to[0].operation.ports':
				'without spec.rules[0].to[0].operation.ports ([80]), spec.rules[0].to[0].operation.notPorts: nothing → [80]',
			'next-port/rules[0].to[0].operation.ports[0]': 'spec.rules[0].to[0].operation.ports[0]: 80 → 81',
		});
	});

	it('DestinationRule: TLS of the host and of its ports, for whom it counts', () => {
		const spec =
			'{host: web, exportTo: [.], trafficPolicy: {tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 80}, tls: {mode: DISABLE}}]}}';
		const at = 'spec.trafficPolicy';
		expect(changes('DestinationRule', networking, spec)).to.deep.equal({
			'drop-policy': 'the policy is not there',
			'drop-traffic-policy/trafficPolicy': `without ${at} ({tls: {mode: ISTIO_MUTUAL}, portLevelSettings: [{port: {number: 80}, t…)`,
			'change-mode/trafficPolicy.tls.mode.DISABLE': `${at}.tls.mode: ISTIO_MUTUAL → DISABLE`,
			'change-mode/trafficPolicy.tls.mode.SIMPLE': `${at}.tls.mode: ISTIO_MUTUAL → SIMPLE`,
			'drop-port-exception/trafficPolicy.portLevelSettings[0]': `without ${at}.portLevelSettings[0] ({port: {number: 80}, tls: {mode: DISABLE}})`,
			'move-port-exception/trafficPolicy.portLevelSettings[0]': `${at}.portLevelSettings[0].port.number: 80 → 81`,
			'change-mode/trafficPolicy.portLevelSettings[0].tls.mode.SIMPLE': `${at}.portLevelSettings[0].tls.mode: DISABLE → SIMPLE`,
			'change-mode/trafficPolicy.portLevelSettings[0].tls.mode.ISTIO_MUTUAL': `${at}.portLevelSettings[0].tls.mode: DISABLE → ISTIO_MUTUAL`,
			'export-everywhere/exportTo': 'without spec.exportTo ([.])',
		});
	});

	it('Sidecar: hosts that it knows, and what becomes of others', () => {
		const spec = '{egress: [{hosts: ["./*", "ops/*"]}], outboundTrafficPolicy: {mode: REGISTRY_ONLY}}';
		expect(changes('Sidecar', networking, spec)).to.deep.equal({
			'drop-policy': 'the policy is not there',
			'any-host/egress[0].hosts': 'spec.egress[0].hosts: [./*, ops/*] → [*/*]',
			'drop-host/egress[0].hosts[0]': 'without spec.egress[0].hosts[0] (./*)',
			'drop-host/egress[0].hosts[1]': 'without spec.egress[0].hosts[1] (ops/*)',
			'change-outbound/outboundTrafficPolicy.mode': 'spec.outboundTrafficPolicy.mode: REGISTRY_ONLY → ALLOW_ANY',
		});
	});
});

import { meshRootNamespace } from '../../../model/policy.ts';
import type { MtlsMode, MtlsModes, PeerAuthentication } from '../mesh/peer-authentication.ts';
import type { PeerValidation } from '../mesh/tls-context.ts';
import type { Bug } from './bug.ts';

const scopes = 'PeerAuthentication: mesh, namespace and workload scope';
const ports = 'PeerAuthentication.portLevelMtls';
const identity = 'STRICT: the connection is an mTLS tunnel, TLS with a client certificate';
const forwarded =
	'X-Forwarded-Client-Cert says what the proxy itself saw of the client, and nothing that the client wrote';
/** How long after its pod began a sidecar gets the connections, milliseconds. */
const lateness = 5000;

export const meshBugs: Bug[] = [
	{
		name: 'strict-as-permissive',
		does: 'STRICT takes clear text too',
		violates: { required: 'PeerAuthentication.MutualTLS.Mode STRICT' },
		concerns: 'mutual TLS',
		issues: ['istio/istio#56352'],
		inject: (Honest) =>
			class extends Honest {
				override mtlsModes(modes: MtlsModes): MtlsModes {
					const { others, ports: named } = super.mtlsModes(modes);
					const soft = (mode: MtlsMode) => (mode === 'STRICT' ? 'PERMISSIVE' : mode);
					return { others: soft(others), ports: new Map([...named].map(([port, mode]) => [port, soft(mode)])) };
				}
			},
	},
	{
		name: 'port-mode-of-all-ports',
		does: 'the laxest mode that a policy gives a port holds for all ports of the pod',
		violates: { required: ports },
		concerns: 'mutual TLS',
		issues: ['istio/istio#54146'],
		inject: (Honest) =>
			class extends Honest {
				override mtlsModes(modes: MtlsModes): MtlsModes {
					const honest = super.mtlsModes(modes);
					const named = [...honest.ports.values()];
					const laxest = (['DISABLE', 'PERMISSIVE', 'STRICT'] as const).find((mode) => named.includes(mode));
					return laxest === undefined ? honest : { others: laxest, ports: new Map() };
				}
			},
	},
	{
		name: 'port-mode-ignored',
		does: 'what a policy says of single ports is not read',
		violates: { required: ports },
		concerns: 'mutual TLS',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override mtlsModes(modes: MtlsModes): MtlsModes {
					return { ...super.mtlsModes(modes), ports: new Map() };
				}
			},
	},
	policiesBug('workload-policy-ignored', 'a policy with a selector is not read', (policies) =>
		policies.filter(({ selector }) => !selector),
	),
	policiesBug('namespace-policy-ignored', 'a policy for a whole namespace is not read', (policies) =>
		policies.filter(({ selector, namespace }) => selector || namespace === meshRootNamespace),
	),
	policiesBug('mesh-policy-ignored', 'a policy for the whole mesh is not read', (policies) =>
		policies.filter(({ namespace }) => namespace !== meshRootNamespace),
	),
	policiesBug('unset-means-permissive', 'UNSET means PERMISSIVE, whatever the wider scope says', (policies) =>
		policies.map((policy) => ({ ...policy, mode: policy.mode ?? 'PERMISSIVE' })),
	),
	policiesBug('newest-policy-wins', 'of two policies of one scope the newer one counts', (policies) =>
		policies.toReversed(),
	),
	{
		name: 'first-port-uncaptured',
		does: 'connections to the first port of a pod do not go through its sidecar',
		violates: { required: 'a sidecar takes every inbound connection that no annotation excludes' },
		concerns: 'mutual TLS',
		issues: ['istio/istio#60882'],
		inject: (Honest) =>
			class extends Honest {
				override uncapturedPorts(excluded: readonly number[], listening: readonly number[]) {
					return [...new Set([...super.uncapturedPorts(excluded, listening), ...listening.slice(0, 1)])];
				}
			},
	},
	{
		name: 'capture-late',
		does: `connections go through a pod's sidecar only ${lateness} ms after the pod began`,
		violates: { required: 'a sidecar takes every inbound connection that no annotation excludes' },
		concerns: 'mutual TLS',
		issues: ['istio/istio#34032'],
		inject: (Honest) =>
			class extends Honest {
				override captureDelay() {
					return lateness;
				}
			},
	},
	validationBug('expired-certificate-accepted', 'a certificate whose time is over is accepted', { inTime: false }),
	validationBug('wrong-ca-accepted', 'a certificate of an authority that is not of the mesh is accepted', {
		ownAuthority: false,
	}),
	validationBug('other-trust-domain-accepted', 'a certificate of another trust domain is accepted', {
		ownTrustDomain: false,
	}),
	validationBug('certificate-not-demanded', 'TLS without any certificate is accepted, and one with any name', {
		demanded: false,
	}),
	forwardingBug(
		'forged-identity-let-through',
		'inbound',
		'a sidecar passes on the X-Forwarded-Client-Cert that a client wrote',
	),
	forwardingBug(
		'forged-identity-let-out',
		'outbound',
		'a client’s sidecar leaves the X-Forwarded-Client-Cert in what its pod sends',
	),
];

function policiesBug(
	name: string,
	does: string,
	changed: (policies: readonly PeerAuthentication[]) => readonly PeerAuthentication[],
): Bug {
	return {
		...{ name, does, violates: { required: scopes }, concerns: 'mutual TLS', issues: [] },
		inject: (Honest) =>
			class extends Honest {
				override peerAuthentications(policies: readonly PeerAuthentication[]) {
					return changed(super.peerAuthentications(policies));
				}
			},
	};
}

function forwardingBug(name: string, wrong: 'inbound' | 'outbound', does: string): Bug {
	return {
		...{ name, does, violates: { required: forwarded }, concerns: 'mutual TLS', issues: [] },
		inject: (Honest) =>
			class extends Honest {
				override forwardsClientCert(direction: 'inbound' | 'outbound') {
					return direction === wrong ? 'ALWAYS_FORWARD_ONLY' : super.forwardsClientCert(direction);
				}
			},
	};
}

function validationBug(name: string, does: string, left: Partial<PeerValidation>): Bug {
	return {
		...{ name, does, violates: { required: identity }, concerns: 'mutual TLS', issues: [] },
		inject: (Honest) =>
			class extends Honest {
				override peerValidation(validation: PeerValidation): PeerValidation {
					return { ...super.peerValidation(validation), ...left };
				}
			},
	};
}

import type { Destination } from '../destination.ts';
import { matchesLabels } from '../label-selector.ts';
import type { Attempted, Connection, PodFacts, World } from '../world.ts';
import { capturesOutbound, hasSidecar } from './capture.ts';
import { clientTls } from './destination-rule.ts';
import { identityOf } from './identity.ts';
import { serviceHost } from './mesh-object.ts';
import type { MeshPolicies } from './mesh-policies.ts';
import type { MutualTlsMode } from './peer-authentication.ts';
import { knowsService, sidecarFor } from './sidecar-resource.ts';

/** What arrives at the server's pod. */
export type Sent = { because: string | undefined } & (
	| { as: 'clear' }
	/** `alpn`: one of those that Istio's sidecars offer. */
	| {
			as: 'tls';
			certificate: NonNullable<Attempted['tls']>['certificate'];
			alpn: boolean;
			identity: string | undefined;
	  }
	| { as: 'nothing' }
	| { as: 'unknown' }
);

/** What a client sends to a server whose sidecar has this mode; `undefined`: one without a sidecar. */
export function sentBy(
	mesh: MeshPolicies,
	world: World,
	connection: Connection,
	to: Destination,
	mode: MutualTlsMode | undefined,
): Sent {
	const { from, attempted } = connection;
	const client = from.kind === 'pod' ? world.pods[from.name] : undefined;
	const tls = attempted?.kind === 'tls' ? attempted.tls : undefined;
	const wrapped = client && wrapping(mesh, world, connection, to, client, mode);
	if (wrapped && tls && wrapped.as !== 'nothing')
		return {
			as: 'unknown',
			because: `${from.name} has a sidecar, and what it makes of TLS of the probe’s own is not evaluated`,
		};
	if (wrapped) return wrapped;
	if (!tls) return { as: 'clear', because: undefined };
	const { certificate, alpn } = tls;
	return {
		as: 'tls',
		certificate,
		alpn: alpn.some((name) => name === 'istio' || name.startsWith('istio-')),
		identity:
			client && certificate === 'valid' ? identityOf(client) : certificate === 'other-identity' ? 'other' : undefined,
		because: `the probe shows ${certificate === 'none' ? 'no certificate' : `a certificate (${certificate})`}`,
	};
}

/** By whatever name a pod was found: for TCP a sidecar listens on the address of each pod behind a headless Service. */
function headlessServiceOf({ pod }: Destination, port: number, { services }: World): string | undefined {
	if (!pod) return undefined;
	return Object.entries(services).find(
		([, { headless, namespace, selector, ports }]) =>
			headless &&
			namespace === pod.namespace &&
			Object.keys(selector).length > 0 &&
			matchesLabels({ matchLabels: selector }, pod.labels) &&
			ports.some((one) => one.port === port || one.targetPort === port),
	)?.[0];
}

/** What the client's sidecar makes of it; undefined: none has to do with it. */
function wrapping(
	mesh: MeshPolicies,
	world: World,
	{ from, to: target, port, behind }: Connection,
	to: Destination,
	client: PodFacts,
	mode: MutualTlsMode | undefined,
): Sent | undefined {
	if (!hasSidecar(client)) return undefined;
	const captured = capturesOutbound(client, port);
	if (captured.truth === 'no') return { as: 'clear', because: `${from.name}: ${captured.because}` };
	if (captured.truth !== 'yes') return { as: 'unknown', because: `${from.name}: ${captured.because}` };
	const headless = behind ?? (target.kind === 'pod' ? headlessServiceOf(to, port, world) : undefined);
	if (headless !== undefined)
		return {
			as: 'unknown',
			because: `how ${from.name}’s sidecar treats the headless Service ${headless} is not evaluated`,
		};
	const sidecar = sidecarFor(mesh.sidecars, client);
	if (sidecar === 'several' || sidecar?.beyond === 'egress')
		return { as: 'unknown', because: `which Sidecar configures ${from.name}, or what it says, is not evaluated` };
	const service = target.kind === 'service' ? world.services[target.name] : undefined;
	const known = service && { host: serviceHost(target.name, service.namespace), namespace: service.namespace, port };
	if (!known || (sidecar && !knowsService(sidecar, known))) {
		const hidden =
			known && sidecar ? `${sidecar.name} (spec.egress) hides ${target.name} from ${from.name}` : undefined;
		if (sidecar?.registryOnly)
			return {
				as: 'nothing',
				because: `${sidecar.name} (spec.outboundTrafficPolicy.mode: REGISTRY_ONLY): ${hidden ?? `${to.text} is dialled at an address that is no Service’s`}`,
			};
		return { as: 'clear', because: hidden ?? `${from.name}’s sidecar passes on as it is what goes to no Service` };
	}
	if (from.name === to.podName)
		return { as: 'unknown', because: 'how a pod reaches itself through a Service is not evaluated' };
	const { mode: tls, because } = clientTls(mesh.destinationRules, client, known);
	const mutual: Sent = { as: 'tls', certificate: 'valid', alpn: true, identity: identityOf(client), because };
	switch (tls) {
		case 'auto': {
			const speaks = hasSidecar(to.pod) && mode !== 'DISABLE';
			return speaks
				? { ...mutual, because: `${from.name}’s sidecar shows ${identityOf(client)}` }
				: { as: 'clear', because: `${from.name}’s sidecar knows that ${to.text} takes no mutual TLS` };
		}
		case 'ISTIO_MUTUAL':
			return mutual;
		case 'DISABLE':
			return { as: 'clear', because };
		case 'SIMPLE':
			return { as: 'tls', certificate: 'none', alpn: false, identity: undefined, because };
		case 'MUTUAL':
			return { as: 'unknown', because: `${because}: certificates of files are not evaluated` };
		case 'unknown':
			return { as: 'unknown', because };
	}
}

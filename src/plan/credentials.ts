import type { Cell } from '../model/plan.ts';
import type { AttemptSpec, CertificateChoice } from '../model/scenario.ts';

/**
 * What Istio's sidecar offers to servers of the mesh, by what is spoken inside: the `istio.alpn` filter's names for HTTP
 * (istio/proxy), ALPNInMesh and ALPNInMeshWithMxc (istio/istio, pilot/pkg/networking/util/util.go).
 */
const istioAlpn: Record<'http' | 'tcp', string[]> = {
	http: ['istio-http/1.1', 'istio'],
	tcp: ['istio-peer-exchange', 'istio'],
};

/** Certificates that no server which verifies its clients lets in, whatever the policies: their paths never open. */
const neverAccepted: ReadonlySet<CertificateChoice> = new Set([
	...(['none', 'wrong-ca', 'expired', 'not-yet-valid', 'other-trust-domain'] as const),
]);

/** How a cell's client shows who it is. */
export function credentialsOf(
	{ kind, options }: AttemptSpec,
	speaks: Cell['speaks'],
): Partial<Pick<Cell, 'tls' | 'identity'>> {
	const {
		certificate = 'valid',
		alpn = [],
		identity,
	} = options as {
		certificate?: CertificateChoice;
		alpn?: string[];
		identity?: string;
	};
	if (kind === 'mtls') return identity === undefined ? {} : { identity };
	if (kind !== 'tls') return {};
	const offered = alpn.flatMap((name) => (name === 'istio' ? istioAlpn[speaks === 'http' ? 'http' : 'tcp'] : name));
	return { tls: { certificate, alpn: offered } };
}

/** A path on which other credentials are tried is another path: one may be open while the other is closed. */
export function asCredentials({ tls }: Pick<Cell, 'tls'>): string {
	return tls === undefined ? '' : ` as ${[tls.certificate, ...tls.alpn].join(' ')}`;
}

/** Without policies the cell's path is open, unless its certificate keeps it closed. */
export function canBeOpen({ tls }: Pick<Cell, 'tls'>): boolean {
	return tls === undefined || !neverAccepted.has(tls.certificate);
}

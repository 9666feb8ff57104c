import type { Cell } from '../model/plan.ts';
import type { AttemptSpec, CertificateChoice, Presents } from '../model/scenario.ts';

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
): Partial<Pick<Cell, 'tls' | 'identity' | 'forgedIdentity' | 'presents'>> {
	const {
		certificate = 'valid',
		alpn = [],
		identity,
		forgedIdentity,
		presents,
	} = options as {
		certificate?: CertificateChoice;
		alpn?: string[];
		identity?: string;
		forgedIdentity?: string;
		presents?: Presents;
	};
	const identities = {
		...(identity !== undefined && { identity }),
		...(forgedIdentity !== undefined && speaks === 'http' && { forgedIdentity }),
	};
	if (kind !== 'tls') return identities;
	const offered = alpn.flatMap((name) => (name === 'istio' ? istioAlpn[speaks === 'http' ? 'http' : 'tcp'] : name));
	return { ...identities, tls: { certificate, alpn: offered }, ...(presents && { presents }) };
}

/** A path on which other credentials are tried is another path: one may be open while the other is closed. */
export function asCredentials({ tls, forgedIdentity }: Pick<Cell, 'tls' | 'forgedIdentity'>): string {
	const shown = tls === undefined ? '' : ` as ${[tls.certificate, ...tls.alpn].join(' ')}`;
	return forgedIdentity === undefined ? shown : `${shown} forging ${forgedIdentity}`;
}

/** Without policies the cell's path is open, unless its certificate keeps it closed. */
export function canBeOpen({ tls }: Pick<Cell, 'tls'>): boolean {
	return tls === undefined || !neverAccepted.has(tls.certificate);
}

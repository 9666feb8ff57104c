import type { ProxyListener } from '../../../model/scenario.ts';
import type { Bug } from './bug.ts';

const envoy = 'what a proxy’s configuration demands of the other end of its TLS (Envoy, transport_sockets.tls.v3)';

/** Of plain proxies. */
export const proxyBugs: Bug[] = [
	listenerBug(
		'proxy-asks-no-client-certificate',
		'a proxy asks no client for a certificate, although it is to require one',
		{
			downstream: { requireClientCertificate: false, subjectAltNames: [] },
		},
	),
	listenerBug('proxy-trusts-any-authority', 'a proxy takes a server’s certificate of any authority', {
		upstream: { verifies: 'nothing', subjectAltNames: [] },
	}),
	listenerBug('proxy-ignores-names', 'a proxy verifies authorities but no names', {
		downstream: { subjectAltNames: [] },
		upstream: { subjectAltNames: [] },
	}),
	{
		name: 'proxy-reads-certificate-once',
		does: 'a proxy goes on with the certificate that it was started with',
		violates: { required: 'a certificate that comes by SDS is used from the next connection on' },
		concerns: 'proxies',
		issues: [],
		inject: (Honest) =>
			class extends Honest {
				override reloadsCertificate() {
					return false;
				}
			},
	},
];

function listenerBug(
	name: string,
	does: string,
	wrong: {
		downstream?: Partial<NonNullable<ProxyListener['downstreamTls']>>;
		upstream?: Partial<NonNullable<ProxyListener['upstreamTls']>>;
	},
): Bug {
	return {
		...{ name, does, violates: { required: envoy }, concerns: 'proxies', issues: [] },
		inject: (Honest) =>
			class extends Honest {
				override proxyListener(listener: ProxyListener): ProxyListener {
					const honest = super.proxyListener(listener);
					const { downstreamTls, upstreamTls } = honest;
					return {
						...honest,
						downstreamTls: downstreamTls && { ...downstreamTls, ...wrong.downstream },
						upstreamTls: upstreamTls && { ...upstreamTls, ...wrong.upstream },
					};
				}
			},
	};
}

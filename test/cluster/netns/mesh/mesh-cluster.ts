import { fileURLToPath } from 'node:url';
import type { EmbeddedClusterOptions } from '../../../../src/cluster/netns/embedded-cluster.ts';
import type { ClientCertificate } from '../../../../src/model/agent.ts';
import type { Workload } from '../../../../src/model/plan.ts';
import type { KubernetesObject } from '../../../../src/model/policy.ts';
import type { CertificateChoice, ListenSpec, PodSpec } from '../../../../src/model/scenario.ts';
import { TestCluster } from '../../test-cluster.ts';
import { pod, service, workload } from '../../workload.ts';

export const meshAgent = fileURLToPath(new URL('mesh-agent.mjs', import.meta.url));
export const istioAlpns = { http: ['istio-http/1.1', 'istio'], tcp: ['istio-peer-exchange', 'istio'] };

export function peerAuthentication(spec: unknown, name = 'default', namespace = 'shop'): KubernetesObject {
	return { apiVersion: 'security.istio.io/v1', kind: 'PeerAuthentication', metadata: { name, namespace }, spec };
}

export const strict = peerAuthentication({ mtls: { mode: 'STRICT' } });

export function sidecarPod(namespace: string, app: string, listen: ListenSpec[] = [], more: Partial<PodSpec> = {}) {
	return pod(namespace, app, [], { mesh: 'sidecar', listen, ...more });
}

export const http = (port: number): ListenSpec => ({ port, protocol: 'tcp', name: undefined, speaks: 'http' });
export const tcp = (port: number): ListenSpec => ({ port, protocol: 'tcp', name: undefined, speaks: 'tcp' });

const ports = [
	{ port: 80, targetPort: 8080, protocol: 'tcp' as const, name: 'http', nodePort: undefined },
	{ port: 90, targetPort: 9000, protocol: 'tcp' as const, name: 'tcp', nodePort: undefined },
];

/** HTTP on 80 and TCP on 90, in front of `app`. */
export const appService = service('shop', 'app', { ports });

/** `naked` and `outside` have no sidecar, `client` and `app` have one; `app` serves HTTP on 8080 and TCP on 9000. */
export function meshWorkload(
	more: { pods?: Workload['pods']; app?: Partial<PodSpec> } & Partial<Omit<Workload, 'pods'>> = {},
) {
	const { pods, app, ...rest } = more;
	return workload({
		pods: {
			naked: pod('shop', 'naked'),
			client: sidecarPod('shop', 'client', [], { serviceAccount: 'client' }),
			app: sidecarPod('shop', 'app', [http(8080), tcp(9000)], app),
			...pods,
		},
		services: { app: appService },
		...rest,
	});
}

/** Short ways to attempt something in a mesh. */
export class MeshCluster {
	readonly cluster: TestCluster;

	private constructor(cluster: TestCluster) {
		this.cluster = cluster;
	}

	static async start(workload: Workload, options: EmbeddedClusterOptions = {}): Promise<MeshCluster> {
		return new MeshCluster(await TestCluster.start(workload, { agent: meshAgent, ...options }));
	}

	apply(...objects: KubernetesObject[]) {
		return this.cluster.deployment.apply(objects);
	}

	/** `POD from ADDRESS`, with an identity behind it where one came; an error's code, `closed`, `timed-out`, `status N`. */
	async try(from: string, to: string, port: number, more: Record<string, unknown> = {}): Promise<string> {
		const { family = 'ipv4', ...command } = more as { family?: 'ipv4' | 'ipv6' };
		const speaks = [8080, 80].includes(port) ? 'http' : 'tcp';
		return this.#said(from, { host: this.cluster.address(to, family), port, speaks, wait: 3000, ...command });
	}

	/** TLS of the probe's own. */
	async tls(to: string, port: number, certificate: CertificateChoice, alpn?: string[]): Promise<string> {
		const speaks = port === 8080 ? 'http' : 'tcp';
		const shown: Partial<ClientCertificate> =
			certificate === 'none' ? {} : ((await this.cluster.deployment.clientCertificate?.('naked', certificate)) ?? {});
		return this.try('naked', to, port, { tls: { ...shown, alpn: alpn ?? istioAlpns[speaks] } });
	}

	/** Over a connection that was kept under this name. */
	on(from: string, name: string): Promise<string> {
		return this.#said(from, { on: name, wait: 1000 });
	}

	async #said(from: string, command: Record<string, unknown>): Promise<string> {
		const uids = new Map(this.cluster.deployment.endpoints().map(({ uid, name }) => [uid, name]));
		const raw = await this.cluster.raw(from, command);
		const [uid = '', address, ...identity] = raw.split(' ');
		const name = uids.get(uid);
		if (name === undefined) return raw;
		const uri = /URI=([^;,]*)/.exec(identity.join(' '))?.[1];
		return `${name} from ${address}${uri === undefined ? '' : ` as ${uri}`}`;
	}

	close(): Promise<void> {
		return this.cluster.close();
	}
}

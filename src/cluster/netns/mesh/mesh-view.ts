import type { Addresses } from '../../../model/address.ts';
import type { Member } from '../inventory.ts';
import type { MtlsMode } from './peer-authentication.ts';

/** A TCP port on which a pod listens. */
export interface MeshPort {
	port: number;
	http: boolean;
	mode: MtlsMode;
	/** Its server speaks first. */
	first: 'server' | undefined;
	/** Some Service leads to it. */
	bound: boolean;
}

/** A pod with a sidecar. */
export interface MeshPod {
	name: string;
	namespace: string;
	labels: Record<string, string>;
	/** SPIFFE id. */
	identity: string;
	addresses: Addresses;
	ports: MeshPort[];
	/** On every other port. */
	others: MtlsMode;
}

/** A TCP port of a Service. */
export interface MeshService {
	name: string;
	namespace: string;
	/** Empty for headless Services. */
	addresses: Addresses;
	port: number;
	http: boolean;
	/** `identity` undefined: no sidecar stands before it, or one that takes no TLS. */
	backends: { addresses: Addresses; port: number; identity: string | undefined }[];
}

/** A Service as sidecars know it. `pods`: those that have a sidecar. */
export function serviceSeen(
	{
		backends,
		...service
	}: Pick<MeshService, 'name' | 'namespace' | 'addresses' | 'port'> & {
		backends: readonly { pod: Member; port: number }[];
	},
	pods: ReadonlyMap<Member, MeshPod>,
): MeshService {
	return {
		...service,
		http: backends.some(({ pod, port }) =>
			pod.listen.some((one) => one.protocol === 'tcp' && one.port === port && one.speaks === 'http'),
		),
		backends: backends.map(({ pod, port }) => {
			const meshed = pods.get(pod);
			const mode = meshed?.ports.find((one) => one.port === port)?.mode ?? meshed?.others;
			return { addresses: pod.addresses, port, identity: mode === 'DISABLE' ? undefined : meshed?.identity };
		}),
	};
}

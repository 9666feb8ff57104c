import type { Addresses } from '../../../model/address.ts';
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

import type { IpFamily, Protocol } from '../model/address.ts';
import type { CertificateChoice, ProxyListener, ServedCertificate, TargetRef } from '../model/scenario.ts';
import type { EndpointRef } from '../model/plan.ts';
import type { ClusterRange } from '../model/reference.ts';
import type { PodSecurityGroupMode, SecurityGroupSpec } from '../model/security-group.ts';

export type Labels = Readonly<Record<string, string>>;

/**
 * What is known of an address: the address itself, or ranges of which one holds it, or nothing. Addresses of different
 * endpoints are taken to be different, except that a hostNetwork pod has those of its node.
 */
export interface AddressFact {
	exact?: string;
	/** CIDR. */
	within?: readonly string[];
}

export type AddressFacts = Partial<Record<IpFamily, AddressFact>>;

/** Everything that policies can speak of, at one moment. Names are those of the scenario. Plain data. */
export interface World {
	namespaces: Record<string, NamespaceFacts>;
	/** Pods that exist now. */
	pods: Record<string, PodFacts>;
	nodes: Record<string, { addresses: AddressFacts }>;
	external: Record<string, { addresses: AddressFacts }>;
	services: Record<string, ServiceFacts>;
	/** Undefined: no security group is declared. */
	securityGroups?: SecurityGroupFacts;
	/** As far as they are known. */
	ranges: Partial<Record<ClusterRange, string>>;
}

/** EC2 security groups, and how the Amazon VPC CNI plugin enforces those of pods. */
export interface SecurityGroupFacts {
	/** By name; one that is missing is not known. */
	groups: Readonly<Record<string, SecurityGroupSpec>>;
	/** Undefined: not known. */
	mode?: PodSecurityGroupMode;
	/** NetworkPolicy is enforced by the plugin's own agent; otherwise it isn't known by whom. */
	networkPolicyByPlugin?: boolean;
}

export interface NamespaceFacts {
	/** `kubernetes.io/metadata.name` need not be among them. */
	labels: Labels;
	/** Policies that we don't know may act there. */
	foreign?: boolean;
}

export interface PodFacts {
	namespace: string;
	labels: Labels;
	/** Container ports that have a name. */
	namedPorts: readonly { name: string; port: number; protocol: Protocol }[];
	hostNetwork: boolean;
	/** Undefined: somewhere. */
	node?: string;
	/** A group of pods that are on one node, whichever. */
	nodeGroup?: string;
	/** Pods that run on another node than this one. */
	apartFrom?: readonly string[];
	/** Its containers have ended: another pod may have its address. */
	ended?: boolean;
	/** Default: none. A pod in the network of its node gets no sidecar, whatever it asks for. */
	mesh?: 'none' | 'sidecar';
	/** A plain proxy beside it, with the certificate that it shows now; its names are all there. */
	proxy?: { certificate: ServedCertificate; listeners: readonly ProxyListener[] };
	annotations?: Labels;
	/** Default: `default`. */
	serviceAccount?: string;
	/** Names, or ids where nothing is declared, of its own security groups; undefined or none: those of its node. */
	securityGroups?: readonly string[];
	addresses: AddressFacts;
}

export interface ServiceFacts {
	namespace: string;
	selector: Labels;
	ports: readonly { port: number; targetPort: number | string; protocol: Protocol }[];
	headless: boolean;
	addresses: AddressFacts;
}

/** One path, tried with a 5-tuple that was never used before. `port` is the number dialled; a Service's own port. */
export interface Connection {
	from: EndpointRef;
	to: Pick<TargetRef, 'kind' | 'name'>;
	port: number;
	protocol: Protocol | 'icmp';
	family: IpFamily;
	/** The headless Service by whose name the pod was found. */
	behind?: string;
	/** Undefined: bytes in the clear, whoever wraps them. */
	attempted?: Attempted;
}

/** What of an attempt a mesh can tell apart. */
export interface Attempted {
	kind: 'connect' | 'plaintext' | 'mtls' | 'tls';
	/** The probe's own TLS, of `tls` attempts. */
	tls?: { certificate: CertificateChoice; alpn: readonly string[] };
	/** The server greets first, and the client waits for it. */
	first?: 'server';
	/** SPIFFE id with which it has to arrive. */
	identity?: string;
	/** SPIFFE id that the client itself writes into X-Forwarded-Client-Cert; has to be gone, or to count for nothing. */
	forgedIdentity?: string;
}

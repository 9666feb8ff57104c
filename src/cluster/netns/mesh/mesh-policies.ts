import type { KubernetesObject } from '../../../model/policy.ts';
import type { Engine } from '../engine.ts';
import type { Labels } from '../label-selector.ts';
import { type AuthorizationPolicy, authorizationsOf, readAuthorizationPolicy } from './authorization-policy.ts';
import { type DestinationRule, readDestinationRule } from './destination-rule.ts';
import { mtlsModes } from './mtls-modes.ts';
import { type MtlsModes, type PeerAuthentication, readPeerAuthentication } from './peer-authentication.ts';
import { readSidecarResource, type SidecarResource, sidecarResourceOf } from './sidecar-resource.ts';

/** By namespace and name, the oldest first: what is replaced keeps its age, as an API server's creationTimestamp does. */
interface Books {
	peerAuthentications: Map<string, PeerAuthentication>;
	authorizationPolicies: Map<string, AuthorizationPolicy>;
	destinationRules: Map<string, DestinationRule>;
	sidecarResources: Map<string, SidecarResource>;
}

/** The kinds that the embedded mesh enforces. */
export const meshKinds: readonly { group: string; kind: string }[] = [
	{ group: 'security.istio.io', kind: 'PeerAuthentication' },
	{ group: 'security.istio.io', kind: 'AuthorizationPolicy' },
	{ group: 'networking.istio.io', kind: 'DestinationRule' },
	{ group: 'networking.istio.io', kind: 'Sidecar' },
];

/** The policies of the mesh as they were applied. It only keeps the books. */
export class MeshPolicies {
	#books: Books = {
		peerAuthentications: new Map(),
		authorizationPolicies: new Map(),
		destinationRules: new Map(),
		sidecarResources: new Map(),
	};

	/** Takes an object in, or out. False: it is none of the mesh's. @throws GatecrashError GC_CLUSTER for a wrong one. */
	change(object: KubernetesObject, how: 'set' | 'delete'): boolean {
		const key = `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
		const book = <One>(all: Map<string, One>, read: (object: KubernetesObject) => One): true => {
			if (how === 'set') all.set(key, read(object));
			else all.delete(key);
			return true;
		};
		switch (meshKindOf(object)) {
			case 'PeerAuthentication':
				return book(this.#books.peerAuthentications, readPeerAuthentication);
			case 'AuthorizationPolicy':
				return book(this.#books.authorizationPolicies, readAuthorizationPolicy);
			case 'DestinationRule':
				return book(this.#books.destinationRules, readDestinationRule);
			case 'Sidecar':
				return book(this.#books.sidecarResources, readSidecarResource);
			default:
				return false;
		}
	}

	/** The books as they are now, to be put back when a change fails. */
	remember(): () => void {
		const { peerAuthentications, authorizationPolicies, destinationRules, sidecarResources } = this.#books;
		const before: Books = {
			peerAuthentications: new Map(peerAuthentications),
			authorizationPolicies: new Map(authorizationPolicies),
			destinationRules: new Map(destinationRules),
			sidecarResources: new Map(sidecarResources),
		};
		return () => {
			this.#books = before;
		};
	}

	modes(workload: { namespace: string; labels: Labels }, engine: Engine): MtlsModes {
		return mtlsModes(workload, [...this.#books.peerAuthentications.values()], engine);
	}

	authorizations(workload: { namespace: string; labels: Labels }): AuthorizationPolicy[] {
		return authorizationsOf(workload, [...this.#books.authorizationPolicies.values()]);
	}

	sidecarResource(workload: { namespace: string; labels: Labels }): SidecarResource | undefined {
		return sidecarResourceOf(workload, [...this.#books.sidecarResources.values()]);
	}

	destinationRules(): DestinationRule[] {
		return [...this.#books.destinationRules.values()];
	}
}

/** Undefined: not one of the mesh's, or of a version that there is not. */
export function meshKindOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string | undefined {
	const [group, version] = apiVersion.split('/');
	const known = meshKinds.some((one) => one.group === group && one.kind === kind);
	return known && /^v1((alpha3|beta1))?$/.test(version ?? '') ? kind : undefined;
}

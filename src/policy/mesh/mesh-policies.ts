import type { KubernetesObject } from '../../model/policy.ts';
import { type AuthorizationPolicy, readAuthorizationPolicy } from './authorization-policy.ts';
import { type DestinationRule, readDestinationRule } from './destination-rule.ts';
import { isMeshObject } from './mesh-object.ts';
import { type PeerAuthentication, readPeerAuthentication } from './peer-authentication.ts';
import { readSidecarResource, type SidecarResource } from './sidecar-resource.ts';

/** Istio's objects of one moment, read. */
export interface MeshPolicies {
	peerAuthentications: readonly PeerAuthentication[];
	destinationRules: readonly DestinationRule[];
	sidecars: readonly SidecarResource[];
	authorizationPolicies: readonly AuthorizationPolicy[];
}

/**
 * Reads those of the objects that configure the mesh. `steps[i]`: number of the step in which `objects[i]` was created;
 * within a step the order of the list counts. Without steps each was created in one of its own.
 */
export function readMeshPolicies(objects: readonly KubernetesObject[], steps?: readonly number[]): MeshPolicies {
	const aged = objects.map((object, index) => ({
		object,
		created: (steps?.[index] ?? index) + index / (objects.length + 1),
	}));
	const of = <T>(kind: string, read: (object: KubernetesObject, created: number) => T): T[] =>
		aged.flatMap(({ object, created }) =>
			object.kind === kind && isMeshObject(object) ? [read(object, created)] : [],
		);
	return {
		peerAuthentications: of('PeerAuthentication', readPeerAuthentication),
		destinationRules: of('DestinationRule', readDestinationRule),
		sidecars: of('Sidecar', readSidecarResource),
		authorizationPolicies: of('AuthorizationPolicy', readAuthorizationPolicy),
	};
}

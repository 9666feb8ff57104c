import { meshRootNamespace } from '../../../model/policy.ts';
import type { Engine } from '../engine.ts';
import type { Labels } from '../label-selector.ts';
import { isSubset } from './mesh-object.ts';
import type { MtlsModes, PeerAuthentication } from './peer-authentication.ts';

/**
 * The modes of one workload. `policies`: the oldest first. The narrowest scope that says something wins, of several
 * policies of one scope only the oldest counts, and without any it is PERMISSIVE. A policy with a selector in the root
 * namespace selects nobody. Source: https://istio.io/latest/docs/reference/config/security/peer_authentication/.
 */
export function mtlsModes(
	workload: { namespace: string; labels: Labels },
	policies: readonly PeerAuthentication[],
	engine: Engine,
): MtlsModes {
	const noticed = engine.peerAuthentications(policies);
	const mesh = noticed.find(({ namespace, selector }) => namespace === meshRootNamespace && !selector);
	const own = noticed.filter(({ namespace }) => namespace === workload.namespace && namespace !== meshRootNamespace);
	const namespace = own.find(({ selector }) => !selector);
	const narrow = own.find(({ selector }) => selector && isSubset(selector, workload.labels));
	const others = narrow?.mode ?? namespace?.mode ?? mesh?.mode ?? 'PERMISSIVE';
	const ports = new Map([...(narrow?.ports ?? [])].map(([port, setting]) => [port, setting ?? others]));
	return engine.mtlsModes({ others, ports });
}

import { meshRootNamespace } from '../../../model/policy.ts';
import { type IpFamily, ipFamilies } from '../../../model/address.ts';
import { clusterOfService } from './clusters.ts';
import type { EnvoyConfig } from '../envoy/envoy-config.ts';
import { clientTls, type DestinationRule } from './destination-rule.ts';
import { type InboundRules, inboundListener } from './inbound-listener.ts';
import type { MeshPod } from './mesh-view.ts';
import { type Outbound, outboundListener } from './outbound-listener.ts';

/** What the sidecar of `pod` does at one moment of the mesh. */
export function sidecarConfig(
	folder: string,
	pod: MeshPod,
	inbound: InboundRules,
	outbound: Outbound & { destinationRules: readonly DestinationRule[] },
): EnvoyConfig {
	const families = ipFamilies.filter((family) => pod.addresses[family] !== undefined);
	const clusters = (family: IpFamily) =>
		outbound.services
			.filter(({ addresses }) => addresses[family] !== undefined)
			.map((service) => {
				const tls = clientTls(pod.namespace, service, outbound.destinationRules, meshRootNamespace);
				return clusterOfService(folder, service, family, tls);
			});
	return {
		listeners: families.flatMap((family) => [
			inboundListener(folder, pod, family, inbound),
			outboundListener(outbound, family),
		]),
		clusters: families.flatMap(clusters),
	};
}

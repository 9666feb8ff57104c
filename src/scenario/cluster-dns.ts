import { clusterDnsLabels, clusterDnsName, clusterDnsNamespace, clusterDnsPorts } from '../model/cluster-dns.ts';
import type { CheckContext } from './check-context.ts';
import { listOf, parseVia } from './short-forms.ts';

type Spec = CheckContext['spec'];

/** Where the cluster's DNS is asked, policies may mean it: it counts among the pods that selectors can match. */
export function withClusterDns(spec: Spec): Spec {
	const attempts = [...(spec.attempts ?? []), ...(spec.phases ?? []).flatMap(({ attempt }) => attempt ?? [])];
	const around = (spec.chaos ?? []).map(({ attempts: { via } }) => ({ via }));
	const asked = [...attempts, ...around].some(({ via }) =>
		listOf(via).some((text) => parseVia(text).kind === 'clusterDns'),
	);
	if (!asked) return spec;
	const listen = clusterDnsPorts.map((port) => ({ ...port }));
	return {
		...spec,
		namespaces: { [clusterDnsNamespace]: {}, ...spec.namespaces },
		pods: {
			...spec.pods,
			[clusterDnsName]: { namespace: clusterDnsNamespace, labels: { ...clusterDnsLabels }, listen },
		},
	};
}

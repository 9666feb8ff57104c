import type { EndpointRef } from '../model/plan.ts';
import type { TargetRef } from '../model/scenario.ts';

/** How scenario files, case ids and reports write an endpoint: `client-one`, `svc/app-one`, `node/a`, `apiserver`. */
export function endpointName(endpoint: EndpointRef | TargetRef): string {
	switch (endpoint.kind) {
		case 'pod':
			return endpoint.name;
		case 'service':
			return `svc/${endpoint.name}${'backend' in endpoint ? `/${endpoint.backend}` : ''}`;
		case 'node':
		case 'external':
		case 'nodePort':
		case 'loadBalancer':
			return `${endpoint.kind}/${endpoint.name}`;
		case 'clusterDns':
			return endpoint.name === '' ? 'cluster' : `cluster/${endpoint.name}`;
		case 'metadata':
			return endpoint.name === '' ? 'metadata' : `metadata/${endpoint.name}`;
		case 'apiserver':
		case 'kubelet':
			return endpoint.kind;
	}
}

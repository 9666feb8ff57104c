import type { Workload } from '../../src/model/plan.ts';
import type { ListenSpec, PodSpec, ServiceSpec } from '../../src/model/scenario.ts';

/** `80/tcp`, or `80/tcp name`. */
export function listen(...ports: string[]): ListenSpec[] {
	return ports.map((text) => {
		const [socket = '', name] = text.split(' ');
		const [port, protocol] = socket.split('/');
		const udp = protocol === 'udp';
		return { port: Number(port), protocol: udp ? 'udp' : 'tcp', name, speaks: udp ? 'udp' : 'tcp' };
	});
}

export function pod(namespace: string, app: string, ports: string[] = [], more: Partial<PodSpec> = {}): PodSpec {
	return {
		namespace,
		labels: { app },
		annotations: {},
		serviceAccount: undefined,
		hostNetwork: false,
		mesh: undefined,
		placement: undefined,
		listen: listen(...ports),
		readiness: undefined,
		liveness: undefined,
		attemptsAtStart: false,
		completes: false,
		...more,
	};
}

export function service(namespace: string, app: string, more: Partial<ServiceSpec> = {}): ServiceSpec {
	return {
		namespace,
		selector: { app },
		ports: [{ port: 80, targetPort: 80, protocol: 'tcp', name: undefined, nodePort: undefined }],
		type: 'ClusterIP',
		headless: false,
		externalTrafficPolicy: 'Cluster',
		...more,
	};
}

export function workload(parts: Partial<Workload> & { pods: Workload['pods'] }): Workload {
	const namespaces = new Set(Object.values(parts.pods).map(({ namespace }) => namespace));
	return {
		scenario: 'test',
		namespaces: Object.fromEntries(
			[...namespaces].map((name) => [name, { labels: { team: name }, mesh: 'none', existing: false }]),
		),
		services: {},
		external: {},
		nodes: [],
		initialPods: Object.keys(parts.pods),
		attemptingNodes: [],
		...parts,
	};
}

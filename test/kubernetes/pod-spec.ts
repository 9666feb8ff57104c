import type { ListenSpec, PodSpec } from '../../src/model/scenario.ts';

/** A pod of a scenario, with what a test wants of it. */
export function pod(wanted: Partial<PodSpec> = {}): PodSpec {
	return {
		namespace: 'shop',
		labels: {},
		annotations: {},
		serviceAccount: undefined,
		hostNetwork: false,
		mesh: undefined,
		placement: undefined,
		listen: [],
		readiness: undefined,
		liveness: undefined,
		attemptsAtStart: false,
		completes: false,
		...wanted,
	};
}

export function tcp(port: number, name?: string): ListenSpec {
	return { port, protocol: 'tcp', name, speaks: 'tcp' };
}

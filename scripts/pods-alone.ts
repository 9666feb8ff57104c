import type { KubeClient } from '../src/kube/kube-client.ts';
import type { KubeObject } from '../src/kube/kube-object.ts';

interface Pod extends KubeObject {
	status?: { conditions?: { type: string; status: string }[] };
}

const namespace = 'gatecrash-bench-pods';
const pods = { apiVersion: 'v1', kind: 'Pod' };

/**
 * How long the cluster needs for so many pods that only sleep, from their creation until all are ready: what no tool
 * that makes its own pods can be faster than. Milliseconds. Removes them and their namespace.
 */
export async function podsAlone(
	client: KubeClient,
	count: number,
	image: string,
	signal: AbortSignal,
): Promise<number> {
	await client.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, { signal });
	try {
		await client.waitFor({
			resource: { apiVersion: 'v1', kind: 'ServiceAccount' },
			selection: { namespace },
			examine: (found) => (found.length > 0 ? true : undefined),
			missing: () => 'default',
			bound: 10_000,
			signal,
		});
		const began = performance.now();
		await Promise.all(Array.from({ length: count }, (_, number) => client.create(sleeper(number, image), { signal })));
		await client.waitFor<Pod, true>({
			resource: pods,
			selection: { namespace },
			examine: (found) => (found.filter(isReady).length === count ? true : undefined),
			missing: (found) => `${found.filter(isReady).length} of ${count} are ready`,
			bound: 120_000,
			signal,
		});
		return performance.now() - began;
	} finally {
		await client.remove({ apiVersion: 'v1', kind: 'Namespace', name: namespace });
		await client.waitFor({
			resource: { apiVersion: 'v1', kind: 'Namespace' },
			selection: { fieldSelector: `metadata.name=${namespace}` },
			examine: (found) => (found.length === 0 ? true : undefined),
			missing: () => 'its end',
			bound: 60_000,
		});
	}
}

function sleeper(number: number, image: string): KubeObject {
	const container = { name: 'sleep', image, command: ['sleep', 'infinity'], imagePullPolicy: 'IfNotPresent' };
	const spec = { containers: [container], terminationGracePeriodSeconds: 0, automountServiceAccountToken: false };
	return { ...pods, metadata: { name: `sleeper-${number}`, namespace }, spec } as KubeObject;
}

function isReady({ status }: Pod): boolean {
	return status?.conditions?.some(({ type, status: state }) => type === 'Ready' && state === 'True') ?? false;
}

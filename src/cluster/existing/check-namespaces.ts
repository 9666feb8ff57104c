import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';

interface ServiceObject extends KubeObject {
	spec?: { selector?: Record<string, string>; publishNotReadyAddresses?: boolean };
}

/**
 * The namespaces marked `existing` must be there, and no Service in them may send traffic to the probe pods: those are
 * never Ready, which keeps them out of every Service but one that publishes pods that are not.
 * @throws GatecrashError GC_CLUSTER naming all that is wrong.
 */
export async function checkNamespaces(
	client: KubeClient,
	workloads: readonly Workload[],
	signal: AbortSignal,
): Promise<void> {
	const wrong: string[] = [];
	for (const namespace of existingNamespaces(workloads)) {
		const there = await client.get<KubeObject>({ apiVersion: 'v1', kind: 'Namespace', name: namespace }, { signal });
		if (!there || there.metadata.deletionTimestamp !== undefined) {
			wrong.push(`there is no namespace ${namespace}`);
			continue;
		}
		const services = await client.list<ServiceObject>({ apiVersion: 'v1', kind: 'Service' }, { namespace }, { signal });
		for (const workload of workloads) wrong.push(...attracted(workload, namespace, services));
	}
	if (wrong.length === 0) return;
	throw new GatecrashError('GC_CLUSTER', `Probe pods can't be put there: ${[...new Set(wrong)].join('; ')}.`, {
		hint: 'Nothing was made. Name another namespace, or give the probe pods other labels.',
	});
}

export function existingNamespaces(workloads: readonly Workload[]): string[] {
	const names = workloads.flatMap(({ namespaces }) =>
		Object.entries(namespaces).flatMap(([name, { existing }]) => (existing ? [name] : [])),
	);
	return [...new Set(names)].sort();
}

function attracted({ pods }: Workload, namespace: string, services: readonly ServiceObject[]): string[] {
	const eager = services.filter(({ spec }) => spec?.publishNotReadyAddresses === true);
	return eager.flatMap(({ metadata, spec }) => {
		const selector = Object.entries(spec?.selector ?? {});
		if (selector.length === 0) return [];
		return Object.entries(pods).flatMap(([name, pod]) =>
			pod.namespace === namespace && selector.every(([key, value]) => pod.labels[key] === value)
				? [
						`Service ${namespace}/${metadata.name} would send traffic to the probe pod ${name} (publishNotReadyAddresses)`,
					]
				: [],
		);
	});
}

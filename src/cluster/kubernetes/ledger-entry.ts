import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import type { LedgerEntry } from '../../model/cluster.ts';

/** Objects in a namespace of ours go with it; only the others are written down. */
export function ledgerEntry(
	{ kubeconfig, context }: Pick<KubeClient, 'kubeconfig' | 'context'>,
	{ apiVersion, kind, namespace, name }: ObjectRef,
): LedgerEntry {
	return { makes: 'object', kubeconfig, context, apiVersion, kind, namespace, name };
}

import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Recovery } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { authoritySecret, readMeshAuthority } from '../kind/mesh-authority.ts';
import { restart, scale, wantedReplicas } from '../kubernetes/control-plane.ts';

/** Whether something of a fault is still there, by the recipe that was written down before it was injected. */
export async function isInForce(client: KubeClient, recovery: Recovery): Promise<boolean> {
	if (recovery.do === 'scale') {
		const replicas = await wantedReplicas(client, recovery);
		return replicas !== undefined && replicas !== recovery.replicas;
	}
	const wanted = await wantedSecret(recovery);
	const [namespace = '', name = ''] = recovery.secret.split('/');
	const there = await client.get<SecretObject>({ apiVersion: 'v1', kind: 'Secret', namespace, name });
	const texts = Object.entries(wanted?.stringData ?? {});
	return there !== undefined && texts.some(([key, text]) => decoded(there.data?.[key]) !== text);
}

/** Undoes it. @throws GatecrashError GC_CLUSTER, GC_CLEANUP. */
export async function recover(client: KubeClient, recovery: Recovery): Promise<void> {
	if (recovery.do === 'scale') return scale(client, recovery, recovery.replicas);
	const wanted = await wantedSecret(recovery);
	if (!wanted) {
		throw new GatecrashError('GC_CLEANUP', `${recovery.file}, which holds the mesh's authority, is not there.`, {
			hint: 'bring the cluster up anew: gatecrash cluster down, then gatecrash cluster up',
		});
	}
	await client.apply(wanted);
	const [namespace = '', deployment = ''] = recovery.deployment.split('/');
	await restart(client, { namespace, deployment });
}

/** For people. */
export function describeRecovery(recovery: Recovery): string {
	if (recovery.do === 'trust-one-root') return `the mesh of ${recovery.deployment} trusts one root again`;
	return `Deployment ${recovery.namespace}/${recovery.deployment} back to ${recovery.replicas}`;
}

type SecretObject = KubeObject & { data?: Record<string, string>; stringData?: Record<string, string> };

async function wantedSecret({ file, secret }: Extract<Recovery, { do: 'trust-one-root' }>) {
	const certificates = await readMeshAuthority(file);
	return certificates && ((await authoritySecret(secret, certificates)) as SecretObject);
}

function decoded(text: string | undefined): string | undefined {
	return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
}

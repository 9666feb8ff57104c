import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Recovery } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { authoritySecret, readMeshAuthority } from '../kind/mesh-authority.ts';
import { restart } from '../kubernetes/control-plane.ts';

type MeshRecovery = Extract<Recovery, { do: 'trust-one-root' }>;
type SecretObject = KubeObject & { data?: Record<string, string>; stringData?: Record<string, string> };

/** Whether the Secret that the mesh signs with holds the recorded authority, or is gone. */
export async function trustsOneRoot(client: KubeClient, recovery: MeshRecovery): Promise<boolean> {
	const wanted = await wantedSecret(recovery);
	const [namespace = '', name = ''] = recovery.secret.split('/');
	const there = await client.get<SecretObject>({ apiVersion: 'v1', kind: 'Secret', namespace, name });
	const texts = Object.entries(wanted?.stringData ?? {});
	return there === undefined || texts.every(([key, text]) => decoded(there.data?.[key]) === text);
}

/** @throws GatecrashError GC_CLUSTER, GC_CLEANUP. */
export async function trustOneRoot(client: KubeClient, recovery: MeshRecovery): Promise<void> {
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

async function wantedSecret({ file, secret }: MeshRecovery) {
	const certificates = await readMeshAuthority(file);
	return certificates && ((await authoritySecret(secret, certificates)) as SecretObject);
}

function decoded(text: string | undefined): string | undefined {
	return text === undefined ? undefined : Buffer.from(text, 'base64').toString();
}

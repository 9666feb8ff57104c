import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import type { KubeObject } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { MeshCertificates } from '../mesh-certificates.ts';

const kept = z.strictObject({ chain: z.string(), key: z.string() });

/** Makes a certificate authority for a cluster's mesh, and keeps it in `file`, which nobody else may read. */
export async function makeMeshAuthority(file: string): Promise<MeshCertificates> {
	const certificates = await MeshCertificates.create();
	await keepMeshAuthority(file, certificates);
	return certificates;
}

/** Writes down the authority that issues now. @throws GatecrashError GC_RUN_FOLDER. */
export async function keepMeshAuthority(file: string, certificates: MeshCertificates): Promise<void> {
	try {
		await writeFile(file, JSON.stringify(await certificates.authority()), { mode: 0o600 });
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} can't be written.`, { cause });
	}
}

/** Undefined for a cluster without one. */
export async function readMeshAuthority(file: string): Promise<MeshCertificates | undefined> {
	const text = await readFile(file, 'utf8').catch(() => undefined);
	return text === undefined ? undefined : MeshCertificates.restore(kept.parse(JSON.parse(text)));
}

/**
 * The Secret from which istiod takes its signing certificate; `place`: NAMESPACE/NAME.
 * https://istio.io/latest/docs/tasks/security/cert-management/plugin-ca-cert/
 */
export async function authoritySecret(place: string, certificates: MeshCertificates): Promise<KubeObject> {
	const [namespace = '', name = ''] = place.split('/');
	const { chain, key } = await certificates.authority();
	const roots = certificates.trusted.join('\n');
	const stringData = { 'ca-cert.pem': chain, 'ca-key.pem': key, 'root-cert.pem': roots, 'cert-chain.pem': chain };
	return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace }, stringData } as KubeObject;
}

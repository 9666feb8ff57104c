import { GatecrashError } from '../../model/gatecrash-error.ts';
import { command } from './command.ts';

const createBound = 600_000;
const deleteBound = 120_000;

export interface NewKindCluster {
	/** kind's own name of it; node containers are called after it. */
	name: string;
	/** Files. */
	config: string;
	kubeconfig: string;
	image: string | undefined;
}

/** Names of all kind clusters here, whoever made them. @throws GatecrashError GC_TOOL_MISSING, GC_CLUSTER. */
export async function listKindClusters(): Promise<string[]> {
	// With none, kind says so on standard error.
	return words(await command('kind', ['get', 'clusters', '--quiet']));
}

/**
 * Creates a cluster and writes its kubeconfig; nodes of a failed one are left, so that its logs can be exported. When
 * this process dies, so does kind; whoever calls deletes the cluster, also when this fails.
 */
export async function createKindCluster(
	{ name, config, kubeconfig, image }: NewKindCluster,
	signal: AbortSignal,
	onPhase: (phase: string) => void,
): Promise<void> {
	const args = ['create', 'cluster', '--name', name, '--config', config, '--kubeconfig', kubeconfig, '--retain'];
	await command('kind', [...args, ...(image === undefined ? [] : ['--image', image])], {
		signal,
		timeout: createBound,
		onLine: (line) => {
			// ` • Starting control-plane 🕹️  ...`, and the same again with ✓ when it is done.
			const step = /^ • (.*?)\s+[^\w\s]*\s*\.\.\.$/u.exec(line)?.[1];
			if (step !== undefined) onPhase(step.toLowerCase());
		},
	}).catch((error: unknown) => {
		if (!(error instanceof GatecrashError) || !/failed to pull image/.test(error.message)) throw error;
		throw new GatecrashError(error.code, error.message, {
			hint: 'Without a way to its registry, give a node image that is here: --node-image IMAGE (docs/clusters.md).',
			cause: error,
		});
	});
}

/** No failure where there is none of that name. Goes on by itself when this process ends. */
export async function deleteKindCluster(name: string, kubeconfig: string): Promise<void> {
	const args = ['delete', 'cluster', '--name', name, '--kubeconfig', kubeconfig];
	await command('kind', args, { timeout: deleteBound, ends: 'by-itself' });
}

/** Logs of the nodes, their kubelets and pods. */
export async function exportKindLogs(name: string, folder: string): Promise<void> {
	await command('kind', ['export', 'logs', '--name', name, folder], { timeout: 120_000 });
}

/** Node containers that run, in the order of their names. */
export async function nodeContainers(name: string): Promise<string[]> {
	const label = `label=io.x-k8s.kind.cluster=${name}`;
	return words(await command('docker', ['ps', '--filter', label, '--format', '{{.Names}}'])).sort();
}

/** Gives the nodes an image that this machine has and they don't; otherwise they fetch it themselves. */
export async function loadImage(name: string, image: string, signal: AbortSignal): Promise<void> {
	const [node] = await nodeContainers(name);
	if (node === undefined) return;
	const there = words(await command('docker', ['exec', node, 'ctr', '-n', 'k8s.io', 'images', 'ls', '-q'], { signal }));
	if (there.includes(fullName(image)) || !(await isHere(image))) return;
	await command('kind', ['load', 'docker-image', '--name', name, image], { signal, timeout: 180_000 });
}

/** As containerd names images: `node:22` is `docker.io/library/node:22`. */
export function fullName(image: string): string {
	const [first = '', ...rest] = image.split('/');
	const hasHost = rest.length > 0 && (/[.:]/.test(first) || first === 'localhost');
	const path = hasHost ? image : `docker.io/${rest.length === 0 ? 'library/' : ''}${image}`;
	return /[:@][^/]*$/.test(path) ? path : `${path}:latest`;
}

/** Whether Docker has an image already. */
export function isHere(image: string): Promise<boolean> {
	return command('docker', ['image', 'inspect', '--format', '{{.Id}}', image]).then(
		() => true,
		() => false,
	);
}

function words(text: string): string[] {
	return text.split(/\s+/).filter((word) => word !== '');
}

import { existsSync } from 'node:fs';
import type { KubeConfig } from '@kubernetes/client-node';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { KubeClient } from './kube-client.ts';
import { Transport } from './transport.ts';

export interface ConnectOptions {
	/** Path; default: KUBECONFIG, ~/.kube/config, or the service account of the pod that we run in. */
	kubeconfig?: string | undefined;
	/** Default: the kubeconfig's current one. */
	context?: string | undefined;
	/** How long a server that does not answer at all is asked, milliseconds. */
	patience?: number;
}

/**
 * A client for a cluster whose API server answers. Whoever connects calls `close`.
 * @throws GatecrashError GC_CLUSTER, GC_NOT_PERMITTED.
 */
export async function connect(options: ConnectOptions = {}): Promise<KubeClient> {
	const config = await readKubeconfig(options);
	const client = new KubeClient(config, new Transport(config), options.kubeconfig);
	try {
		await client.version(options.patience ?? 5_000);
	} catch (error) {
		client.close();
		throw error;
	}
	return client;
}

/** Loaded lazily: `gatecrash validate` need not wait for client-node. */
async function readKubeconfig({ kubeconfig, context }: ConnectOptions): Promise<KubeConfig> {
	const kubernetes = await import('./client-node.ts');
	const config = new kubernetes.KubeConfig();
	if (kubeconfig !== undefined && !existsSync(kubeconfig)) {
		throw new GatecrashError('GC_CLUSTER', `There is no kubeconfig ${kubeconfig}.`);
	}
	try {
		if (kubeconfig === undefined) config.loadFromDefault();
		else config.loadFromFile(kubeconfig);
	} catch (cause) {
		throw new GatecrashError('GC_CLUSTER', `The kubeconfig ${kubeconfig ?? ''} can't be read: ${String(cause)}`, {
			cause,
		});
	}
	if (context !== undefined) {
		const known = config.getContexts().map(({ name }) => name);
		if (!known.includes(context)) {
			throw new GatecrashError('GC_CLUSTER', `The kubeconfig has no context "${context}".`, {
				hint: `It has: ${known.join(', ') || 'none'}.`,
			});
		}
		config.setCurrentContext(context);
	}
	// What client-node makes up where it finds no kubeconfig at all.
	const madeUp = kubeconfig === undefined && config.getCurrentContext() === 'loaded-context';
	if (madeUp || !config.getCurrentCluster()) {
		throw new GatecrashError('GC_CLUSTER', 'The kubeconfig names no cluster.', {
			hint: 'Give --kubeconfig or --context.',
		});
	}
	return config;
}

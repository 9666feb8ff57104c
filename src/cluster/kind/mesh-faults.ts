import type { KubeClient } from '../../kube/kube-client.ts';
import type { Ledger, LedgerEntry } from '../../model/cluster.ts';
import type { FaultName, Recovery } from '../../model/fault.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { istiod, restart, scale, waitUntilGone, wantedReplicas } from '../kubernetes/control-plane.ts';
import { type RunningCertificates, Sidecars } from '../kubernetes/running-certificates.ts';
import type { ClusterFaults, FaultPlace } from '../kubernetes/site.ts';
import type { MeshCertificates } from '../mesh-certificates.ts';
import { authoritySecret, keepMeshAuthority } from './mesh-authority.ts';

export interface MeshFaultsOptions {
	client: KubeClient;
	ledger: Ledger | undefined;
	/** The authority with which istiod signs; it is changed when its root is. */
	certificates: MeshCertificates;
	/** Where it is kept. */
	file: string;
	/** The Secret that istiod takes it from, NAMESPACE/NAME. */
	secret: string;
}

/** For certificates that live a minute: Istio renews them after half of it. Milliseconds. */
const renewalBound = 120_000;
/** The kubelet brings a mounted ConfigMap up to date after a minute or two at the latest. Milliseconds. */
const mountBound = 150_000;

/** Faults of Istio on a cluster of ours. */
export class MeshFaults implements ClusterFaults {
	readonly #options: MeshFaultsOptions;
	readonly #inForce = new Map<FaultName, LedgerEntry>();

	constructor(options: MeshFaultsOptions) {
		this.#options = options;
	}

	async inject(fault: FaultName, { namespaces }: FaultPlace, signal: AbortSignal): Promise<string[]> {
		const sidecars = new Sidecars(this.#options.client, namespaces);
		switch (fault) {
			case 'stop-mesh-control-plane':
				return this.#stop(signal);
			case 'rotate-certificates':
				return renewal(sidecars, signal);
			case 'rotate-mesh-root':
				return this.#replaceRoot(sidecars, signal);
			default:
				throw new GatecrashError('GC_CLUSTER', `This cluster can't inject the fault ${fault}.`);
		}
	}

	async heal(fault: FaultName, { namespaces }: FaultPlace, inHaste: boolean): Promise<string[]> {
		const entry = this.#inForce.get(fault);
		if (entry?.makes !== 'fault') return [];
		const sidecars = inHaste ? undefined : new Sidecars(this.#options.client, namespaces);
		const effects = await this.#undo(entry.recovery, sidecars);
		this.#inForce.delete(fault);
		this.#options.ledger?.undone(entry);
		return effects;
	}

	async #stop(signal: AbortSignal): Promise<string[]> {
		const { client } = this.#options;
		const replicas = await wantedReplicas(client, istiod);
		if (replicas === undefined) throw new GatecrashError('GC_CLUSTER', 'There is no istiod to be stopped.');
		if (replicas === 0) return [];
		const { namespace, deployment } = istiod;
		this.#intend('stop-mesh-control-plane', { do: 'scale', namespace, deployment, replicas });
		await scale(client, istiod, 0, signal);
		await waitUntilGone(client, istiod, signal);
		return [`Deployment ${namespace}/${deployment}: ${replicas} became 0, and its pods are gone`];
	}

	/**
	 * As Istio's page on plug-in certificates has it: first everybody trusts both, then the new one signs. With both at once,
	 * sidecars would not trust istiod itself until the kubelet has told them.
	 */
	async #replaceRoot(sidecars: Sidecars, signal: AbortSignal): Promise<string[]> {
		const { certificates, file, secret } = this.#options;
		const deployment = `${istiod.namespace}/${istiod.deployment}`;
		this.#intend('rotate-mesh-root', { do: 'trust-one-root', file, secret, deployment });
		await certificates.announce();
		await this.#sign(signal);
		if (!(await sidecars.untilRootsMounted(2, mountBound, signal))) return [];
		const prepared = await sidecars.until(
			(all) => all.every(({ trusted }) => trusted.length === 2),
			renewalBound,
			signal,
		);
		if (prepared.length === 0 || prepared.some(({ trusted }) => trusted.length !== 2)) return [];
		await certificates.renew();
		await keepMeshAuthority(file, certificates);
		await this.#sign(signal);
		// Nobody else signs any more: what is renewed from now on is of the new root.
		return renewal(sidecars, signal);
	}

	async #undo(recovery: Recovery, sidecars: Sidecars | undefined): Promise<string[]> {
		const { client, certificates } = this.#options;
		if (recovery.do === 'scale') {
			await scale(client, recovery, recovery.replicas);
			return [`Deployment ${recovery.namespace}/${recovery.deployment}: ${recovery.replicas} ready again`];
		}
		certificates.forgetFormer();
		await this.#sign();
		if (!sidecars) return [];
		await sidecars.untilRootsMounted(1, mountBound);
		const after = await sidecars.until((all) => all.every(({ trusted }) => trusted.length === 1), renewalBound);
		const done = after.filter(({ trusted }) => trusted.length === 1);
		return done.map(({ pod }) => `the sidecar of ${pod} trusts one root`);
	}

	async #sign(signal?: AbortSignal): Promise<void> {
		const { client, certificates, secret } = this.#options;
		await client.apply(await authoritySecret(secret, certificates), { signal });
		await restart(client, istiod, signal);
	}

	#intend(fault: FaultName, recovery: Recovery): void {
		const { kubeconfig, context } = this.#options.client;
		const entry: LedgerEntry = { makes: 'fault', fault, kubeconfig, context, recovery };
		this.#options.ledger?.intend(entry);
		this.#inForce.set(fault, entry);
	}
}

/** Waits until every sidecar runs another certificate than now. */
async function renewal(sidecars: Sidecars, signal: AbortSignal): Promise<string[]> {
	const before = new Map((await sidecars.certificates(signal)).map((one) => [one.pod, leafOf(one)]));
	const isNew = (one: RunningCertificates) => leafOf(one) !== undefined && leafOf(one) !== before.get(one.pod);
	const after = await sidecars.until((all) => all.length >= before.size && all.every(isNew), renewalBound, signal);
	return after
		.filter(isNew)
		.map((one) => `certificate of ${one.pod}: serial number ${before.get(one.pod)} became ${leafOf(one)}`);
}

function leafOf({ chain }: RunningCertificates): string | undefined {
	return chain[0];
}

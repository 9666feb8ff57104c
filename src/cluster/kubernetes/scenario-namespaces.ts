import type { KubeObject, ObjectRef } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Workload } from '../../model/plan.ts';
import { agentProgramMap } from './agent-program-map.ts';
import { allDone } from './all-done.ts';
import type { LastingObjects } from './lasting-objects.ts';
import { meshLabels, podSecurityOf } from './namespace-manifest.ts';
import { serviceAccountManifest, serviceAccountRef } from './service-account-manifest.ts';
import type { Site } from './site.ts';
import { standbyOwnership, type StandingPorts } from './standby.ts';
import type { StandingNamespace } from './standing-pods.ts';

/** The namespaces of one scenario and what stands in them before its pods. */
export class ScenarioNamespaces {
	/** Scenario's namespace -> the cluster's. */
	readonly names: ReadonlyMap<string, string>;
	readonly #site: Site;
	readonly #workload: Workload;
	readonly #lasting: LastingObjects;
	readonly #claimed: ObjectRef[] = [];
	readonly #accounts: ObjectRef[] = [];
	/** Our ConfigMaps in namespaces of others: they own the probe pods, so that no controller of theirs adopts one. */
	readonly #owners = new Map<string, ObjectRef>();

	constructor(site: Site, workload: Workload, names: ReadonlyMap<string, string>, lasting: LastingObjects) {
		this.#site = site;
		this.#workload = workload;
		this.names = names;
		this.#lasting = lasting;
	}

	/** Those that are ours. */
	get claimed(): readonly ObjectRef[] {
		return this.#claimed;
	}

	/** What the next scenario in the same namespaces must not meet. */
	get accounts(): readonly ObjectRef[] {
		return this.#accounts;
	}

	/** Those whose pods stand by. */
	standing(): StandingNamespace[] {
		return this.#claimed.flatMap((ref) => {
			const standing = this.#site.namespaces.standing(ref);
			return standing ? [{ name: ref.name, worn: standing.worn }] : [];
		});
	}

	/** Where pods stand by: the source ports of this run. */
	standingIn(name: string): StandingPorts | undefined {
		const ref = this.#claimed.find((one) => one.name === this.realName(name));
		return ref && this.#site.namespaces.standing(ref);
	}

	/** Name of the ConfigMap with the agents' program. */
	programIn(name: string): string {
		const { mapName, standbyMapName } = this.#site.program;
		return this.standingIn(name) ? standbyMapName : mapName;
	}

	isForeign(name: string): boolean {
		return this.#workload.namespaces[name]?.existing === true;
	}

	realName(name: string): string {
		return this.names.get(name) ?? name;
	}

	ownerIn(name: string): ObjectRef | undefined {
		return this.#owners.get(this.realName(name));
	}

	/** @throws GatecrashError GC_CLUSTER for one that is not ours. */
	own(name: string): ObjectRef {
		const ref = this.#claimed.find((one) => one.name === this.realName(name));
		if (!ref) throw new GatecrashError('GC_CLUSTER', `The namespace "${name}" is not one of ours to label.`);
		return ref;
	}

	/** In sorted order, as every run does it: two that want the same names never wait for each other. */
	async claim(signal: AbortSignal): Promise<void> {
		const wanted = Object.entries(this.#workload.namespaces).filter(([name]) => !this.isForeign(name));
		for (const [name, spec] of wanted.sort(([one], [other]) => (one < other ? -1 : 1))) {
			const level = podSecurityOf(spec, this.#podsIn(name));
			const labels = { ...meshLabels(spec), ...spec.labels };
			this.#claimed.push(await this.#site.namespaces.claim(this.realName(name), labels, level, signal));
		}
	}

	/** What pods need to be admitted and to start. */
	async furnish(signal: AbortSignal): Promise<void> {
		await allDone(Object.keys(this.#workload.namespaces).map((name) => this.#furnish(name, signal)));
	}

	async #furnish(name: string, signal: AbortSignal): Promise<void> {
		const { client, ownership } = this.#site;
		const real = this.realName(name);
		const pods = this.#podsIn(name);
		const owner = this.standingIn(name) ? standbyOwnership() : ownership;
		const program = agentProgramMap(this.programIn(name), real, this.#site.program, owner);
		if (this.isForeign(name)) {
			// Accounts are theirs: a pod that names one which is not there is refused by the API server.
			if (pods.length > 0) this.#owners.set(real, refOf(await this.#lasting.create(program, signal)));
			return;
		}
		// The cluster makes `default` by itself, but a moment later, and refuses pods until then.
		const accounts = new Set(['default', ...pods.flatMap(({ serviceAccount }) => serviceAccount ?? [])]);
		for (const account of accounts) if (account !== 'default') this.#accounts.push(serviceAccountRef(account, real));
		const labelsOf = (account: string) => this.#workload.serviceAccounts?.[account]?.labels;
		const manifests = [...accounts].map((account) =>
			serviceAccountManifest(account, real, ownership, labelsOf(account)),
		);
		if (pods.length > 0) manifests.push(program);
		await allDone(manifests.map((manifest) => client.apply(manifest, { signal })));
	}

	#podsIn(name: string) {
		return Object.values(this.#workload.pods).filter(({ namespace }) => namespace === name);
	}
}

function refOf({ apiVersion, kind, metadata: { name, namespace, uid } }: KubeObject): ObjectRef {
	return { apiVersion, kind, name, namespace, uid };
}

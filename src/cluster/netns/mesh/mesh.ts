import type { ClientCertificate } from '../../../model/agent.ts';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { Workload } from '../../../model/plan.ts';
import type { KubernetesObject } from '../../../model/policy.ts';
import type { CertificateChoice } from '../../../model/scenario.ts';
import type { Attachment } from '../endpoint-network.ts';
import type { Engine } from '../engine.ts';
import type { Fabric } from '../fabric.ts';
import type { Inventory, Member } from '../inventory.ts';
import type { ServiceBook } from '../service-book.ts';
import { MeshCertificates } from './certificates.ts';
import { type DestinationRule, readDestinationRule } from './destination-rule.ts';
import { sidecarConfig } from './envoy-config.ts';
import { excludedInboundPorts, hasSidecar } from './injection.ts';
import type { MeshPod, MeshService, MeshView } from './mesh-view.ts';
import { mtlsModes } from './mtls-modes.ts';
import { type PeerAuthentication, readPeerAuthentication } from './peer-authentication.ts';
import { redirectScript } from './redirect.ts';
import { folderOf, Sidecar } from './sidecar.ts';
import { spiffeId } from './spiffe.ts';
import { fullValidation } from './tls-context.ts';

/** A pod with a sidecar. */
type Meshed = Member & { attachment: Attachment; spec: NonNullable<Member['spec']>; namespace: string };

/** Policies of the mesh, the oldest first: a policy that is replaced keeps its age. */
interface MeshPolicies {
	peerAuthentications: Map<string, PeerAuthentication>;
	destinationRules: Map<string, DestinationRule>;
}

/**
 * The mesh of one deployment: an Envoy beside each pod that asks for one, what they are told, and whom they trust. It ends
 * with its fabric.
 */
export class Mesh {
	readonly #fabric: Fabric;
	readonly #envoy: string;
	readonly #inventory: Inventory;
	readonly #services: ServiceBook;
	readonly #workload: Workload;
	readonly #engine: Engine;
	readonly #sidecars = new Map<Member, Sidecar>();
	#certificates: Promise<MeshCertificates> | undefined;
	#policies: MeshPolicies = { peerAuthentications: new Map(), destinationRules: new Map() };

	constructor(
		fabric: Fabric,
		options: { envoy: string; inventory: Inventory; services: ServiceBook; workload: Workload; engine: Engine },
	) {
		this.#fabric = fabric;
		this.#envoy = options.envoy;
		this.#inventory = options.inventory;
		this.#services = options.services;
		this.#workload = options.workload;
		this.#engine = options.engine;
	}

	/** Takes an object into the books, or out of them; `sync` brings it into force. False: it is none of the mesh's. */
	change(object: KubernetesObject, how: 'set' | 'delete'): boolean {
		const key = `${object.metadata.namespace ?? 'default'}/${object.metadata.name}`;
		const book = <One>(books: Map<string, One>, read: (object: KubernetesObject) => One) => {
			if (how === 'set') books.set(key, read(object));
			else books.delete(key);
			return true;
		};
		const group = object.apiVersion.replace(/\/v1(beta1)?$/, '');
		if (group === 'security.istio.io' && object.kind === 'PeerAuthentication')
			return book(this.#policies.peerAuthentications, readPeerAuthentication);
		if (group === 'networking.istio.io' && object.kind === 'DestinationRule')
			return book(this.#policies.destinationRules, readDestinationRule);
		return false;
	}

	/** The books as they are, to be put back when a change fails. */
	remember(): () => void {
		const { peerAuthentications, destinationRules } = this.#policies;
		const before = {
			peerAuthentications: new Map(peerAuthentications),
			destinationRules: new Map(destinationRules),
		};
		return () => {
			this.#policies = before;
		};
	}

	/** Sidecars for new pods, whose interfaces exist; resolves when they accept connections. */
	async bringUp(members: readonly Member[]): Promise<void> {
		const pods = members.filter((member) => this.#isMeshed(member));
		if (pods.length === 0) return;
		const redirect = () => this.#fabric.run(['sh', '-s'], redirectScript(pods.map((pod) => this.#redirect(pod))));
		const late = this.#engine.captureDelay();
		// Pods that are gone by then, and the fabric, need none any more.
		if (late > 0) setTimeout(() => redirect().catch(() => {}), late).unref();
		else await redirect();
		const view = this.#view();
		await Promise.all(pods.map((pod) => this.#startSidecar(pod, view)));
	}

	/** Resolves when every sidecar has what the books say now in force. @throws GatecrashError GC_CLUSTER. */
	async sync(): Promise<void> {
		if (this.#sidecars.size === 0) return;
		const view = this.#view();
		await Promise.all(
			[...this.#sidecars].map(([member, sidecar]) =>
				this.#isMeshed(member) ? sidecar.update(this.#config(member, view)) : undefined,
			),
		);
	}

	stop(member: Member): void {
		this.#sidecars.get(member)?.stop();
		this.#sidecars.delete(member);
	}

	/** A sidecar that ended by itself would look like a policy that blocks. @throws GatecrashError GC_CLUSTER then. */
	check(): void {
		for (const { ended } of this.#sidecars.values()) {
			if (ended !== undefined) throw new GatecrashError('GC_CLUSTER', `In the embedded mesh, ${ended}`);
		}
	}

	/** For a probe's own TLS; any pod may have one. @throws GatecrashError GC_CLUSTER for a pod that does not exist. */
	async certificate(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<ClientCertificate> {
		const spec = this.#workload.pods[pod];
		if (!spec) throw new GatecrashError('GC_CLUSTER', `There is no pod "${pod}" to make a certificate for.`);
		return (await this.#authority()).chosen(choice, spec.namespace, spec.serviceAccount);
	}

	async #startSidecar(pod: Meshed, view: MeshView): Promise<void> {
		const authority = await this.#authority();
		const { ownAuthority } = this.#engine.peerValidation(fullValidation);
		const sidecar = await Sidecar.start(
			this.#fabric,
			this.#envoy,
			{ name: pod.name, namespace: pod.namespace, device: pod.attachment.device },
			{
				config: this.#config(pod, view),
				certificate: await authority.forWorkload(pod.namespace, pod.spec.serviceAccount),
				roots: ownAuthority ? [authority.root] : [authority.root, authority.strangersRoot],
			},
		);
		this.#sidecars.set(pod, sidecar);
	}

	#authority(): Promise<MeshCertificates> {
		this.#certificates ??= MeshCertificates.create();
		return this.#certificates;
	}

	#config(pod: Meshed, view: MeshView) {
		const own = view.pods.find(({ name }) => name === pod.name);
		// Every pod that has a sidecar is in the view.
		if (!own) throw new GatecrashError('GC_CLUSTER', `The pod "${pod.name}" is not in the mesh.`);
		const destinationRules = [...this.#policies.destinationRules.values()];
		const validation = this.#engine.peerValidation(fullValidation);
		return sidecarConfig(folderOf(pod.attachment.device), own, { ...view, destinationRules }, validation);
	}

	#isMeshed(member: Member): member is Meshed {
		const { attachment, spec, namespace } = member;
		if (!attachment || !spec || namespace === undefined) return false;
		return hasSidecar(spec, this.#workload.namespaces[namespace]);
	}

	#redirect({ attachment, spec, listen }: Meshed) {
		const listening = listen.filter(({ protocol }) => protocol === 'tcp').map(({ port }) => port);
		return {
			device: attachment.device,
			addresses: attachment.addresses,
			uncaptured: this.#engine.uncapturedPorts(excludedInboundPorts(spec, listening), listening),
		};
	}

	#view(): MeshView {
		const members = new Map<Member, MeshPod>();
		for (const member of this.#inventory.pods()) {
			if (this.#isMeshed(member)) members.set(member, this.#meshPod(member));
		}
		const services = this.#services.tcpPorts().map(({ backends, ...service }): MeshService => {
			const speaks = ({ pod, port }: { pod: Member; port: number }) =>
				pod.listen.some((one) => one.protocol === 'tcp' && one.port === port && one.speaks === 'http');
			return {
				...service,
				http: backends.some(speaks),
				backends: backends.map(({ pod, port }) => {
					const meshed = members.get(pod);
					const mode = meshed?.ports.find((one) => one.port === port)?.mode ?? meshed?.others;
					return { addresses: pod.addresses, port, identity: mode === 'DISABLE' ? undefined : meshed?.identity };
				}),
			};
		});
		return { pods: [...members.values()], services };
	}

	#meshPod({ name, namespace, labels, addresses, listen, spec }: Meshed): MeshPod {
		const policies = [...this.#policies.peerAuthentications.values()];
		const modes = mtlsModes({ namespace, labels }, policies, this.#engine);
		return {
			name,
			namespace,
			identity: spiffeId(namespace, spec.serviceAccount),
			addresses,
			others: modes.others,
			ports: listen
				.filter(({ protocol }) => protocol === 'tcp')
				.map(({ port, speaks }) => ({
					port,
					http: speaks === 'http',
					mode: modes.ports.get(port) ?? modes.others,
				})),
		};
	}
}

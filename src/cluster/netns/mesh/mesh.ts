import type { ClientCertificate } from '../../../model/agent.ts';
import { GatecrashError } from '../../../model/gatecrash-error.ts';
import type { MeshFaultName } from '../../../model/fault.ts';
import type { Workload } from '../../../model/plan.ts';
import type { CertificateChoice } from '../../../model/scenario.ts';
import type { Attachment } from '../endpoint-network.ts';
import type { Engine } from '../engine.ts';
import type { Fabric } from '../fabric.ts';
import type { Inventory, Member } from '../inventory.ts';
import type { ServiceBook } from '../service-book.ts';
import { MeshCertificates } from '../../mesh-certificates.ts';
import { staticClusters } from './clusters.ts';
import { sidecarConfig } from './sidecar-config.ts';
import { hasSidecar } from './injection.ts';
import { MeshPolicies } from './mesh-policies.ts';
import { type MeshPod, type MeshService, serviceSeen } from './mesh-view.ts';
import { redirectOf, redirectScript, withoutRedirect } from './redirect.ts';
import { EnvoyProcess, folderOf } from '../envoy/envoy-process.ts';
import { knows } from './sidecar-resource.ts';
import { spiffeId } from '../../spiffe.ts';
import { fullValidation } from './tls-context.ts';

/** A pod with a sidecar. */
type Meshed = Member & { attachment: Attachment; spec: NonNullable<Member['spec']>; namespace: string };

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
	readonly policies = new MeshPolicies();
	readonly #sidecars = new Map<Member, EnvoyProcess>();
	#certificates: Promise<MeshCertificates> | undefined;
	/** Whose sidecars were ended on purpose. */
	#ended: Member[] = [];
	/** Sidecars go on with what they have, as without istiod. */
	#stopped = false;

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

	/** Sidecars for new pods, whose interfaces exist; resolves when they accept connections. */
	async bringUp(members: readonly Member[]): Promise<void> {
		const pods = members.filter((member) => this.#isMeshed(member));
		if (pods.length === 0) return;
		if (this.#stopped) {
			const names = pods.map(({ name }) => name).join(', ');
			const hint = 'Istio refuses such pods too: nobody is there to inject their sidecars.';
			throw new GatecrashError('GC_CLUSTER', `The mesh’s control plane is stopped: no sidecar for ${names}.`, { hint });
		}
		const redirect = () =>
			this.#fabric.run(['sh', '-s'], redirectScript(pods.map((pod) => redirectOf(pod, this.#engine))));
		const late = this.#engine.captureDelay();
		// Pods that are gone by then, and the fabric, need none any more.
		if (late > 0) setTimeout(() => void redirect().catch(() => {}), late).unref();
		else await redirect();
		const services = this.#meshServices();
		await Promise.all(pods.map((pod) => this.#startSidecar(pod, services)));
	}

	/** Resolves when every sidecar has what the books say now in force. @throws GatecrashError GC_CLUSTER. */
	async sync(): Promise<void> {
		if (this.#sidecars.size === 0 || this.#stopped) return;
		const services = this.#meshServices();
		await Promise.all(
			[...this.#sidecars].map(async ([member, sidecar]) => {
				if (this.#isMeshed(member)) await sidecar.update(this.#config(member, services));
			}),
		);
	}

	/** Resolves when the sidecar of the pod has ended, if it has one. */
	async stop(member: Member): Promise<void> {
		const sidecar = this.#sidecars.get(member);
		this.#sidecars.delete(member);
		await sidecar?.stop();
	}

	/** Ends every sidecar; what leads to them stays. Returns what was seen of it. */
	async endSidecars(): Promise<string[]> {
		this.#ended = [...this.#sidecars.keys()];
		await Promise.all(this.#ended.map((member) => this.stop(member)));
		if (!this.#engine.capturesForEnded()) {
			const devices = this.#ended.flatMap(({ attachment }) => attachment?.device ?? []);
			await this.#fabric.run(['sh', '-s'], devices.map(withoutRedirect).join(''));
		}
		return this.#ended.length === 0 ? [] : [`the sidecars of ${namesOf(this.#ended)} were ended`];
	}

	/** Starts those again that were ended, of pods that are still there. */
	async startSidecars(): Promise<string[]> {
		const there = this.#inventory.pods();
		const pods = this.#ended.filter((member): member is Meshed => there.includes(member) && this.#isMeshed(member));
		this.#ended = [];
		if (pods.length === 0) return [];
		if (!this.#engine.capturesForEnded())
			await this.#fabric.run(['sh', '-s'], redirectScript(pods.map((pod) => redirectOf(pod, this.#engine))));
		const services = this.#meshServices();
		await Promise.all(pods.map((pod) => this.#startSidecar(pod, services)));
		return [`the sidecars of ${namesOf(pods)} were started again`];
	}

	/** A sidecar that ended by itself would look like a policy that blocks. @throws GatecrashError GC_CLUSTER then. */
	check(): void {
		for (const { ended } of this.#sidecars.values()) {
			if (ended !== undefined) throw new GatecrashError('GC_CLUSTER', `In the embedded mesh, ${ended}`);
		}
	}

	/** Gives the sidecar of a pod another certificate, without a restart. @throws GatecrashError GC_CLUSTER where it has none. */
	async rotate(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<void> {
		const sidecar = [...this.#sidecars].find(([{ name }]) => name === pod)?.[1];
		if (!sidecar) throw new GatecrashError('GC_CLUSTER', `The pod "${pod}" has no sidecar.`);
		await sidecar.rotate(await this.certificate(pod, choice));
	}

	/** As `Deployment.inject`; returns what sidecars themselves say that has happened. */
	async inject(fault: MeshFaultName): Promise<string[]> {
		switch (fault) {
			case 'stop-mesh-control-plane':
				this.#stopped = true;
				return this.#ofSidecars('hear of nothing any more');
			case 'rotate-certificates':
				return this.#renewCertificates();
			case 'rotate-mesh-root': {
				const authority = await this.authority();
				// Whom to trust comes first, so that nobody meets a certificate of a root that they don't know.
				await authority.announce();
				await this.#trust(authority);
				await authority.renew();
				return this.#renewCertificates();
			}
		}
	}

	/** As `Deployment.heal`. */
	async heal(fault: MeshFaultName): Promise<string[]> {
		if (fault === 'stop-mesh-control-plane' && this.#stopped) {
			this.#stopped = false;
			await this.sync();
			return this.#ofSidecars('hear of changes again');
		}
		const authority = await this.authority();
		if (fault !== 'rotate-mesh-root' || authority.trusted.length === 1) return [];
		authority.forgetFormer();
		await this.#trust(authority);
		return this.#ofSidecars('trust the new root only');
	}

	/** Without any there is nothing to be said. */
	#ofSidecars(happened: string): string[] {
		const members = [...this.#sidecars.keys()];
		return members.length === 0 ? [] : [`the sidecars of ${namesOf(members)} ${happened}`];
	}

	async #renewCertificates(): Promise<string[]> {
		const authority = await this.authority();
		const renewed = await Promise.all(
			[...this.#sidecars].map(async ([{ name, namespace = '', spec }, sidecar]) => {
				const before = await sidecar.shownSerial();
				await sidecar.rotate(await authority.forWorkload(namespace, spec?.serviceAccount));
				const now = await sidecar.shownSerial();
				if (before === undefined || now === undefined || before === now) return [];
				return [`certificate of ${name}: serial number ${before} became ${now}`];
			}),
		);
		return renewed.flat();
	}

	async #trust(authority: MeshCertificates): Promise<void> {
		await Promise.all([...this.#sidecars.values()].map((sidecar) => sidecar.trust(this.#roots(authority))));
	}

	#roots(authority: MeshCertificates): string[] {
		const { ownAuthority } = this.#engine.peerValidation(fullValidation);
		return ownAuthority ? authority.trusted : [...authority.trusted, authority.strangersRoot];
	}

	/** Processes in the network namespaces of pods with a sidecar: their connections are tracked there too. */
	pids(): number[] {
		return [...this.#sidecars.values()].flatMap(({ pid }) => pid ?? []);
	}

	/** For a probe's own TLS; any pod may have one. @throws GatecrashError GC_CLUSTER for a pod that does not exist. */
	async certificate(pod: string, choice: Exclude<CertificateChoice, 'none'>): Promise<ClientCertificate> {
		const spec = this.#workload.pods[pod];
		if (!spec) throw new GatecrashError('GC_CLUSTER', `There is no pod "${pod}" to make a certificate for.`);
		return (await this.authority()).chosen(choice, spec.namespace, spec.serviceAccount);
	}

	/** Of every certificate of the deployment. */
	authority(): Promise<MeshCertificates> {
		this.#certificates ??= MeshCertificates.create();
		return this.#certificates;
	}

	async #startSidecar(pod: Meshed, services: MeshService[]): Promise<void> {
		const authority = await this.authority();
		const sidecar = await EnvoyProcess.start(
			this.#fabric,
			this.#envoy,
			{ name: pod.name, namespace: pod.namespace, device: pod.attachment.device },
			{
				config: this.#config(pod, services),
				clusters: staticClusters(folderOf(pod.attachment.device)),
				watches: ['certificate', 'authority'],
				certificate: await authority.forWorkload(pod.namespace, pod.spec.serviceAccount),
				roots: this.#roots(authority),
			},
		);
		this.#sidecars.set(pod, sidecar);
	}

	#config(pod: Meshed, services: MeshService[]) {
		const own = this.#meshPod(pod);
		const resource = this.policies.sidecarResource(own);
		return sidecarConfig(
			folderOf(pod.attachment.device),
			own,
			{
				validation: this.#engine.peerValidation(fullValidation),
				authorizations: this.policies.authorizations(own),
				forwards: this.#engine.forwardsClientCert('inbound'),
			},
			{
				services: services.filter((service) => knows(resource, own.namespace, service)),
				others: resource?.registryOnly ? 'refused' : 'passed',
				forwards: this.#engine.forwardsClientCert('outbound'),
				destinationRules: this.policies.destinationRules(),
			},
		);
	}

	#isMeshed(member: Member): member is Meshed {
		const { attachment, spec, namespace } = member;
		if (!attachment || !spec || namespace === undefined) return false;
		return hasSidecar(spec, this.#workload.namespaces[namespace]);
	}

	#meshServices(): MeshService[] {
		const pods = new Map<Member, MeshPod>();
		for (const member of this.#inventory.pods()) {
			if (this.#isMeshed(member)) pods.set(member, this.#meshPod(member));
		}
		return this.#services.tcpPorts().map((service) => serviceSeen(service, pods));
	}

	#meshPod(member: Meshed): MeshPod {
		const { name, namespace, labels, addresses, listen, spec } = member;
		const backends = this.#services.tcpPorts().flatMap((service) => service.backends);
		const modes = this.policies.modes({ namespace, labels }, this.#engine);
		return {
			name,
			namespace,
			labels,
			identity: spiffeId(namespace, spec.serviceAccount),
			addresses,
			others: modes.others,
			ports: listen
				.filter(({ protocol }) => protocol === 'tcp')
				.map(({ port, speaks, first }) => ({
					port,
					first,
					http: speaks === 'http',
					mode: modes.ports.get(port) ?? modes.others,
					bound: backends.some((backend) => backend.pod === member && backend.port === port),
				})),
		};
	}
}

function namesOf(members: readonly Member[]): string {
	const names = members.map(({ name }) => name).sort();
	return names.join(' and ');
}

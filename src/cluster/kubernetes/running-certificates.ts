import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import { allDone } from './all-done.ts';

const proxyContainer = 'istio-proxy';
/** What sidecars trust when they talk to istiod: a ConfigMap that the kubelet brings up to date when it gets to it. */
const rootFile = '/var/run/secrets/istio/root-cert.pem';
const pause = 1000;
/** For one answer of one sidecar, milliseconds. */
const answerBound = 15_000;

/** A certificate chain, and whom the sidecar trusts, by serial numbers in lower case hex. */
export interface RunningCertificates {
	pod: string;
	/** The leaf, then what leads to its root. */
	chain: string[];
	trusted: string[];
}

interface PodObject extends KubeObject {
	spec?: { containers?: { name: string }[]; initContainers?: { name: string }[] };
	status?: { phase?: string };
}

const serial = z.object({ serial_number: z.string() });
const answer = z.object({
	certificates: z.array(z.object({ ca_cert: z.array(serial).nullish(), cert_chain: z.array(serial).nullish() })),
});

/** What sidecars in some namespaces use now, by their own word: what runs, not what was asked for. */
export class Sidecars {
	readonly #client: KubeClient;
	readonly #namespaces: readonly string[];

	constructor(client: KubeClient, namespaces: readonly string[]) {
		this.#client = client;
		this.#namespaces = namespaces;
	}

	/** One that does not answer, or has none, is left out. */
	async certificates(signal?: AbortSignal): Promise<RunningCertificates[]> {
		const pods = await this.#pods(signal);
		const read = await Promise.all(pods.map((pod) => this.#certificatesOf(pod)));
		return read.flatMap((one) => one ?? []);
	}

	/** Polls until `enough` says so, at most for `bound` milliseconds; the last look. */
	async until(
		enough: (certificates: RunningCertificates[]) => boolean,
		bound: number,
		signal?: AbortSignal,
	): Promise<RunningCertificates[]> {
		const deadline = performance.now() + bound;
		for (;;) {
			const certificates = await this.certificates(signal);
			if (enough(certificates) || performance.now() > deadline) return certificates;
			await sleep(pause, undefined, { signal });
		}
	}

	/**
	 * Waits until each trusts so many roots when it talks to istiod. A change of a pod's annotations makes the kubelet look
	 * after its volumes at once instead of within a minute or two. False at the bound.
	 */
	async untilRootsMounted(count: number, bound: number, signal?: AbortSignal): Promise<boolean> {
		const pods = await this.#pods(signal);
		const deadline = performance.now() + bound;
		for (let look = 0; ; look += 1) {
			if (look % 5 === 0) {
				const annotations = { 'gatecrash.dev/looked': `${Date.now()}` };
				await allDone(pods.map((pod) => this.#client.patch(refOf(pod), { metadata: { annotations } }, { signal })));
			}
			const texts = await Promise.all(pods.map((pod) => this.#run(pod, ['cat', rootFile])));
			if (texts.every((text) => text.split('BEGIN CERTIFICATE').length - 1 === count)) return true;
			if (performance.now() > deadline) return false;
			await sleep(pause, undefined, { signal });
		}
	}

	async #pods(signal?: AbortSignal): Promise<PodObject[]> {
		const lists = await Promise.all(
			this.#namespaces.map((namespace) =>
				this.#client.list<PodObject>({ apiVersion: 'v1', kind: 'Pod' }, { namespace }, { signal }),
			),
		);
		return lists.flat().filter(({ metadata, spec, status }) => {
			const names = [...(spec?.containers ?? []), ...(spec?.initContainers ?? [])].map(({ name }) => name);
			return names.includes(proxyContainer) && status?.phase === 'Running' && metadata.deletionTimestamp === undefined;
		});
	}

	async #certificatesOf(pod: PodObject): Promise<RunningCertificates | undefined> {
		const text = await this.#run(pod, ['pilot-agent', 'request', 'GET', 'certs']);
		const parsed = answer.safeParse(jsonOf(text));
		if (!parsed.success) return undefined;
		const serials = (list: { serial_number: string }[] | null | undefined) =>
			(list ?? []).map(({ serial_number: number }) => number.toLowerCase());
		// Envoy lists the same secrets once for each context that uses them.
		const { certificates } = parsed.data;
		const chain = certificates.map(({ cert_chain: certs }) => serials(certs)).find((list) => list.length > 0);
		const trusted = certificates.map(({ ca_cert: certs }) => serials(certs)).find((list) => list.length > 0);
		return { pod: pod.metadata.name, chain: chain ?? [], trusted: trusted ?? [] };
	}

	/** Standard output of a command in the pod's sidecar; what came of it where that breaks off. */
	async #run({ metadata }: PodObject, command: string[]): Promise<string> {
		const { name, namespace = '' } = metadata;
		try {
			return await this.#client.execOutput({ namespace, pod: name, container: proxyContainer, command }, answerBound);
		} catch {
			// A sidecar that is just being restarted says nothing; whoever polls asks again.
			return '';
		}
	}
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}

function refOf({ metadata: { name, namespace } }: KubeObject) {
	return { apiVersion: 'v1', kind: 'Pod', name, namespace };
}

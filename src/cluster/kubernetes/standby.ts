import { createHash } from 'node:crypto';
import type { KubeObject, ObjectMeta } from '../../kube/kube-object.ts';
import type { PortRange } from '../../model/cluster.ts';
import type { Workload } from '../../model/plan.ts';
import type { PodSpec } from '../../model/scenario.ts';
import type { Ownership } from './ownership.ts';

/**
 * Pods stand by on a cluster of our own that is kept: made once (`gatecrash cluster up --pods`), they belong to no run, and
 * neither do their namespaces. A run that wants such a namespace makes it its own while a scenario is deployed, takes the
 * pods in it that are as it would make them, and removes the others. Each run has agents of its own in them, and source
 * ports that none before had, so that nothing of an earlier run, in a socket or in a table of the kernel, meets it.
 */
export const standbyRun = 'standby';

/** Of a pod that stands by: what it was made from. */
export const standbyAnnotation = 'gatecrash.dev/standby';
/** Of a namespace with such pods: the first source port that no run has been given yet. */
const nextPortAnnotation = 'gatecrash.dev/next-source-port';

const firstPort = 1024;
const lastPort = 65_535;
/** For one scenario: the canonical matrix of nine pods takes 500 of each pod. */
const portsEach = 4096;
/** Days. */
const lifetime = 30;

export function standbyOwnership(): Ownership {
	const expires = new Date(Date.now() + lifetime * 86_400_000).toISOString().replace(/\.\d+/, '');
	return { run: standbyRun, expires };
}

/**
 * Whether this pod can serve one run after the other: what happens at its start, at its end, or once on its node is not
 * what the scenario is about, and a share of the source ports is enough.
 */
export function canStandBy(spec: PodSpec, { namespaces, streams }: Pick<Workload, 'namespaces' | 'streams'>): boolean {
	if (streams) return false;
	const namespace = namespaces[spec.namespace];
	const { attemptsAtStart, completes, hostNetwork, readiness, liveness, annotations, proxy } = spec;
	const plain = readiness === undefined && liveness === undefined && Object.keys(annotations).length === 0;
	const alone = proxy === undefined && spec.mesh !== 'sidecar' && namespace?.mesh !== 'sidecar';
	return plain && alone && !attemptsAtStart && !completes && !hostNetwork;
}

/** The same for pods of which one can stand in for the other. */
export function standbyDigest(manifest: KubeObject): string {
	const { metadata, ...rest } = manifest;
	const { annotations: _, ...named } = metadata;
	return createHash('sha256')
		.update(JSON.stringify([named, rest]))
		.digest('hex')
		.slice(0, 32);
}

/** A run's share of the source ports. */
export interface StandingPorts extends PortRange {
	/** None were left for the pods that stand by: all of them have to be made anew. */
	worn: boolean;
}

/** Of the next run in a namespace. */
export function nextPorts({ annotations }: Pick<ObjectMeta, 'annotations'>): StandingPorts {
	const next = Number(annotations?.[nextPortAnnotation]);
	const worn = !(next >= firstPort && next + portsEach - 1 <= lastPort);
	const first = worn ? firstPort : next;
	return { first, last: first + portsEach - 1, worn };
}

/** Annotations of a namespace: source ports below this one have been given out. */
export function portsFrom(next = firstPort): Record<string, string> {
	return { [nextPortAnnotation]: String(next) };
}

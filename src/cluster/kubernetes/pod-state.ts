import type { KubeObject } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';

export interface PodObject extends KubeObject {
	spec?: { nodeName?: string };
	status?: {
		phase?: string;
		reason?: string;
		message?: string;
		podIPs?: { ip: string }[];
		conditions?: { type: string; status: string; reason?: string; message?: string }[];
		containerStatuses?: {
			name: string;
			ready: boolean;
			state?: {
				waiting?: { reason?: string; message?: string };
				running?: object;
				terminated?: { exitCode: number; reason?: string; message?: string };
			};
		}[];
	};
}

/** Waiting for these is in vain. */
const hopeless = [
	'ImagePullBackOff',
	'ErrImageNeverPull',
	'InvalidImageName',
	'CreateContainerConfigError',
	'CreateContainerError',
	'RunContainerError',
	'CrashLoopBackOff',
];

/**
 * Undefined when a pod has an address and runs (or, where it is meant to, has completed); else what it waits for.
 * @throws GatecrashError GC_CLUSTER for a pod that will not get there.
 */
export function notRunning(pod: PodObject, completes: boolean): string | undefined {
	const { phase, podIPs = [], containerStatuses = [] } = pod.status ?? {};
	const { name } = pod.metadata;
	const wanted = completes ? 'Succeeded' : 'Running';
	for (const { state } of containerStatuses) {
		const { waiting } = state ?? {};
		if (waiting?.reason !== undefined && hopeless.includes(waiting.reason)) {
			throw failed(name, `${waiting.reason} ${waiting.message ?? ''}`);
		}
	}
	if (phase === 'Failed' || (phase === 'Succeeded' && !completes)) throw failed(name, lastWords(pod));
	const running = phase === wanted && (completes || containerStatuses.every(({ state }) => state?.running));
	if (running && podIPs.length > 0) return undefined;
	return `${name} is ${phase ?? 'Pending'}${waitsFor(pod)}`;
}

/** A pod is of its mesh only when its proxy has its configuration; until then it refuses everybody. */
export function sidecarNotReady(pod: PodObject): string | undefined {
	const injected = pod.metadata.annotations?.['sidecar.istio.io/status'] !== undefined;
	return injected && !isReady(pod) ? `the sidecar of ${pod.metadata.name} is not ready` : undefined;
}

export function isReady(pod: PodObject): boolean {
	return (pod.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True');
}

function waitsFor({ status }: PodObject): string {
	const unscheduled = status?.conditions?.find(({ type, status: is }) => type === 'PodScheduled' && is === 'False');
	if (unscheduled?.message !== undefined) return ` (${unscheduled.message})`;
	const waiting = status?.containerStatuses?.map(({ state }) => state?.waiting?.reason).find(Boolean);
	return waiting === undefined ? '' : ` (${waiting})`;
}

function lastWords({ status }: PodObject): string {
	const ended = status?.containerStatuses?.map(({ state }) => state?.terminated).find(Boolean);
	const words = [status?.reason, status?.message, ended?.reason, ended?.message].filter(Boolean).join(' ');
	return `${words || 'its container ended'}${ended ? ` (exit code ${ended.exitCode})` : ''}`;
}

function failed(name: string, reason: string): GatecrashError {
	const image = /image/i.test(reason);
	return new GatecrashError('GC_CLUSTER', `The pod ${name} does not run: ${reason.trim()}`, {
		hint: image
			? 'The nodes must be able to pull the agent’s image, or have it already.'
			: 'kubectl describe pod and the events of its namespace say more.',
	});
}

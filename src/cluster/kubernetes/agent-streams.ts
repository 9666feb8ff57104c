import { setTimeout as sleep } from 'node:timers/promises';
import type { KubeClient } from '../../kube/kube-client.ts';
import type { AgentStream } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { agentContainer } from './pod-manifest.ts';
import { notRunning, type PodObject } from './pod-state.ts';
import type { ProbePod } from './probe-pods.ts';

/** An API server or a kubelet that restarts is away that long. Milliseconds. */
const patience = 40_000;
const between = 300;

/**
 * Opens a control stream to the agent in a pod. Tries again while an API server or kubelet restarts, but not when the
 * pod itself has ended. @throws GatecrashError GC_AGENT.
 */
export async function openAgentStream(
	client: KubeClient,
	{ ref: { name, namespace, uid, ...kind }, begin }: Pick<ProbePod, 'ref' | 'begin'>,
	signal: AbortSignal,
): Promise<AgentStream> {
	const until = performance.now() + patience;
	for (;;) {
		signal.throwIfAborted();
		try {
			const stream = await client.attachLines({ namespace, pod: name, container: agentContainer });
			if (begin) stream.send(JSON.stringify(begin));
			return stream;
		} catch (error) {
			if (error instanceof GatecrashError && error.code === 'GC_NOT_PERMITTED') throw error;
			await checkPod(client, { ...kind, name, namespace, uid }, signal);
			if (performance.now() > until) throw error;
		}
		await sleep(between, undefined, { signal });
	}
}

async function checkPod(client: KubeClient, ref: ProbePod['ref'], signal: AbortSignal): Promise<void> {
	const { namespace, name, uid, ...kind } = ref;
	const pod = await client.get<PodObject>({ ...kind, namespace, name }, { signal });
	if (!pod || pod.metadata.uid !== uid) {
		throw new GatecrashError('GC_AGENT', `The pod ${namespace}/${name} was removed by somebody else.`);
	}
	try {
		notRunning(pod, false);
	} catch (cause) {
		throw new GatecrashError('GC_AGENT', cause instanceof Error ? cause.message : String(cause), { cause });
	}
}

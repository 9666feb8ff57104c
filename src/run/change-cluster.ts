import type { BootAttempt } from '../model/agent.ts';
import type { Acknowledgement, ClusterFacts, Deployment } from '../model/cluster.ts';
import type { ScenarioPlan, Step } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { withAddresses } from './known-addresses.ts';
import type { Recorder } from './recorder.ts';

export type ChangeStep = Exclude<Step, { do: 'attempt' | 'settle' | 'hold' }>;

interface ChangeContext {
	plan: ScenarioPlan;
	deployment: Deployment;
	facts: ClusterFacts;
	recorder: Recorder;
}

/** Makes one change to policies, labels or pods, and writes down when it was asked for and acknowledged. */
export async function changeCluster(
	step: ChangeStep,
	index: number,
	boot: Record<string, BootAttempt[]>,
	context: ChangeContext,
): Promise<void> {
	const { recorder } = context;
	const { acknowledgement, objects } = await carryOut(step, boot, context);
	recorder.append({
		is: 'change',
		step: index,
		action: step.do,
		objects,
		requestedAt: recorder.time(acknowledgement.requestedAt),
		acknowledgedAt: recorder.time(acknowledgement.acknowledgedAt),
		acknowledgement: acknowledgement.level,
	});
}

async function carryOut(
	step: ChangeStep,
	boot: Record<string, BootAttempt[]>,
	context: ChangeContext,
): Promise<{ acknowledgement: Acknowledgement; objects: string[] }> {
	const { deployment } = context;
	switch (step.do) {
		case 'apply':
			return { acknowledgement: await deployment.apply(objectsOf(step.policies, context)), objects: step.policies };
		case 'delete':
			return { acknowledgement: await deployment.remove(objectsOf(step.policies, context)), objects: step.policies };
		case 'create':
			return { acknowledgement: await deployment.createPods(step.pods, boot), objects: step.pods };
		case 'remove':
			return { acknowledgement: await deployment.removePods(step.pods), objects: step.pods };
		case 'label':
			return labelled(step, deployment);
	}
}

async function labelled(step: Extract<Step, { do: 'label' }>, deployment: Deployment) {
	const { pod, namespace, set, remove } = step;
	if (pod !== undefined) return { acknowledgement: await deployment.labelPod(pod, set, remove), objects: [pod] };
	const name = namespace ?? '';
	return { acknowledgement: await deployment.labelNamespace(name, set, remove), objects: [`namespace/${name}`] };
}

function objectsOf(names: readonly string[], { plan, deployment, facts }: ChangeContext): KubernetesObject[] {
	const objects = names.flatMap((name) => plan.policies.find((policy) => policy.name === name)?.object ?? []);
	return withAddresses(objects, deployment, facts);
}

import type { BootAttempt } from '../model/agent.ts';
import type { Acknowledgement, ClusterFacts, Deployment } from '../model/cluster.ts';
import { type FaultEffect, type FaultName, faults } from '../model/fault.ts';
import type { ScenarioPlan, Step } from '../model/plan.ts';
import type { KubernetesObject } from '../model/policy.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { withAddresses } from './known-addresses.ts';
import type { Recorder } from './recorder.ts';
import type { UndoStack } from './undo-stack.ts';

export type ChangeStep = Exclude<Step, { do: 'attempt' | 'settle' | 'hold' | 'await' | 'chaos' }>;

/** What a step is about, in the scenario's own names. */
export function changedNames(step: ChangeStep): string[] {
	switch (step.do) {
		case 'label':
			return [step.pod ?? `namespace/${step.namespace ?? ''}`];
		case 'rotate':
			return [step.pod];
		case 'apply':
		case 'delete':
			return step.policies;
		case 'inject':
		case 'heal':
			return [step.name];
		default:
			return step.pods;
	}
}

interface ChangeContext {
	/** Of the scenario. */
	undo: UndoStack;
	plan: ScenarioPlan;
	deployment: Deployment;
	facts: ClusterFacts;
	recorder: Recorder;
}

/** Makes one change to policies, labels, pods or what is broken on purpose, and writes down when it was asked for and acknowledged. `turn`: of a `chaos` step. */
export async function changeCluster(
	step: ChangeStep,
	index: number,
	boot: Record<string, BootAttempt[]>,
	context: ChangeContext,
	turn?: { round: number; turn: number },
): Promise<void> {
	const { recorder } = context;
	const { acknowledgement, refused } = await attempt(step, boot, context);
	const effects = 'effects' in acknowledgement ? acknowledgement.effects : undefined;
	recorder.append({
		is: 'change',
		step: index,
		action: step.do,
		objects: changedNames(step),
		requestedAt: recorder.time(acknowledgement.requestedAt),
		acknowledgedAt: recorder.time(acknowledgement.acknowledgedAt),
		acknowledgement: acknowledgement.level,
		...(effects && { effects }),
		...(refused !== undefined && { refused }),
		...(turn && { turn }),
	});
}

async function attempt(
	step: ChangeStep,
	boot: Record<string, BootAttempt[]>,
	context: ChangeContext,
): Promise<{ acknowledgement: Acknowledgement | (Acknowledgement & FaultEffect); refused?: string }> {
	const requestedAt = performance.now();
	try {
		return { acknowledgement: await carryOut(step, boot, context) };
	} catch (error) {
		const mayBe = (step.do === 'apply' || step.do === 'delete') && step.mayBeRefused;
		if (!mayBe || !(error instanceof GatecrashError) || error.code !== 'GC_CLUSTER') throw error;
		return {
			acknowledgement: { requestedAt, acknowledgedAt: performance.now(), level: 'stored' },
			refused: error.message,
		};
	}
}

function carryOut(
	step: ChangeStep,
	boot: Record<string, BootAttempt[]>,
	context: ChangeContext,
): Promise<Acknowledgement | (Acknowledgement & FaultEffect)> {
	const { deployment } = context;
	switch (step.do) {
		case 'apply':
			return deployment.apply(objectsOf(step.policies, context));
		case 'delete':
			return deployment.remove(objectsOf(step.policies, context));
		case 'create':
			return deployment.createPods(step.pods, boot, step.addressOf);
		case 'remove':
			return deployment.removePods(step.pods);
		case 'rotate':
			if (deployment.rotateProxyCertificate) return deployment.rotateProxyCertificate(step.pod, step.certificate);
			throw new GatecrashError('GC_CLUSTER', `This cluster has no proxy beside ${step.pod}.`);
		case 'inject':
			return inject(step, context);
		case 'heal':
			return deployment.heal?.(step.fault) ?? unable(step.fault);
		case 'label': {
			const { pod, namespace, set, remove } = step;
			if (pod !== undefined) return deployment.labelPod(pod, set, remove);
			return deployment.labelNamespace(namespace ?? '', set, remove);
		}
	}
}

/** Healed at the end whatever happens, also where it was injected half-way. */
function inject(
	{ fault, node }: Extract<ChangeStep, { do: 'inject' }>,
	{ deployment, undo }: ChangeContext,
): Promise<Acknowledgement & FaultEffect> {
	if (!deployment.inject) return unable(fault);
	if (faults[fault].lasting) undo.push(`the fault ${fault}`, async () => void (await deployment.heal?.(fault)));
	return deployment.inject(fault, node);
}

/** What the plan should have skipped. */
function unable(fault: FaultName): Promise<never> {
	return Promise.reject(new GatecrashError('GC_CLUSTER', `This cluster can't inject the fault ${fault}.`));
}

function objectsOf(names: readonly string[], { plan, deployment, facts }: ChangeContext): KubernetesObject[] {
	const objects = names.flatMap((name) => plan.policies.find((policy) => policy.name === name)?.object ?? []);
	return withAddresses(objects, deployment, facts);
}

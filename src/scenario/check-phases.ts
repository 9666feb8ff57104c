import type { FaultName } from '../model/fault.ts';
import { checkAttempt } from './check-attempts.ts';
import { type CheckContext, checkName, itemPath } from './check-context.ts';
import { checkAwait, checkFault } from './check-faults.ts';
import { checkAlive, checkSources } from './check-sources.ts';
import { checkTarget } from './check-target.ts';
import type { DocumentPath } from './document-path.ts';
import { initialPods } from './phase-timeline.ts';
import type { PhaseInput } from './schema.ts';
import { listOf, parseTarget } from './short-forms.ts';

/** The state that phases change, as far as the file tells it. */
interface Timeline {
	pods: Set<string>;
	holds: Set<string>;
	applied: Set<string>;
	everApplied: Set<string>;
	podLabels: Map<string, Set<string>>;
	namespaceLabels: Map<string, Set<string>>;
	/** Faults in force, by their name. */
	faults: Map<string, FaultName>;
}

const actions = [
	...(['attempt', 'hold', 'apply', 'delete', 'settle', 'label', 'rotate'] as const),
	...(['create', 'remove', 'inject', 'heal', 'await'] as const),
] as const;

/** Goes through the phases in order: each must be possible when its turn comes. */
export function checkPhases(context: CheckContext): void {
	const { spec, draft, problems } = context;
	const { phases } = spec;
	if (phases === undefined) return;
	const keys = (labels: Record<string, string> = {}): Set<string> => new Set(Object.keys(labels));
	const timeline: Timeline = {
		pods: initialPods(phases, Object.keys(spec.pods)),
		holds: new Set(),
		applied: new Set(),
		everApplied: new Set(),
		podLabels: new Map(Object.entries(spec.pods).map(([name, { labels }]) => [name, keys(labels)])),
		namespaceLabels: new Map(Object.entries(spec.namespaces).map(([name, { labels }]) => [name, keys(labels)])),
		faults: new Map(),
	};
	for (const [index, phase] of phases.entries()) {
		const path = itemPath(draft, 'phases', index);
		const [first, second] = actions.filter((action) => phase[action] !== undefined);
		if (first === undefined && !draft.partial)
			problems.add(path, {
				code: 'missing-key',
				message: 'this phase does nothing',
				hint: `add one of ${actions.join(', ')}`,
			});
		if (second !== undefined) {
			const hint = 'a phase does one thing: make two phases, in the order that you want';
			problems.add([...path, second], {
				code: 'conflict',
				message: `${first} and ${second} stand in one phase`,
				hint,
				at: 'key',
			});
		}
		checkAttemptsOf(context, phase, path, timeline);
		checkHold(context, phase, path, timeline);
		checkPolicyChange(context, phase, path, timeline);
		checkLabel(context, phase, path, timeline);
		checkRotation(context, phase, path, timeline);
		checkPodChange(context, phase, path, timeline);
		checkFault(context, phase, path, timeline.faults);
		checkAwait(context, phase, path, timeline.holds);
	}
	if (draft.partial) return;
	for (const name of Object.keys(spec.policies ?? {})) {
		if (timeline.everApplied.has(name)) continue;
		const message = `no phase applies the policy ${name}`;
		problems.add(['spec', 'policies', name], {
			code: 'unused',
			message,
			hint: `add - apply: [${name}]`,
			at: 'key',
			severity: 'warning',
		});
	}
}

function checkAttemptsOf(context: CheckContext, { attempt }: PhaseInput, path: DocumentPath, timeline: Timeline): void {
	for (const [index, one] of listOf(attempt).entries()) {
		checkAttempt(context, one, Array.isArray(attempt) ? [...path, 'attempt', index] : [...path, 'attempt'], timeline);
	}
}

function checkHold(context: CheckContext, { hold }: PhaseInput, path: DocumentPath, timeline: Timeline): void {
	if (!hold) return;
	const at = [...path, 'hold'];
	const { problems } = context;
	if (timeline.holds.has(hold.name)) {
		problems.add([...at, 'name'], {
			code: 'duplicate-name',
			message: `a connection named ${hold.name} is held already`,
			hint: 'choose another name',
		});
	}
	timeline.holds.add(hold.name);
	if (hold.from === 'all')
		problems.add([...at, 'from'], {
			code: 'conflict',
			message: 'a hold is one connection, from one source',
			hint: 'name the pod',
		});
	checkSources(context, hold.from, [...at, 'from'], timeline);
	const target = parseTarget(hold.to);
	checkTarget(context, target, [...at, 'to']);
	if (target.kind === 'pod') checkAlive(context, target.name, [...at, 'to'], timeline);
	if (target.protocol === 'sctp') {
		problems.add([...at, 'to'], {
			code: 'conflict',
			message: 'probes can’t hold an SCTP association',
			hint: 'hold a TCP connection, or a UDP flow',
		});
	}
	if (target.port === undefined && !['apiserver', 'metadata', 'kubelet'].includes(target.kind)) {
		problems.add([...at, 'to'], {
			code: 'missing-port',
			message: 'a hold needs a port',
			hint: `write ${hold.to}:PORT`,
		});
	}
}

function checkPolicyChange(context: CheckContext, phase: PhaseInput, path: DocumentPath, timeline: Timeline): void {
	if (phase.mayBeRefused !== undefined && phase.apply === undefined && phase.delete === undefined) {
		context.problems.add([...path, 'mayBeRefused'], {
			code: 'conflict',
			message: 'mayBeRefused is about changes of policies',
			hint: 'write it beside apply or delete',
			at: 'key',
		});
	}
	for (const key of ['apply', 'delete'] as const) {
		const value = phase[key];
		for (const [index, name] of listOf(value).entries()) {
			const at = Array.isArray(value) ? [...path, key, index] : [...path, key];
			if (!checkName(context, 'policies', name, at)) continue;
			if (key === 'delete' && !timeline.applied.has(name)) {
				context.problems.add(at, {
					code: 'order',
					message: `the policy ${name} isn’t applied at this point`,
					hint: `apply it before`,
				});
			}
			if (key === 'apply') {
				timeline.applied.add(name);
				timeline.everApplied.add(name);
			} else timeline.applied.delete(name);
		}
	}
}

function checkLabel(context: CheckContext, { label }: PhaseInput, path: DocumentPath, timeline: Timeline): void {
	if (!label) return;
	const at = [...path, 'label'];
	const { problems } = context;
	const { pod, namespace, set = {}, remove = [] } = label;
	if ((pod === undefined) === (namespace === undefined)) {
		problems.add(at, {
			code: 'conflict',
			message: 'label needs exactly one of pod and namespace',
			hint: 'write pod: NAME or namespace: NAME',
			at: 'key',
		});
		return;
	}
	if (Object.keys(set).length === 0 && remove.length === 0) {
		problems.add(at, { code: 'missing-key', message: 'label changes nothing', hint: 'add set: or remove:', at: 'key' });
	}
	if (pod !== undefined && checkName(context, 'pods', pod, [...at, 'pod']))
		checkAlive(context, pod, [...at, 'pod'], timeline);
	if (namespace !== undefined) checkName(context, 'namespaces', namespace, [...at, 'namespace']);
	if (namespace !== undefined && context.spec.namespaces[namespace]?.existing) {
		const message = `the namespace ${namespace} is marked existing: it is not changed`;
		problems.add([...at, 'namespace'], { code: 'conflict', message, hint: 'use a namespace of the scenario’s own' });
	}
	const key = 'kubernetes.io/metadata.name';
	if (namespace !== undefined && (Object.hasOwn(set, key) || remove.includes(key))) {
		problems.add(at, { code: 'conflict', message: `${key} can’t be changed`, hint: 'the cluster sets it', at: 'key' });
	}
	const keys = pod !== undefined ? timeline.podLabels.get(pod) : timeline.namespaceLabels.get(namespace ?? '');
	for (const [index, gone] of remove.entries()) {
		if (keys && !keys.has(gone) && gone !== key) {
			problems.add([...at, 'remove', index], {
				code: 'order',
				message: `${pod ?? namespace} has no label ${gone} at this point`,
				hint: `it has ${[...keys].join(', ') || 'none'}`,
			});
		}
		keys?.delete(gone);
	}
	for (const added of Object.keys(set)) keys?.add(added);
}

function checkRotation(context: CheckContext, { rotate }: PhaseInput, path: DocumentPath, timeline: Timeline): void {
	if (!rotate) return;
	const at = [...path, 'rotate', 'pod'];
	if (!checkName(context, 'pods', rotate.pod, at)) return;
	checkAlive(context, rotate.pod, at, timeline);
	const pod = context.spec.pods[rotate.pod];
	if (!pod || pod.proxy !== undefined) return;
	const message = `${rotate.pod} has no proxy that could show a certificate`;
	context.problems.add(at, { code: 'conflict', message, hint: 'name a pod with proxy:' });
}

function checkPodChange(context: CheckContext, phase: PhaseInput, path: DocumentPath, timeline: Timeline): void {
	for (const key of ['create', 'remove'] as const) {
		const value = phase[key];
		for (const [index, pod] of listOf(value).entries()) {
			const at = Array.isArray(value) ? [...path, key, index] : [...path, key];
			if (!checkName(context, 'pods', pod, at)) continue;
			const isThere = timeline.pods.has(pod);
			if (key === 'create' && isThere) {
				context.problems.add(at, {
					code: 'order',
					message: `the pod ${pod} exists already`,
					hint: 'remove it before it is created again',
				});
			}
			if (key === 'remove' && !isThere && !context.draft.partial) {
				context.problems.add(at, {
					code: 'order',
					message: `the pod ${pod} doesn’t exist at this point`,
					hint: 'create it before',
				});
			}
			if (key === 'create') timeline.pods.add(pod);
			else timeline.pods.delete(pod);
		}
	}
}

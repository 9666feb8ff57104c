import type { ChaosFaultName } from '../model/fault.ts';
import { type CheckContext, checkName, checkNode, itemPath } from './check-context.ts';
import { checkQuery } from './check-query.ts';
import { checkSources } from './check-sources.ts';
import { checkTarget } from './check-target.ts';
import type { DocumentPath } from './document-path.ts';
import { parseRate } from './duration.ts';
import type { ChaosInput } from './schema.ts';
import { listOf, parseTarget } from './short-forms.ts';

type TargetKey = keyof NonNullable<ChaosInput['target']>;

/** What each fault needs under `target`; all others have no say in it. */
const needed: Partial<Record<ChaosFaultName, readonly TargetKey[]>> = {
	'flip-policy': ['policy'],
	'policy-churn': ['policy'],
	'relabel-pod': ['pod'],
	'relabel-namespace': ['namespace'],
	'delete-pod': ['pod'],
	'pod-before-policy': ['pod', 'policy'],
	'pod-churn': ['pod', 'successor'],
};
const optional: Partial<Record<ChaosFaultName, readonly TargetKey[]>> = {
	'restart-enforcer': ['node'],
	'restart-enforcer-slowly': ['node'],
	'flush-enforcer': ['node'],
	'restart-node': ['node'],
	'restart-kubelet': ['node'],
};
const relabelling: readonly ChaosFaultName[] = ['relabel-pod', 'relabel-namespace'];

/** Milliseconds between two tries at 200/s: more would measure the probes rather than the cluster. */
const shortestInterval = 5;

export function checkChaos(context: CheckContext): void {
	const names = new Set<string>();
	for (const [index, chaos] of (context.spec.chaos ?? []).entries()) {
		const path = itemPath(context.draft, 'chaos', index);
		checkTargetOf(context, chaos, path);
		checkAttemptsOf(context, chaos, path);
		const name = chaos.name ?? chaos.fault;
		if (names.has(name)) {
			context.problems.add(path, {
				code: 'duplicate-name',
				message: `another fault is named ${name} already`,
				hint: 'case ids are made from it: add name:',
				at: 'key',
			});
		}
		names.add(name);
	}
	checkSuccessors(context);
}

function checkTargetOf(context: CheckContext, { fault, target = {}, set }: ChaosInput, path: DocumentPath): void {
	const { problems } = context;
	for (const key of needed[fault] ?? []) {
		if (target[key] !== undefined) continue;
		const hint = `add target: {${key}: ...}`;
		problems.add(path, { code: 'missing-key', message: `${fault} needs target.${key}`, hint, at: 'key' });
	}
	for (const key of Object.keys(target) as TargetKey[]) {
		if ([...(needed[fault] ?? []), ...(optional[fault] ?? [])].includes(key)) continue;
		const message = `${key} has no meaning for ${fault}`;
		problems.add([...path, 'target', key], { code: 'conflict', message, hint: 'remove it', at: 'key' });
	}
	const relabels = relabelling.includes(fault);
	if (relabels && Object.keys(set ?? {}).length === 0) {
		problems.add(path, {
			code: 'missing-key',
			message: `${fault} needs set`,
			hint: 'add set: {KEY: VALUE}',
			at: 'key',
		});
	}
	if (!relabels && set !== undefined) {
		const message = `set has no meaning for ${fault}`;
		problems.add([...path, 'set'], { code: 'conflict', message, hint: 'remove it', at: 'key' });
	}
	const { node, pod, successor, namespace, policy } = target;
	const at = (key: TargetKey) => [...path, 'target', key];
	if (node !== undefined) checkNode(context, node, at('node'));
	if (pod !== undefined) checkName(context, 'pods', pod, at('pod'));
	if (successor !== undefined) checkName(context, 'pods', successor, at('successor'));
	if (namespace !== undefined) checkName(context, 'namespaces', namespace, at('namespace'));
	if (policy !== undefined) checkName(context, 'policies', policy, at('policy'));
}

function checkAttemptsOf(context: CheckContext, { attempts }: ChaosInput, path: DocumentPath): void {
	const { problems } = context;
	checkSources(context, attempts.from, [...path, 'attempts', 'from'], undefined);
	checkKeysOf(context, attempts, [...path, 'attempts']);
	for (const [item, text] of listOf(attempts.to).entries()) {
		const at = [...path, 'attempts', 'to'];
		const target = parseTarget(text);
		checkTarget(context, target, Array.isArray(attempts.to) ? [...at, item] : at);
	}
	for (const via of listOf(attempts.via)) {
		const { over, query } = attempts;
		checkQuery(context, { via, over, query, expect: 'predicted' }, [...path, 'attempts']);
	}
	if (parseRate(attempts.rate) < shortestInterval) {
		const hint = 'write 200/s or less';
		problems.add([...path, 'attempts', 'rate'], { code: 'bad-value', message: 'at most 200 tries per second', hint });
	}
}

/** Which keys belong to which kinds of attempts. */
const keysOfKinds = { connect: ['to', 'hold'], dns: ['via', 'over', 'query'] } as const;

function checkKeysOf({ problems }: CheckContext, attempts: ChaosInput['attempts'], path: DocumentPath): void {
	const { kind = 'connect' } = attempts;
	for (const [other, keys] of Object.entries(keysOfKinds)) {
		for (const key of keys) {
			if (other === kind && key !== 'over' && key !== 'hold' && attempts[key] === undefined)
				problems.add(path, {
					code: 'missing-key',
					message: `the key "${key}" is missing`,
					hint: `kind: ${kind} needs ${key}`,
					at: 'key',
				});
			if (other !== kind && attempts[key] !== undefined)
				problems.add([...path, key], {
					code: 'conflict',
					message: `${key} has no meaning for kind: ${kind}`,
					hint: `it belongs to kind: ${other}`,
					at: 'key',
				});
		}
	}
}

/** A pod that only exists while another one is away can be no part of anything else. */
function checkSuccessors({ spec, draft, problems }: CheckContext): void {
	const successors = new Set((spec.chaos ?? []).flatMap(({ target }) => target?.successor ?? []));
	if (successors.size === 0) return;
	const report = (name: string, path: DocumentPath) => {
		if (!successors.has(name)) return;
		const message = `the pod ${name} only exists while another one is away`;
		problems.add(path, { code: 'order', message, hint: 'it is the successor of a pod-churn: use another pod here' });
	};
	for (const [index, attempt] of (spec.attempts ?? []).entries()) {
		const path = itemPath(draft, 'attempts', index);
		for (const source of listOf(attempt.from)) report(source, [...path, 'from']);
		for (const text of listOf(attempt.to)) {
			const target = parseTarget(text);
			if (target.kind === 'pod') report(target.name, [...path, 'to']);
		}
	}
	for (const [index, chaos] of (spec.chaos ?? []).entries()) {
		if (chaos.target?.pod !== undefined)
			report(chaos.target.pod, [...itemPath(draft, 'chaos', index), 'target', 'pod']);
	}
	for (const [index, { create }] of (spec.phases ?? []).entries()) {
		for (const pod of listOf(create)) report(pod, [...itemPath(draft, 'phases', index), 'create']);
	}
}

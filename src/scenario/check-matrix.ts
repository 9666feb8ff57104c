import { type CheckContext, checkName } from './check-context.ts';
import { type AttemptMoment, checkAlive } from './check-sources.ts';
import type { DocumentPath } from './document-path.ts';
import type { AttemptInput } from './schema.ts';
import { expandListen, parsePort } from './short-forms.ts';

export function checkMatrix(
	context: CheckContext,
	attempt: AttemptInput,
	matrix: NonNullable<AttemptInput['matrix']>,
	path: DocumentPath,
	moment: AttemptMoment | undefined,
): void {
	const { problems, spec } = context;
	for (const key of ['from', 'to'] as const) {
		if (attempt[key] === undefined) continue;
		problems.add([...path, key], {
			code: 'conflict',
			message: `${key} may not stand beside matrix`,
			hint: 'write two attempts: the matrix leaves named pairs to others',
			at: 'key',
		});
	}
	if (matrix.seed !== undefined && matrix.sample === undefined) {
		problems.add([...path, 'matrix', 'seed'], {
			code: 'conflict',
			message: 'seed says nothing without sample: all pairs are attempted',
			hint: 'add sample: 1, or leave seed away',
			at: 'key',
		});
	}
	for (const [index, pod] of (matrix.pods === 'all' ? [] : matrix.pods).entries()) {
		const at = [...path, 'matrix', 'pods', index];
		if (checkName(context, 'pods', pod, at)) checkAlive(context, pod, at, moment);
	}
	const pods = matrix.pods === 'all' ? Object.keys(spec.pods) : matrix.pods;
	const listeners = pods.flatMap((pod) => (spec.pods[pod]?.listen ?? []).map(expandListen));
	for (const [index, text] of (matrix.ports === 'all' ? [] : matrix.ports).entries()) {
		const { port, protocol } = parsePort(String(text));
		const wanted = protocol ?? (typeof port === 'number' ? 'tcp' : undefined);
		if (
			context.draft.partial ||
			listeners.some(
				(one) => (one.port === port || one.name === port) && (wanted === undefined || one.protocol === wanted),
			)
		)
			continue;
		problems.add([...path, 'matrix', 'ports', index], {
			code: 'unknown-name',
			message: `none of these pods listens on ${text}`,
			hint: 'add it to their listen',
		});
	}
	if (matrix.ports === 'all' && listeners.length === 0 && !context.draft.partial) {
		problems.add([...path, 'matrix'], {
			code: 'selects-nothing',
			message: 'none of these pods listens on any port',
			hint: 'add listen to them',
		});
	}
}

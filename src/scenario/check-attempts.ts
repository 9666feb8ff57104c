import { type CheckContext, itemPath } from './check-context.ts';
import { checkMatrix } from './check-matrix.ts';
import { checkMesh } from './check-mesh.ts';
import { type AttemptMoment, checkAlive, checkSources } from './check-sources.ts';
import { checkQuery } from './check-query.ts';
import { checkTarget } from './check-target.ts';
import type { DocumentPath } from './document-path.ts';
import type { AttemptInput } from './schema.ts';
import { listOf, parseTarget } from './short-forms.ts';
import { chooseFrom } from './suggest.ts';

export function checkTopLevelAttempts(context: CheckContext): void {
	const { spec, problems, draft } = context;
	if (spec.attempts !== undefined && spec.phases !== undefined) {
		const hint = 'with phases nothing is implicit: move these attempts into phases, or into a scenario of their own';
		problems.add(['spec', 'attempts'], {
			code: 'conflict',
			message: 'attempts and phases exclude each other',
			hint,
			at: 'key',
		});
	}
	for (const [index, attempt] of (spec.attempts ?? []).entries()) {
		checkAttempt(context, attempt, itemPath(draft, 'attempts', index), undefined);
	}
	const phased = (spec.phases ?? []).some(({ attempt }) => attempt !== undefined);
	if (!draft.partial && spec.attempts === undefined && spec.chaos === undefined && !phased) {
		problems.add(['spec'], {
			code: 'missing-key',
			message: 'nothing is attempted',
			hint: 'add attempts, or an attempt phase',
			at: 'key',
		});
	}
}

export function checkAttempt(
	context: CheckContext,
	attempt: AttemptInput,
	path: DocumentPath,
	moment: AttemptMoment | undefined,
): void {
	const { problems } = context;
	checkExpectation(context, attempt, path);
	if (attempt.on !== undefined) {
		checkOn(context, attempt, attempt.on, path, moment);
		return;
	}
	checkKind(context, attempt, path);
	if (attempt.matrix !== undefined) {
		checkMatrix(context, attempt, attempt.matrix, path, moment);
		return;
	}
	for (const key of attempt.kind === 'dns' ? (['from'] as const) : (['from', 'to'] as const)) {
		if (attempt[key] === undefined) {
			problems.add(path, {
				code: 'missing-key',
				message: `the key "${key}" is missing`,
				hint: `add ${key}:, or use matrix`,
				at: 'key',
			});
		}
	}
	checkSources(context, attempt.from, [...path, 'from'], moment);
	checkMesh(context, attempt, path);
	for (const [index, text] of listOf(attempt.to).entries()) {
		const at = Array.isArray(attempt.to) ? [...path, 'to', index] : [...path, 'to'];
		const target = parseTarget(text);
		checkTarget(context, target, at);
		if (target.kind === 'pod') checkAlive(context, target.name, at, moment);
	}
}

function checkExpectation({ problems }: CheckContext, attempt: AttemptInput, path: DocumentPath): void {
	if (attempt.expect === 'unprotected' && attempt.reason === undefined) {
		problems.add(path, {
			code: 'missing-key',
			message: 'expect: unprotected needs a reason',
			hint: 'say why this hole is accepted',
			at: 'key',
		});
	}
	if (attempt.presents !== undefined && attempt.expect !== 'allowed' && attempt.expect !== 'blocked') {
		problems.add([...path, 'presents'], {
			code: 'conflict',
			message: 'presents belongs to expect: allowed or blocked',
			hint: 'remove presents: what the server shows is reported in any case',
			at: 'key',
		});
	}
	if (attempt.by !== undefined && attempt.expect !== 'blocked') {
		problems.add([...path, 'by'], {
			code: 'conflict',
			message: 'by says how a path is closed, which only expect: blocked asks',
			hint: 'remove by',
			at: 'key',
		});
	}
}

/** Which keys belong to which kinds of attempts. */
const keysOfKinds = {
	to: ['connect', 'plaintext', 'mtls', 'tls'],
	matrix: ['connect'],
	speaks: ['connect', 'plaintext', 'mtls', 'tls'],
	identity: ['plaintext', 'mtls', 'tls'],
	forgedIdentity: ['plaintext', 'mtls', 'tls'],
	certificate: ['tls'],
	alpn: ['tls'],
	presents: ['tls'],
	via: ['dns'],
	over: ['dns'],
	query: ['dns'],
} as const satisfies Partial<Record<keyof AttemptInput, readonly string[]>>;

function checkKind(context: CheckContext, attempt: AttemptInput, path: DocumentPath): void {
	const { kind = 'connect' } = attempt;
	const { problems } = context;
	for (const [key, kinds] of Object.entries(keysOfKinds)) {
		if (attempt[key as keyof typeof keysOfKinds] === undefined || kinds.some((one) => one === kind)) continue;
		const message = `${key} has no meaning for kind: ${kind}`;
		problems.add([...path, key], {
			code: 'conflict',
			message,
			hint: `it belongs to kind: ${kinds.join(', ')}`,
			at: 'key',
		});
	}
	if (kind !== 'dns') return;
	for (const key of ['via', 'query'] as const) {
		if (attempt[key] === undefined)
			problems.add(path, {
				code: 'missing-key',
				message: `the key "${key}" is missing`,
				hint: `kind: dns needs ${key}`,
				at: 'key',
			});
	}
	checkQuery(context, attempt, path);
}

function checkOn(
	context: CheckContext,
	attempt: AttemptInput,
	on: string,
	path: DocumentPath,
	moment: AttemptMoment | undefined,
): void {
	const { problems } = context;
	const allowed = new Set(['on', 'name', 'expect', 'reason', 'by']);
	for (const key of Object.keys(attempt)) {
		if (allowed.has(key)) continue;
		problems.add([...path, key], {
			code: 'conflict',
			message: `${key} may not stand beside on`,
			hint: 'the hold says it already',
			at: 'key',
		});
	}
	if (moment === undefined) {
		problems.add([...path, 'on'], {
			code: 'conflict',
			message: 'on is for phases: without them no connection is held',
			hint: 'use phases, with a hold before this',
			at: 'key',
		});
	} else if (!moment.holds.has(on)) {
		const message = `no connection named ${on} is held open here`;
		problems.add([...path, 'on'], {
			code: 'unknown-name',
			message,
			hint: chooseFrom(on, [...moment.holds], 'held connections'),
		});
	}
}

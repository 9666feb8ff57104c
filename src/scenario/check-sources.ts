import { type CheckContext, checkName, checkNode } from './check-context.ts';
import type { DocumentPath } from './document-path.ts';
import { listOf, parseSource } from './short-forms.ts';

/** What an attempt may rely on when it is made in a phase. */
export interface AttemptMoment {
	/** Pods that exist then. */
	pods: ReadonlySet<string>;
	/** Connections held open then. */
	holds: ReadonlySet<string>;
}

export function checkSources(
	context: CheckContext,
	from: string | string[] | undefined,
	path: DocumentPath,
	moment: AttemptMoment | undefined,
): void {
	for (const [index, text] of listOf(from).entries()) {
		if (text === 'all') continue;
		const at = Array.isArray(from) ? [...path, index] : path;
		const { kind, name } = parseSource(text);
		if (kind === 'node') checkNode(context, name, at);
		else if (checkName(context, kind === 'pod' ? 'pods' : 'external', name, at) && kind === 'pod')
			checkAlive(context, name, at, moment);
		const external = context.spec.external?.[name];
		if (kind === 'external' && external?.addresses !== undefined) {
			context.problems.add(at, {
				code: 'conflict',
				message: `${name} has addresses of its own: no probe runs there`,
				hint: 'leave addresses out to have an endpoint that can attempt',
			});
		}
	}
}

/** A pod that is not there yet, or not any more, can prove nothing. */
export function checkAlive(
	{ draft, problems }: CheckContext,
	pod: string,
	path: DocumentPath,
	moment: AttemptMoment | undefined,
): void {
	if (moment === undefined || moment.pods.has(pod) || !draft.declared.pods.has(pod) || draft.partial) return;
	problems.add(path, {
		code: 'order',
		message: `the pod ${pod} doesn’t exist at this point`,
		hint: 'a create phase makes it, a remove phase ends it',
	});
}

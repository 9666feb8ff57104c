import type { KubeClient } from '../../kube/kube-client.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { Right } from './rights.ts';

/** At a time; every question is a call. */
const lanes = 8;

/**
 * Asks the API server for every right (SelfSubjectAccessReview) and names all that are missing at once.
 * @throws GatecrashError GC_NOT_PERMITTED.
 */
export async function checkRights(client: KubeClient, rights: readonly Right[], signal: AbortSignal): Promise<void> {
	const questions = rights.flatMap((right) => right.verbs.map((verb) => ({ ...right, verb })));
	const missing: typeof questions = [];
	const queue = [...questions];
	const lane = async () => {
		for (let question = queue.shift(); question; question = queue.shift()) {
			signal.throwIfAborted();
			const { verb, resource, group, namespace } = question;
			const permitted = await client.canI({ verb, resource, group, ...(namespace !== undefined && { namespace }) });
			if (!permitted) missing.push(question);
		}
	};
	await Promise.all(Array.from({ length: lanes }, lane));
	if (missing.length === 0) return;
	throw new GatecrashError(
		'GC_NOT_PERMITTED',
		`The credentials of context "${client.context}" lack ${missing.length} rights that this run needs:\n${questions
			.filter((question) => missing.includes(question))
			.map(describe)
			.join('\n')}`,
		{
			hint: 'Nothing was made. `gatecrash rbac` with the same paths prints the roles; somebody who may can apply them.',
		},
	);
}

function describe({ verb, resource, group, namespace }: Right & { verb: string }): string {
	const what = group === '' ? resource : `${resource}.${group}`;
	return `  ${verb} ${what} ${namespace === undefined ? 'in the whole cluster' : `in namespace ${namespace}`}`;
}

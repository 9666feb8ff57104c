import type { KubeClient } from '../../kube/kube-client.ts';
import type { ObjectRef } from '../../kube/kube-object.ts';
import { nameOf } from '../../kube/kube-object.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ExternalEndpoint } from '../external-endpoint.ts';
import type { LastingObjects } from './lasting-objects.ts';
import type { Namespaces } from './namespaces.ts';
import type { PolicyBook } from './policy-book.ts';

export interface Belongings {
	client: KubeClient;
	namespaces: Namespaces;
	/** Namespaces of ours. */
	own: readonly ObjectRef[];
	pods: readonly ObjectRef[];
	/** Objects in namespaces that are not ours. */
	lasting: LastingObjects;
	/** Objects that would go with a namespace of ours, but it will be used again. */
	objects: readonly ObjectRef[];
	policies: PolicyBook;
	/** Namespaces will be used again: they must be empty. */
	reuse: boolean;
	externals: readonly ExternalEndpoint[];
	/** Called once the namespaces' names are free again, or are known not to become so. */
	done: () => void;
}

/**
 * Removes what a deployment made. Resolves when everything was asked to go; the namespaces' end is watched in the
 * background. Pods go at once, without grace: a namespace with pods in it takes seconds longer.
 * @throws GatecrashError GC_CLEANUP with the names of what could not be removed; the rest is removed all the same.
 */
export async function removeAll(belongings: Belongings): Promise<void> {
	const { client, namespaces, own, pods, lasting, objects, policies, reuse, externals, done } = belongings;
	const failed: string[] = [];
	let cause: unknown;
	const attempt = async <T>(name: string, removal: Promise<T>): Promise<T | undefined> => {
		try {
			return await removal;
		} catch (error) {
			cause ??= error;
			failed.push(`${name} (${error instanceof Error ? error.message : String(error)})`);
			return undefined;
		}
	};
	// First what acts on others.
	await attempt('policies', policies.removeAll(reuse ? 'all' : 'lasting'));
	await Promise.all([
		...pods.map((ref) => attempt(nameOf(ref), client.remove(ref, { grace: 0 }))),
		...objects.map((ref) => attempt(nameOf(ref), client.remove(ref))),
		...externals.map((external) => attempt(`external/${external.endpoint.name}`, external.stop())),
	]);
	// Behind the pods, which read the program from there while they run.
	await Promise.all(
		lasting.all().map((ref) =>
			attempt(
				nameOf(ref),
				client.remove(ref).then(() => lasting.gone(ref)),
			),
		),
	);
	const emptied = failed.length === 0;
	const back = await Promise.all(own.map((ref) => attempt(nameOf(ref), namespaces.giveBack(ref, emptied))));
	void Promise.all(back.flatMap((one) => (one ? [one.free] : []))).then(done);
	if (failed.length > 0) {
		throw new GatecrashError('GC_CLEANUP', `could not be removed: ${failed.join(', ')}`, {
			hint: 'gatecrash clean removes what is left.',
			cause,
		});
	}
}

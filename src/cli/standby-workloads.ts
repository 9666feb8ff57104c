import { GatecrashError } from '../model/gatecrash-error.ts';
import type { Workload } from '../model/plan.ts';
import type { Context } from './context.ts';
import { makePlan } from './make-plan.ts';

/**
 * The scenarios whose pods are to stand by on a cluster, as far as they can run there. Undefined: their files are wrong,
 * which was printed.
 * @throws GatecrashError GC_USAGE where two of them want the same namespace: one run's pods would be in the other's way.
 */
export async function standbyWorkloads(
	paths: string[],
	cluster: string,
	context: Context,
): Promise<Workload[] | undefined> {
	const everything = { tag: [], grep: [], exclude: [] };
	const made = await makePlan(paths, { cluster, ...everything }, context);
	if (!made) return undefined;
	for (const { name, skip } of made.plan.scenarios)
		if (skip !== undefined) context.stderr(`warning no pods of ${name} stand by: ${skip}\n`);
	const scenarios = made.plan.scenarios.filter(({ skip }) => skip === undefined);
	const owners = new Map<string, string>();
	for (const { name, workload } of scenarios) {
		for (const namespace of Object.keys(workload.namespaces)) {
			const other = owners.get(namespace);
			if (other !== undefined) {
				throw new GatecrashError('GC_USAGE', `${other} and ${name} both have a namespace ${namespace}.`, {
					hint: 'Pods can stand by for one of them: name its file alone.',
				});
			}
			owners.set(namespace, name);
		}
	}
	return scenarios.map(({ workload }) => workload);
}

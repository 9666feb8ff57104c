import { factsRights, neededRights } from '../cluster/existing/rights.ts';
import { readSubject, renderRoles } from '../cluster/existing/roles.ts';
import { capabilityNames } from '../model/capability.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { actsOnWholeCluster } from '../model/policy.ts';
import { planScenarios } from '../plan/plan-scenarios.ts';
import type { Action } from './actions.ts';
import { printDiagnostics } from './diagnostics.ts';
import { readPaths } from './read-paths.ts';
import { regionsIn } from './regions.ts';
import { selectCells } from './select-cells.ts';

/** Needs no cluster: the roles are for whatever of these scenarios a cluster can carry out. */
export const rbac: Action<'rbac'> = async (context, args, flags) => {
	if (flags.cloud) {
		const { iamPolicy } = await import('../cluster/eks/iam-policy.ts');
		context.stdout(`${JSON.stringify(iamPolicy(regionsIn(flags.region)), null, 2)}\n`);
		return 0;
	}
	const subject = readSubject(flags.subject);
	const { scenarios, diagnostics } = await readPaths(args);
	printDiagnostics(diagnostics, context);
	if (diagnostics.some(({ severity }) => severity === 'error')) return 64;
	const { wireCapture } = flags;
	const beyond = wireCapture ? beyondExisting : [...beyondExisting, 'wire-capture'];
	const able = new Set(capabilityNames.filter((capability) => !beyond.includes(capability)));
	const target = { name: 'existing', capabilities: able, families: ['ipv4', 'ipv6'] as const };
	const { plan } = planScenarios(scenarios, target);
	const selected = selectCells(plan, flags);
	const allowed = selected.scenarios.filter(
		({ policies }) => flags.allowClusterScoped || !policies.some(({ object }) => actsOnWholeCluster(object)),
	);
	if (!allowed.some(({ steps }) => steps.length > 0)) {
		throw new GatecrashError('GC_USAGE', 'none of these scenarios can be run on an existing cluster', {
			hint: 'gatecrash plan --cluster existing says why; cluster-scoped policies need --allow-cluster-scoped',
		});
	}
	context.stdout(
		`# Rights for \`gatecrash run --cluster existing\` with: ${allowed.map(({ name }) => name).join(', ')}\n`,
	);
	const rights = neededRights({ ...selected, scenarios: allowed }, { wireCapture });
	context.stdout(renderRoles({ name: flags.name, subject, rights, facts: factsRights }));
	return 0;
};

/** What gatecrash has only where the cluster or the network is its own. */
const beyondExisting: readonly string[] = ['external', 'metadata', 'sctp'];

import { readDefinition } from '../cluster/read-definition.ts';
import { ClusterRecords } from '../cluster/kind/cluster-records.ts';
import { chooseImages } from '../cluster/kind/images.ts';
import { createKeptCluster, findKeptCluster, keptName } from '../cluster/kind/kept-cluster.ts';
import { type ListedCluster, listClusters, namePrefix } from '../cluster/kind/list-clusters.ts';
import { takeDown } from '../cluster/kind/stand-up.ts';
import { readClusterFacts } from '../cluster/kubernetes/facts.ts';
import type { ClusterDefinition } from '../cluster/cluster-definition.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { describeDuration, plural } from '../report/counts.ts';
import type { Action } from './actions.ts';
import type { commands } from './commands.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import type { FlagValues } from './flag.ts';
import { watchInterruption } from './interruption.ts';
import { openProgress } from './progress.ts';

type ClusterFlags = FlagValues<(typeof commands)['cluster']['flags']>;

/** `cluster up NAME`, `cluster down NAME`, `cluster list`. */
export const cluster: Action<'cluster'> = async (context, [action, name, ...rest], flags) => {
	if (rest.length > 0) throw usage(`There is more than one name: ${[name, ...rest].join(', ')}.`);
	if (action === 'list' && name === undefined) return list(context, flags);
	if (action === 'up' && name !== undefined) return up(name, context, flags);
	if (action === 'down' && name !== undefined) return down(name, context);
	throw usage(
		action === 'up' || action === 'down'
			? `cluster ${action} needs the name of a cluster.`
			: `There is no cluster ${[action, name].join(' ').trim()}.`,
	);
};

async function up(nameOrFile: string, context: Context, flags: ClusterFlags): Promise<ExitCode> {
	const { definition } = await readDefinition(nameOrFile);
	const kindName = nameOfKind(definition);
	const records = new ClusterRecords();
	const images = await chooseImages(definition, imagesOf(flags), flags.mirror);
	const before = await findKeptCluster(definition, images, records);
	if (before && 'kindName' in before) {
		context.stdout(`${kindName} is up already.\n${usageOf(definition, records.file(kindName, 'kubeconfig'))}`);
		return 0;
	}
	const interruption = watchInterruption(context, undefined, () => leftBehind(definition));
	const progress = openProgress([], context, { quiet: false });
	const onPhase = (phase: string): void => progress.show({ kind: 'cluster', phase });
	try {
		const { signal } = interruption;
		const standing = await createKeptCluster({ definition, images, records, mirror: flags.mirror, signal, onPhase });
		const facts = await readClusterFacts(standing.client, { name: definition.metadata.name, driver: 'kind' }).finally(
			() => standing.client.close(),
		);
		await progress.close();
		const phases = standing.phases.map(({ phase, duration }) => `${phase} ${describeDuration(duration)}`);
		const enforcers = facts.enforcers.join(', ') || 'nobody that was found';
		context.stdout(`${kindName} is up: Kubernetes ${facts.version}, ${plural(facts.nodes, 'node')}\n`);
		context.stdout(`  policies are enforced by ${enforcers}\n  ${phases.join(', ')}\n`);
		for (const warning of facts.warnings ?? []) context.stderr(`warning ${warning}\n`);
		context.stdout(usageOf(definition, standing.kubeconfig));
		return 0;
	} catch (error) {
		if (interruption.cause === 'SIGINT') return 130;
		if (interruption.cause === 'SIGTERM') return 143;
		throw error;
	} finally {
		await progress.close();
		interruption.close();
	}
}

/** By the name of its definition, or by the whole name that `cluster list` shows. */
async function down(name: string, context: Context): Promise<ExitCode> {
	const records = new ClusterRecords();
	const listed = await listClusters(records);
	const wanted = name.startsWith(namePrefix) ? name : nameOfKind((await readDefinition(name)).definition);
	if (!listed.some((one) => one.name === wanted)) {
		const known = listed.map((one) => one.name).join(', ');
		throw new GatecrashError('GC_USAGE', `There is no cluster ${wanted}.`, {
			hint: known === '' ? 'gatecrash has no cluster here.' : `There is: ${known}.`,
		});
	}
	await takeDown(wanted, records);
	context.stdout(`deleted ${wanted}\n`);
	return 0;
}

async function list(context: Context, flags: ClusterFlags): Promise<ExitCode> {
	const clusters = await listClusters(new ClusterRecords());
	if (flags.json) {
		context.stdout(`${JSON.stringify({ schemaVersion: 1, clusters }, null, 2)}\n`);
		return 0;
	}
	if (clusters.length === 0) context.stdout('no clusters\n');
	const width = Math.max(0, ...clusters.map(({ name }) => name.length));
	for (const one of clusters) context.stdout(`${one.name.padEnd(width)}  ${describe(one)}\n`);
	return 0;
}

function describe({ state, nodes, run, cluster: definition, createdAt }: ListedCluster): string {
	const owner = run === undefined ? 'kept' : `of run ${run}`;
	const made = [definition && `made from ${definition}`, createdAt].filter(Boolean).join(' ');
	return [`${state}, ${plural(nodes, 'node')}`, owner, made].filter((part) => part !== '').join('; ');
}

function nameOfKind(definition: ClusterDefinition): string {
	if (definition.spec.driver === 'kind') return keptName(definition);
	throw usage(
		`${definition.metadata.name} is a cluster of driver ${definition.spec.driver}; only those of kind are kept.`,
	);
}

function imagesOf({ nodeImage, agentImage }: ClusterFlags): { node?: string; agent?: string } {
	return {
		...(nodeImage !== undefined && { node: nodeImage }),
		...(agentImage !== undefined && { agent: agentImage }),
	};
}

function usageOf({ metadata: { name } }: ClusterDefinition, kubeconfig: string): string {
	return `  kubeconfig  ${kubeconfig}\n  use it      gatecrash run --cluster ${name}\n  delete it   gatecrash cluster down ${name}\n`;
}

function leftBehind({ metadata: { name } }: ClusterDefinition): string {
	return `This deletes what is left:\n\n  gatecrash cluster down ${name}\n`;
}

function usage(message: string): GatecrashError {
	return new GatecrashError('GC_USAGE', message, { hint: 'cluster up NAME, cluster down NAME, or cluster list' });
}

import { readDefinition } from '../cluster/read-definition.ts';
import { ClusterRecords } from '../cluster/kind/cluster-records.ts';
import { chooseImages } from '../cluster/kind/images.ts';
import { createKeptCluster, findKeptCluster, type KeptClusterOptions, keptName } from '../cluster/kind/kept-cluster.ts';
import { standByPods } from '../cluster/kind/standby-pods.ts';
import { type ListedCluster, listClusters, namePrefix } from '../cluster/kind/list-clusters.ts';
import { takeDown } from '../cluster/kind/stand-up.ts';
import { EksRecords } from '../cluster/eks/eks-records.ts';
import { runOfName } from '../cluster/eks/ownership.ts';
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
import { stateOf } from '../run/process-mark.ts';
import { openProgress } from './progress.ts';
import { standbyWorkloads } from './standby-workloads.ts';

type ClusterFlags = FlagValues<(typeof commands)['cluster']['flags']>;

/** `cluster up NAME`, `cluster down NAME`, `cluster list`. */
export const cluster: Action<'cluster'> = async (context, [action, name, ...rest], flags) => {
	if (rest.length > 0) throw usage(`There is more than one name: ${[name, ...rest].join(', ')}.`);
	if (action === 'list' && name === undefined) return list(context, flags);
	if (action === 'up' && name !== undefined) return up(name, context, flags);
	if (action === 'down' && name !== undefined) return down(name, context, flags);
	throw usage(
		action === 'up' || action === 'down'
			? `cluster ${action} needs the name of a cluster.`
			: `There is no cluster ${[action, name].join(' ').trim()}.`,
	);
};

async function up(nameOrFile: string, context: Context, flags: ClusterFlags): Promise<ExitCode> {
	const { definition } = await readDefinition(nameOrFile);
	if (definition.spec.driver === 'eks') {
		return (await import('./cluster-eks.ts')).eksUp(nameOrFile, definition, context, flags);
	}
	const kindName = nameOfKind(definition);
	const records = new ClusterRecords();
	const images = await chooseImages(definition, imagesOf(flags), flags.mirror);
	const workloads = flags.pods.length === 0 ? [] : await standbyWorkloads(flags.pods, nameOrFile, context);
	if (!workloads) return 64;
	const before = await findKeptCluster(definition, images, records);
	const isUp = before !== undefined && 'kindName' in before;
	const interruption = watchInterruption(context, undefined, () => leftBehind(definition));
	const progress = openProgress([], context, { quiet: false });
	const onPhase = (phase: string): void => progress.show({ kind: 'cluster', phase });
	try {
		const { signal } = interruption;
		const kubeconfig = records.file(kindName, 'kubeconfig');
		const mirror = flags.mirror;
		const text = isUp
			? `${kindName} is up already.\n`
			: await standUp({ definition, images, records, mirror, signal, onPhase }, context);
		const request = { kubeconfig, agentImage: images.agent, workloads, signal, onPhase };
		const pods = workloads.length === 0 ? [] : await standByPods(request);
		await progress.close();
		context.stdout(text);
		for (const [index, { scenario }] of workloads.entries())
			context.stdout(`  stand by    ${plural(pods[index]?.length ?? 0, 'pod')} of ${scenario}\n`);
		context.stdout(usageOf(nameOrFile, kubeconfig));
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

/** Returns what there is to say about it. */
async function standUp(options: KeptClusterOptions, context: Context): Promise<string> {
	const { definition } = options;
	const { client, kindName, phases } = await createKeptCluster(options);
	const facts = await readClusterFacts(client, { name: definition.metadata.name, driver: 'kind' }).finally(() =>
		client.close(),
	);
	for (const warning of facts.warnings ?? []) context.stderr(`warning ${warning}\n`);
	const enforcers = facts.enforcers.join(', ') || 'nobody that was found';
	const took = phases.map(({ phase, duration }) => `${phase} ${describeDuration(duration)}`);
	return [
		`${kindName} is up: Kubernetes ${facts.version}, ${plural(facts.nodes, 'node')}\n`,
		`  policies are enforced by ${enforcers}\n  ${took.join(', ')}\n`,
	].join('');
}

/** By the name of its definition, or by the whole name that `cluster list` shows. */
async function down(name: string, context: Context, flags: ClusterFlags): Promise<ExitCode> {
	const records = new ClusterRecords();
	const definition = name.startsWith(namePrefix) ? undefined : (await readDefinition(name)).definition;
	if (definition?.spec.driver === 'eks' || (await isOfEks(name, flags))) {
		return (await import('./cluster-eks.ts')).eksDown(definition?.metadata.name ?? name, context, flags);
	}
	const wanted = definition === undefined ? name : nameOfKind(definition);
	const listed = await listClusters(records);
	if (!listed.some((one) => one.name === wanted)) {
		const known = listed.map((one) => one.name).join(', ');
		throw new GatecrashError('GC_USAGE', `There is no cluster ${wanted}.`, {
			hint: known === '' ? 'gatecrash has no cluster here.' : `There is: ${known}.`,
		});
	}
	const users = (await records.users(wanted)).filter(({ process }) => stateOf(process) === 'alive');
	if (users.length > 0) {
		const runs = users.map(({ run, process: { pid } }) => `${run} (process ${pid})`).join(', ');
		throw new GatecrashError('GC_CLUSTER', `${wanted} is in use by ${plural(users.length, 'run')}: ${runs}.`, {
			hint: 'Wait for the end, or end it with Ctrl-C; then its cluster can go.',
		});
	}
	await takeDown(wanted, records);
	context.stdout(`deleted ${wanted}\n`);
	return 0;
}

async function list(context: Context, flags: ClusterFlags): Promise<ExitCode> {
	// AWS is asked only where something of ours is written down.
	const { listEks, describeEks } = await import('./list-eks.ts');
	const eks = await listEks(context);
	const clusters = await listClusters(new ClusterRecords()).catch((error: unknown) => {
		if (eks.length === 0 || !(error instanceof GatecrashError)) throw error;
		context.stderr(`clusters of kind are not listed: ${error.message}\n`);
		return [];
	});
	if (flags.json) {
		context.stdout(`${JSON.stringify({ schemaVersion: 1, clusters, eks }, null, 2)}\n`);
		return 0;
	}
	const lines = [
		...clusters.map((one) => [one.name, describe(one)] as const),
		...eks.map((one) => [one.name, describeEks(one)] as const),
	];
	if (lines.length === 0) context.stdout('no clusters\n');
	const width = Math.max(0, ...lines.map(([name]) => name.length));
	for (const [name, text] of lines) context.stdout(`${name.padEnd(width)}  ${text}\n`);
	return 0;
}

/** A run's kind cluster has such a name too: then there is no record, and no region is given. */
async function isOfEks(name: string, { region }: ClusterFlags): Promise<boolean> {
	if (runOfName(name) === undefined) return false;
	return region !== undefined || (await new EksRecords().read(name)) !== undefined;
}

function describe({ state, nodes, run, cluster: definition, createdAt }: ListedCluster): string {
	const owner = run === undefined ? 'kept' : `of run ${run}`;
	const made = [definition && `made from ${definition}`, createdAt].filter(Boolean).join(' ');
	return [`${state}, ${plural(nodes, 'node')}`, owner, made].filter((part) => part !== '').join('; ');
}

function nameOfKind(definition: ClusterDefinition): string {
	if (definition.spec.driver === 'kind') return keptName(definition);
	throw usage(
		`${definition.metadata.name} is a cluster of driver ${definition.spec.driver}; only those of kind and EKS are kept.`,
	);
}

function imagesOf({ nodeImage, agentImage }: ClusterFlags): { node?: string; agent?: string } {
	return {
		...(nodeImage !== undefined && { node: nodeImage }),
		...(agentImage !== undefined && { agent: agentImage }),
	};
}

function usageOf(name: string, kubeconfig: string): string {
	return `  kubeconfig  ${kubeconfig}\n  use it      gatecrash run --cluster ${name}\n  delete it   gatecrash cluster down ${name}\n`;
}

function leftBehind({ metadata: { name } }: ClusterDefinition): string {
	return `This deletes what is left:\n\n  gatecrash cluster down ${name}\n`;
}

function usage(message: string): GatecrashError {
	return new GatecrashError('GC_USAGE', message, { hint: 'cluster up NAME, cluster down NAME, or cluster list' });
}

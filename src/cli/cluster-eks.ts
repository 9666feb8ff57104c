import type { ClusterDefinition } from '../cluster/cluster-definition.ts';
import { closeClients } from '../cluster/eks/aws/clients.ts';
import { findCredentials } from '../cluster/eks/aws/credentials.ts';
import { openAccount } from '../cluster/eks/account.ts';
import { searchRegion } from '../cluster/eks/cleaning/search-region.ts';
import { type EksRecord, EksRecords } from '../cluster/eks/eks-records.ts';
import { createKeptEks, findKeptEks } from '../cluster/eks/kept-cluster.ts';
import { runOfName } from '../cluster/eks/ownership.ts';
import { type Prepared, prepare } from '../cluster/eks/prepare.ts';
import { cloudCleanCommand, takeDownEks } from '../cluster/eks/take-down.ts';
import { ClusterRecords } from '../cluster/kind/cluster-records.ts';
import { chooseImages, type Images } from '../cluster/kind/images.ts';
import { readClusterFacts } from '../cluster/kubernetes/facts.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';
import { describeDuration, plural } from '../report/counts.ts';
import { currentProcess, stateOf } from '../run/process-mark.ts';
import type { commands } from './commands.ts';
import type { Context } from './context.ts';
import type { ExitCode } from './exit-code.ts';
import type { FlagValues } from './flag.ts';
import { watchInterruption } from './interruption.ts';
import { openProgress } from './progress.ts';
import { nameRun } from './run-folder.ts';

type ClusterFlags = FlagValues<(typeof commands)['cluster']['flags']>;

/** `cluster up` of an EKS cluster. Without `--yes` it looks at everything, says what it would cost, and makes nothing. */
export async function eksUp(
	nameOrFile: string,
	definition: ClusterDefinition,
	context: Context,
	flags: ClusterFlags,
): Promise<ExitCode> {
	if (flags.pods.length > 0) throw new GatecrashError('GC_USAGE', 'Pods stand by on clusters of kind only.');
	const records = new EksRecords();
	const { agentImage: agent } = flags;
	const images = await chooseImages(definition, agent === undefined ? {} : { agent }, flags.mirror);
	const kept = await findKeptEks(definition, images, records);
	if (kept && 'name' in kept) {
		context.stdout(`${kept.name} is up already; it expires at ${kept.expires}.\n${usageOf(nameOrFile, kept, records)}`);
		return 0;
	}
	if (kept) context.stderr(`a new cluster is made: ${kept.unused}\n`);
	const { name } = definition.metadata;
	const credentials = await findCredentials(name);
	const { id: run } = nameRun('', new Date());
	const prepared = await prepare({ definition, credentials, region: flags.region, run });
	try {
		for (const line of [prepared.said.account, `${name} costs ${prepared.said.cost}`, ...prepared.said.notes])
			context.stderr(`${line}\n`);
		if (!flags.yes) {
			throw new GatecrashError(
				'GC_USAGE',
				`Everything that ${name} needs is there; nothing was made, because it costs money.`,
				{
					hint: 'Give --yes to make it.',
				},
			);
		}
		return await standUp({ nameOrFile, definition, images, records, prepared, run }, context, flags);
	} finally {
		closeClients(prepared.account.clients);
	}
}

interface Wanted {
	nameOrFile: string;
	definition: ClusterDefinition;
	images: Images;
	records: EksRecords;
	prepared: Prepared;
	run: string;
}

async function standUp(wanted: Wanted, context: Context, flags: ClusterFlags): Promise<ExitCode> {
	const { nameOrFile, definition, images, records, prepared, run } = wanted;
	const { account } = prepared;
	const region = account.clients.region;
	const left = () => `This deletes what is left:\n\n  ${cloudCleanCommand({ run, region })}\n`;
	const interruption = watchInterruption(context, undefined, left);
	const progress = openProgress([], context, { quiet: false });
	try {
		const { client, record, phases } = await createKeptEks({
			...{ definition, images, account, run, records, mirror: flags.mirror, lifetime: flags.expiresAfter },
			...{ process: currentProcess(), signal: interruption.signal },
			onPhase: (phase) => progress.show({ kind: 'cluster', phase }),
		});
		const facts = await readClusterFacts(client, { name: record.cluster, driver: 'eks' }).finally(() => client.close());
		await progress.close();
		for (const warning of facts.warnings ?? []) context.stderr(`warning ${warning}\n`);
		const enforcers = facts.enforcers.join(', ') || 'nobody that was found';
		const took = phases.map(({ phase, duration }) => `${phase} ${describeDuration(duration)}`);
		context.stdout(`${record.name} is up: Kubernetes ${facts.version}, ${plural(facts.nodes, 'node')}\n`);
		context.stdout(`  policies are enforced by ${enforcers}\n  ${took.join(', ')}\n`);
		context.stdout(`  expires     ${record.expires}\n${usageOf(nameOrFile, record, records)}`);
		return 0;
	} catch (error) {
		const undone = !(error instanceof GatecrashError && error.code === 'GC_CLEANUP');
		if (undone && interruption.cause === 'SIGINT') return 130;
		if (undone && interruption.cause === 'SIGTERM') return 143;
		throw error;
	} finally {
		await progress.close();
		interruption.close();
	}
}

/** By the name of the definition, or by the whole name that `cluster list` shows; then also from another folder. */
export async function eksDown(name: string, context: Context, flags: ClusterFlags): Promise<ExitCode> {
	const records = new EksRecords();
	const record = (await records.read(name)) ?? (await records.kept(name));
	const run = runOfName(name);
	if (!record && (run === undefined || flags.region === undefined)) {
		throw new GatecrashError('GC_USAGE', `There is no record of an EKS cluster ${name} here.`, {
			hint: '`gatecrash clean --cloud --dry-run` looks for clusters that were made elsewhere.',
		});
	}
	if (record) await refuseWhileUsed(record);
	const credentials = await findCredentials(record?.name ?? name);
	const account = await openAccount(credentials, { region: record?.region ?? flags.region, expected: record?.account });
	const progress = openProgress([], context, { quiet: false });
	const onPhase = (phase: string): void => progress.show({ kind: 'cluster', phase });
	try {
		const { clients } = account;
		const found = record ?? (await foundElsewhere(name, run ?? '', account));
		await takeDownEks({ record: found, clients, records, onPhase });
		await progress.close();
		context.stdout(`deleted ${found.name}; nothing of it is left in ${found.region}\n`);
		return 0;
	} finally {
		await progress.close();
		closeClients(account.clients);
	}
}

async function foundElsewhere(name: string, run: string, account: Prepared['account']) {
	const { region } = account.clients;
	const { clusters } = await searchRegion(account.clients);
	if (clusters.some((one) => one.name === name)) return { name, region, run, account: account.account };
	throw new GatecrashError('GC_USAGE', `There is no cluster ${name} in ${region}, account ${account.account}.`);
}

async function refuseWhileUsed({ name, process, readyAt }: EksRecord): Promise<void> {
	const users = (await new ClusterRecords().users(name)).filter((one) => stateOf(one.process) === 'alive');
	const maker =
		readyAt === undefined && stateOf(process) === 'alive' ? [`the process ${process.pid}, which makes it`] : [];
	const all = [...maker, ...users.map((one) => `run ${one.run} (process ${one.process.pid})`)];
	if (all.length === 0) return;
	throw new GatecrashError('GC_CLUSTER', `${name} is in use by ${all.join(', ')}.`, {
		hint: 'Wait for the end, or end it with Ctrl-C; then its cluster can go.',
	});
}

function usageOf(name: string, record: EksRecord, records: EksRecords): string {
	return [
		`  kubeconfig  ${records.file(record.name, 'kubeconfig')}`,
		`  use it      gatecrash run --cluster ${name}`,
		`  delete it   gatecrash cluster down ${name}\n`,
	].join('\n');
}

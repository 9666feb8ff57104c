/**
 * `npm run bench:kind`: the field's canonical matrix (9 pods, 4 ports, 324 cells) on one warm kind cluster with Calico,
 * through gatecrash and through one `kubectl exec` for each cell, side by side in one run, with the ratio. A kept
 * cluster is used and left; else one is made and deleted.
 */
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { agentContainer } from '../src/cluster/kubernetes/pod-manifest.ts';
import { KubernetesSite } from '../src/cluster/kubernetes/site.ts';
import { readHistory } from '../src/history/read-history.ts';
import { connect } from '../src/kube/connect.ts';
import { defaultAgentLimits } from '../src/model/agent.ts';
import { capabilityNames } from '../src/model/capability.ts';
import type { Deployment } from '../src/model/cluster.ts';
import type { Cell, ScenarioPlan } from '../src/model/plan.ts';
import type { RunVerdicts } from '../src/model/verdict.ts';
import { planScenarios } from '../src/plan/plan-scenarios.ts';
import { dial } from '../src/run/dial.ts';
import { readScenarios } from '../src/scenario/read-scenarios.ts';
import { hasKindOffline, offlineEnvironment } from '../test/kind/support/offline.ts';
import { type ExecCell, type ExecPass, execPerCell } from './exec-per-cell.ts';
import { podsAlone } from './pods-alone.ts';
import { type RunPhases, runPhases } from './run-phases.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const scenarioFile = join(root, 'scenarios/network-policy/canonical-matrix.yaml');
const kubeconfig = join(root, '.gatecrash/clusters/gatecrash-kind-calico/kubeconfig');
/** Of everything together. Milliseconds. */
const bound = 480_000;

interface OurRun extends RunPhases {
	/** The whole process, from its start to the report. Milliseconds. */
	total: number;
	enforced: number;
	cells: number;
}

if (hasKindOffline()) await bench(AbortSignal.timeout(bound));
else process.stdout.write('The benchmark on kind is skipped: ../shared/kind-offline is not here.\n');

async function bench(signal: AbortSignal): Promise<void> {
	// Every exec under way listens to it.
	setMaxListeners(0, signal);
	const listed = await gatecrash(['cluster', 'list', '--json'], signal);
	const kept = listed.includes('"gatecrash-kind-calico"');
	const folder = await mkdtemp(join(tmpdir(), 'gatecrash-bench-kind-'));
	try {
		await gatecrash(['cluster', 'up', 'kind-calico'], signal);
		const load = loadavg()[0]?.toFixed(1);
		const alone = await runPodsAlone(signal);
		const ours = await runOurs(folder, signal);
		const field = await runField(signal);
		print(
			ours,
			field,
			alone,
			`${availableParallelism()} processors, load ${load} before, ${loadavg()[0]?.toFixed(1)} after`,
		);
	} finally {
		if (!kept) await gatecrash(['cluster', 'down', 'kind-calico'], AbortSignal.timeout(120_000));
		await rm(folder, { recursive: true });
	}
}

async function runOurs(folder: string, signal: AbortSignal): Promise<OurRun> {
	const began = performance.now();
	const stdout = await gatecrash(
		['run', scenarioFile, '--cluster', 'kind-calico', '--json', '--quiet', '--out', folder],
		signal,
	);
	const total = performance.now() - began;
	const cells = (JSON.parse(stdout) as RunVerdicts).scenarios.flatMap((scenario) => scenario.cells);
	const { events } = await readHistory(join(folder, 'latest/history.jsonl'));
	const enforced = cells.filter(({ verdict }) => verdict === 'enforced' || verdict === 'observed').length;
	return { ...runPhases(events), total, enforced, cells: cells.length };
}

/** As many pods as the matrix has, without anything in them. */
async function runPodsAlone(signal: AbortSignal): Promise<number> {
	const client = await connect({ kubeconfig });
	try {
		return await podsAlone(client, 9, offlineEnvironment().GATECRASH_AGENT_IMAGE ?? '', signal);
	} finally {
		client.close();
	}
}

/** The same pods under the same policies; only the attempts are made the other way. */
async function runField(signal: AbortSignal): Promise<ExecPass> {
	const client = await connect({ kubeconfig });
	const run = `bench-${randomBytes(3).toString('hex')}`;
	const agentImage = offlineEnvironment().GATECRASH_AGENT_IMAGE ?? '';
	const site = new KubernetesSite({ client, run, agentImage, allowClusterScoped: true });
	try {
		const plan = await planOf(scenarioFile);
		const settings = { run, key: randomBytes(32).toString('hex'), limits: defaultAgentLimits };
		const deployment = await site.deploy(plan.workload, settings, signal);
		await deployment.apply(plan.policies.map(({ object }) => object));
		await deployment.canary?.(30_000, signal);
		const cells = plan.cells.flatMap((cell) => execCell(cell, plan, deployment) ?? []);
		return await execPerCell(cells, kubeconfig, signal);
	} finally {
		await site.close();
		client.close();
	}
}

async function planOf(file: string): Promise<ScenarioPlan> {
	const { scenarios } = await readScenarios([file]);
	const target = { name: 'kind-calico', capabilities: new Set(capabilityNames), families: ['ipv4'] as const };
	const [plan] = planScenarios(scenarios, target).plan.scenarios;
	if (!plan) throw new Error(`${file} holds no scenario`);
	return plan;
}

function execCell(cell: Cell, plan: ScenarioPlan, deployment: Deployment): ExecCell | undefined {
	const destination = dial(cell, deployment)?.destination;
	const namespace = plan.workload.pods[cell.from.name]?.namespace;
	if (!destination || namespace === undefined) return undefined;
	const expected = ({ allowed: 'open', blocked: 'closed' } as const)[cell.expectation as 'allowed' | 'blocked'];
	return { namespace, pod: cell.from.name, container: agentContainer, destination, protocol: cell.protocol, expected };
}

/** Standard output. Its exit code says what the cluster does, which is not the subject here. */
async function gatecrash(args: string[], signal: AbortSignal): Promise<string> {
	const { stdout, stderr, exitCode } = await execa(process.execPath, [join(root, 'dist/main.js'), ...args], {
		reject: false,
		cwd: root,
		env: offlineEnvironment(),
		cancelSignal: signal,
		maxBuffer: 1 << 28,
	});
	if (![0, 1, 2].includes(exitCode ?? -1)) throw new Error(`gatecrash ${args[0]} ended with ${exitCode}:\n${stderr}`);
	return stdout;
}

function print(ours: OurRun, field: ExecPass, alone: number, load: string): void {
	const s = (milliseconds: number) => `${(milliseconds / 1000).toFixed(2)} s`;
	const ratio = (of: number) => `${(field.duration / of).toFixed(1)} times`;
	const lines = [
		`${ours.cells} cells on a warm kind-calico; ${load}`,
		'',
		`nine idle pods        ${s(alone)} from their creation until they are ready, which no tool can be faster than`,
		`gatecrash             ${s(ours.total)} as a whole process; ${ours.enforced} cells as declared`,
		...ours.phases.map(({ phase, duration }) => `  ${phase.padEnd(19)} ${s(duration)}`),
		`  attempts alone      ${s(ours.attempts)}, ${ours.tries} tries`,
		`kubectl exec per cell ${s(field.duration)} for ${field.cells} cells, one try each; ${field.wrong} not as declared`,
		'',
		`One pass by exec takes ${ratio(ours.attempts)} as long as our attempts, and ${ratio(ours.total)} as long as our`,
		'whole run, which deploys, shows every path open before and after, settles, and judges.',
	];
	process.stdout.write(`${lines.join('\n')}\n`);
}

import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Addresses, IpFamily } from '../../model/address.ts';
import { type AgentConfig, agentNodeFlags } from '../../model/agent.ts';
import type { AgentSettings, Ledger, LedgerEntry } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import type { ExternalSpec } from '../../model/scenario.ts';
import type { ExternalEndpoint } from '../external-endpoint.ts';
import { LineProcess } from '../line-process.ts';
import { agentProgram } from '../netns/agent-program.ts';
import { command } from './command.ts';
import { containerAddresses, podRoutes } from './pod-routes.ts';

/** Docker network of all kind clusters of a machine; https://kind.sigs.k8s.io/docs/user/known-issues/ */
const network = 'kind';
/** With the time to fetch the image. Milliseconds. */
const startBound = 180_000;

export interface ExternalContainers {
	image: string;
	/** Of the cluster: nodes have routes to given addresses of these. */
	families: readonly IpFamily[];
	/** Reached as they are, without translation. */
	podRanges: string[];
	/** Node containers. */
	nodes: readonly string[];
	ledger: Ledger | undefined;
}

/**
 * An agent in a container beyond the nodes, on the network that they are on, with the addresses that the scenario names, to
 * which the nodes have a route. It ends with us: its standard input closes
 * when this process dies, whatever the way. From there, pods are reached as from any machine that routes to them.
 */
export async function startExternalContainer(
	options: ExternalContainers,
	name: string,
	spec: ExternalSpec,
	settings: AgentSettings,
	signal: AbortSignal,
	relay: Addresses = {},
): Promise<ExternalEndpoint> {
	const container = `gatecrash-${settings.run}-${randomBytes(4).toString('hex')}`;
	const uid = randomUUID();
	const entry: LedgerEntry = { makes: 'container', engine: 'docker', name: container };
	const named = spec.addresses && ofFamilies(spec.addresses, options.families);
	const given = [...Object.values(named ?? {}), ...Object.values(relay)];
	const config: AgentConfig = {
		...agentConfig(name, uid, spec, settings),
		addresses: given,
	};
	const program = await agentProgram();
	options.ledger?.intend(entry);
	const child = spawn('docker', runArguments(container, program, name, settings.run, options.image), {
		stdio: 'pipe',
		env: { ...process.env, GATECRASH_AGENT_CONFIG: JSON.stringify(config) },
		// Ctrl-C is for us: the run decides when its agents end.
		detached: true,
	});
	const agent = new LineProcess(`external/${name}`, child);
	const stop = async () => {
		child.kill('SIGKILL');
		await removeContainer(container);
		options.ledger?.undone(entry);
	};
	try {
		const own = await addressesOf(container, agent, signal);
		await configureNetwork(container, { own, given }, options, settings.run, signal);
		await forgetFormerOwner(options.nodes, given, signal);
		const addresses = named ?? own;
		let stopped: Promise<void> | undefined;
		return {
			endpoint: {
				...{ kind: 'external', name, uid, addresses, labels: {}, hostNetwork: false, agent: true, portMap: {} },
				...(Object.keys(relay).length > 0 && { relay }),
			},
			open: () => agent.open(),
			stop: () => (stopped ??= stop()),
		};
	} catch (error) {
		await stop();
		throw error;
	}
}

/** No failure where there is none of that name. */
export async function removeContainer(container: string): Promise<void> {
	await command('docker', ['rm', '--force', '--volumes', container], { ends: 'by-itself' }).catch((error: unknown) => {
		if (!/No such container|already in progress/i.test(String(error))) throw error;
	});
}

function agentConfig(name: string, uid: string, spec: ExternalSpec, settings: AgentSettings): AgentConfig {
	return {
		...{ run: settings.run, endpoint: name, uid, key: settings.key, limits: settings.limits, boot: [] },
		listen: spec.listen.flatMap(({ speaks, name: _, ...rest }) => (speaks === 'sctp' ? [] : [{ ...rest, speaks }])),
	};
}

function runArguments(container: string, program: string, name: string, run: string, image: string): string[] {
	return [
		...['run', '--interactive', '--rm', '--name', container, '--network', network],
		...['--label', `gatecrash.dev/run=${run}`, '--label', `gatecrash.dev/endpoint=${name}`],
		...['--user', '65534:65534', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--read-only'],
		...['--sysctl', 'net.ipv4.ip_unprivileged_port_start=0', '--memory', '512m', '--pids-limit', '128'],
		// The key must not stand on a command line: its value comes from docker's own environment.
		...['--env', 'GATECRASH_AGENT_CONFIG', '--volume', `${program}:/gatecrash/agent.cjs:ro`],
		...[image, 'node', ...agentNodeFlags, '/gatecrash/agent.cjs'],
	];
}

function ofFamilies(addresses: Addresses, families: readonly IpFamily[]): Addresses {
	const entries = Object.entries(addresses) as [IpFamily, string][];
	return Object.fromEntries(entries.filter(([family]) => families.includes(family)));
}

async function addressesOf(container: string, agent: LineProcess, signal: AbortSignal): Promise<Addresses> {
	const deadline = performance.now() + startBound;
	const ended = agent.ended.then((reason) => {
		throw new GatecrashError('GC_AGENT', reason, { hint: 'Look at what docker says: is the agent image there?' });
	});
	ended.catch(() => {});
	while (performance.now() < deadline) {
		const asked = containerAddresses(container, signal).catch(() => undefined);
		const addresses = (await Promise.race([asked, ended])) ?? {};
		signal.throwIfAborted();
		// Of both families, also where pods have one only: a policy may name the other one.
		if (addresses.ipv4 !== undefined) return addresses;
		await sleep(50, undefined, { signal });
	}
	throw new GatecrashError('GC_CLUSTER', `The container ${container} was not started within ${startBound / 1000} s.`);
}

/** The agent has no right to change its routes and addresses; a short-lived helper in its network does it. */
async function configureNetwork(
	container: string,
	{ own, given }: { own: Addresses; given: readonly string[] },
	{ nodes, podRanges }: ExternalContainers,
	run: string,
	signal: AbortSignal,
): Promise<void> {
	const routes = await podRoutes(nodes, podRanges, signal);
	const more = given.map((one) => `addr add ${one}${one.includes(':') ? '/128 nodad' : '/32'} dev eth0`);
	const towardsPods = routes.flatMap(({ range, gateway }) =>
		own[gateway.includes(':') ? 'ipv6' : 'ipv4'] === undefined ? [] : [`route replace ${range} via ${gateway}`],
	);
	const lines = [...more, ...towardsPods];
	const [node] = nodes;
	if (node === undefined || lines.length === 0) return;
	// It has `ip`, and is on this machine already.
	const image = (await command('docker', ['inspect', '--format', '{{.Image}}', node], { signal })).trim();
	await command(
		'docker',
		[
			...['run', '--rm', '--interactive', '--network', `container:${container}`, '--label', `gatecrash.dev/run=${run}`],
			...['--cap-drop', 'ALL', '--cap-add', 'NET_ADMIN', '--user', '0', '--entrypoint', 'ip', image, '-batch', '-'],
		],
		{ signal, input: `${lines.join('\n')}\n`, timeout: 30_000 },
	);
}

/** The last container that had such an address had it at another place; nodes would go on sending there for seconds. */
async function forgetFormerOwner(
	nodes: readonly string[],
	given: readonly string[],
	signal: AbortSignal,
): Promise<void> {
	if (given.length === 0) return;
	const input = given.map((address) => `neigh flush to ${address}\n`).join('');
	const args = (node: string) => ['exec', '--interactive', node, 'ip', '-batch', '-'];
	await Promise.all(nodes.map((node) => command('docker', args(node), { signal, input, timeout: 10_000 })));
}

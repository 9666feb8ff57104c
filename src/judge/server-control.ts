import type { IpFamily, Protocol } from '../model/address.ts';
import type { SelfCheck } from '../model/agent.ts';
import type { EventOf } from '../model/event.ts';
import type { Cell, ScenarioPlan } from '../model/plan.ts';
import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';

type Endpoint = EventOf<'endpoint'>;

/** A listener as a server's self-check names it; port undefined: every listener of the protocol and family. */
export interface Listener {
	port: number | undefined;
	protocol: Protocol;
	family: IpFamily;
}

/** The server's own listener answered it over loopback, before and after the tries. */
export function serverControl(epoch: Epoch, server: Endpoint, listener: Listener): Control {
	const control = `server alive: ${server.name}`;
	const readings = epoch.selfChecks.get(server.uid);
	const { port, protocol, family } = listener;
	const where = `${port ?? 'any port'}/${protocol} ${family}`;
	for (const when of ['before', 'after'] as const) {
		const checks = (readings?.[when] ?? []).map((event) => matching(event.checks, listener));
		if (checks.length === 0 || checks.some((found) => found.length === 0)) {
			return missing(control, 'server-not-checked', `${server.name} ${where}, ${when}`);
		}
		const dead = checks.flat().find((check) => !check.ok);
		if (dead) {
			const why = dead.detail ? `: ${dead.detail}` : '';
			return missing(control, 'server-dead', `${server.name} ${where}, ${when}${why}`);
		}
	}
	return held(control, `${where}, before and after`);
}

function matching(checks: readonly SelfCheck[], { port, protocol, family }: Listener): SelfCheck[] {
	return checks.filter(
		(check) => check.protocol === protocol && check.family === family && (port === undefined || check.port === port),
	);
}

/** Whether a server has such a listener at all: of the pods that share a node's address, only one does. */
export function listens(epoch: Epoch, uid: string, listener: Listener): boolean {
	const readings = epoch.selfChecks.get(uid);
	return [...(readings?.before ?? []), ...(readings?.after ?? [])].some(
		(event) => matching(event.checks, listener).length > 0,
	);
}

/**
 * The port on which a target listens for a cell: the dialled one, or what a Service makes of it. Undefined where the
 * real number cannot be known from the plan (hostNetwork backends); then all its listeners have to be alive.
 */
export function listenerPort(plan: ScenarioPlan, cell: Cell, server: Endpoint, dialled: number): number | undefined {
	// Proxies pass it on to where it arrives.
	if (cell.lands) return cell.lands.port;
	// Behind a headless Service a pod is dialled where it listens itself.
	if (cell.to.backend !== undefined) return dialled;
	if (cell.to.kind !== 'service' && cell.to.kind !== 'nodePort' && cell.to.kind !== 'loadBalancer') return dialled;
	if (server.hostNetwork) return undefined;
	const ports = plan.workload.services[cell.to.name]?.ports ?? [];
	const port = ports.find(
		(candidate) =>
			candidate.protocol === cell.protocol &&
			(candidate.port === cell.port || candidate.nodePort === cell.port || candidate.name === cell.to.port),
	);
	if (typeof port?.targetPort !== 'string') return port?.targetPort;
	const name = port.targetPort;
	const listen = plan.workload.pods[server.name]?.listen ?? [];
	return listen.find((entry) => entry.name === name && entry.protocol === cell.protocol)?.port;
}

import type { AgentConfig, BootAttempt } from '../../model/agent.ts';
import { type AgentSettings, portKey } from '../../model/cluster.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { LineProcess } from '../line-process.ts';
import type { Fabric } from './fabric.ts';
import type { Member } from './inventory.ts';

/** A single environment variable may have 128 KiB (MAX_ARG_STRLEN). */
const configBound = 120 * 1024;

/** Starts the agent of an endpoint in its network, without any right; it ends with the fabric. @throws GatecrashError GC_AGENT. */
export function startAgent(
	fabric: Fabric,
	member: Member,
	{ settings, program, boot }: { settings: AgentSettings; program: string; boot: BootAttempt[] },
): LineProcess {
	const { name, uid, listen, portMap, attachment } = member;
	const config: AgentConfig = {
		...{ run: settings.run, endpoint: name, uid, key: settings.key, limits: settings.limits, boot },
		listen: listen.flatMap(({ port, speaks, name: _, ...rest }) =>
			speaks === 'sctp' ? [] : [{ ...rest, port: portMap[portKey(port, rest.protocol)] ?? port, speaks }],
		),
	};
	const text = JSON.stringify(config);
	if (Buffer.byteLength(text) > configBound) {
		throw new GatecrashError('GC_AGENT', `The boot plan of ${name} is too long (${boot.length} attempts).`);
	}
	const child = fabric.spawn([process.execPath, program], {
		unprivileged: true,
		environment: { GATECRASH_AGENT_CONFIG: text },
		...(attachment && { namespace: attachment.device }),
	});
	return new LineProcess(`agent of ${name}`, child);
}

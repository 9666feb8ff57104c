import type { AgentConfig, BootAttempt } from '../../model/agent.ts';
import { type AgentSettings, portKey } from '../../model/cluster.ts';
import type { ResolverSettings } from '../../model/dns.ts';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { LineProcess } from '../line-process.ts';
import type { Attachment } from './endpoint-network.ts';
import type { Fabric } from './fabric.ts';
import type { Member } from './inventory.ts';

/** A single environment variable may have 128 KiB (MAX_ARG_STRLEN). */
const configBound = 120 * 1024;

/** Starts the agent of an endpoint in its network, without any right; it ends with the fabric. @throws GatecrashError GC_AGENT. */
export function startAgent(
	fabric: Fabric,
	member: Member,
	options: { settings: AgentSettings; program: string; boot: BootAttempt[]; dns?: ResolverSettings },
): LineProcess {
	const { settings, program, boot, dns } = options;
	const { name, uid, listen, portMap, attachment } = member;
	const config: AgentConfig = {
		...{ run: settings.run, endpoint: name, uid, key: settings.key, limits: settings.limits, boot },
		listen: listen.flatMap(({ port, speaks, name: _, ...rest }) =>
			speaks === 'sctp' ? [] : [{ ...rest, port: portMap[portKey(port, rest.protocol)] ?? port, speaks }],
		),
		...(dns && { dns }),
	};
	return new LineProcess(`agent of ${name}`, spawnAgent(fabric, program, config, attachment));
}

/** In the namespace of the attachment, else in the node's network. @throws GatecrashError GC_AGENT for one that is too long. */
export function spawnAgent(fabric: Fabric, program: string, config: AgentConfig, attachment?: Attachment) {
	const text = JSON.stringify(config);
	const { endpoint, boot } = config;
	if (Buffer.byteLength(text) > configBound) {
		throw new GatecrashError('GC_AGENT', `The boot plan of ${endpoint} is too long (${boot.length} attempts).`);
	}
	return fabric.spawn([process.execPath, program], {
		unprivileged: true,
		environment: { GATECRASH_AGENT_CONFIG: text },
		...(attachment && { namespace: attachment.device }),
	});
}

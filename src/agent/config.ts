import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import type { AgentConfig, AgentLimits } from '../model/agent.ts';
import { isRecord } from '../model/is-record.ts';
import { isCount, isPort, problemOfBootAttempt } from './command.ts';

/** The configuration can't be used; `message` says what is wrong with it. Exit 64. */
export class ConfigError extends Error {}

/** Reads the configuration from `--config FILE` or GATECRASH_AGENT_CONFIG; GATECRASH_POD_UID overrides its uid. */
export function readConfig(file: string | undefined, environment: NodeJS.ProcessEnv): AgentConfig {
	const text = file === undefined ? environment.GATECRASH_AGENT_CONFIG : readText(file);
	if (text === undefined) throw new ConfigError('no configuration: give --config FILE or GATECRASH_AGENT_CONFIG');
	let value: unknown;
	try {
		value = JSON.parse(text);
	} catch {
		throw new ConfigError('the configuration is not JSON');
	}
	if (!isRecord(value)) throw new ConfigError('the configuration is not an object');
	const uid = environment.GATECRASH_POD_UID || value.uid;
	const config = { ...value, uid };
	const problem = problemOf(config);
	if (problem !== undefined) throw new ConfigError(`the configuration: ${problem}`);
	return withinFileLimit(config as unknown as AgentConfig);
}

function readText(file: string): string {
	try {
		return readFileSync(file, 'utf8');
	} catch (error) {
		throw new ConfigError(`the configuration can't be read: ${(error as Error).message}`);
	}
}

function problemOf({
	run,
	endpoint,
	uid,
	key,
	listen,
	boot,
	limits,
	addresses = [],
}: Record<string, unknown>): string | undefined {
	if (typeof run !== 'string' || typeof endpoint !== 'string') return 'run and endpoint are texts';
	// The uid is one word of every reply.
	// Counts in patterns make them long programs, which takes a while at every start.
	if (typeof uid !== 'string' || uid.length > 128 || !/^[\x21-\x7e]+$/.test(uid))
		return 'uid is one word of at most 128 characters';
	if (typeof key !== 'string' || key.length < 32 || !/^([0-9a-f]{2})+$/i.test(key))
		return 'key is hex, at least 16 bytes';
	if (!Array.isArray(listen) || !listen.every(isListen)) return 'listen is a list of port, protocol and speaks';
	if (!Array.isArray(boot)) return 'boot is a list';
	if (!Array.isArray(addresses) || !addresses.every((one) => isIP(String(one)) !== 0))
		return 'addresses is a list of addresses';
	if (!isRecord(limits) || ![limits.inFlight, limits.records, limits.connections].every(isCount)) {
		return 'limits needs inFlight, records and connections';
	}
	return boot.map(problemOfBootAttempt).find((problem) => problem !== undefined);
}

function isListen(value: unknown): boolean {
	if (!isRecord(value) || !isPort(value.port) || value.port === 0) return false;
	const { protocol, speaks, first } = value;
	if (first !== undefined && !(first === 'server' && protocol === 'tcp' && speaks === 'tcp')) return false;
	return (
		protocol === 'sctp' ||
		(protocol === 'udp' ? speaks === 'udp' : protocol === 'tcp' && /^(tcp|http)$/.test(String(speaks)))
	);
}

/**
 * Running out of file descriptors would make accepted connections fail unseen; bounds below the limit (which Node
 * raises to its hard value) make it a counted stray instead.
 */
function withinFileLimit(config: AgentConfig): AgentConfig {
	const open = Number(/^Max open files\s+(\d+)/m.exec(readText('/proc/self/limits'))?.[1] ?? 1024);
	const listeners = config.listen.filter(({ protocol }) => protocol === 'tcp').length * 2;
	const free = Math.max(100, open - 100 - (config.listen.length - listeners / 2) * 64);
	const limits: AgentLimits = {
		inFlight: Math.max(1, Math.min(config.limits.inFlight, Math.floor(free / 3))),
		records: config.limits.records,
		connections: Math.max(1, Math.min(config.limits.connections, Math.floor((free * 2) / 3 / Math.max(1, listeners)))),
	};
	return { ...config, limits };
}

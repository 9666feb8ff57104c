import type { AgentCommand, AttemptCommand } from '../model/agent.ts';
import { dnsRecordTypes, dnsTransports } from '../model/dns.ts';
import { isRecord } from '../model/is-record.ts';
import { isToken } from './wire.ts';

/** Milliseconds between two tries of a stream: a timer is not exact enough for less. */
const shortestInterval = 1;

type Fields = Record<string, unknown>;

/** Reads one line of a controller. Gives a sentence for `refused` where it is no command. */
export function readCommand(line: string): AgentCommand | string {
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		return 'not JSON';
	}
	if (!isRecord(value)) return 'not a command';
	const problem = problemOf(value);
	return problem ?? (value as AgentCommand);
}

function problemOf(value: Fields): string | undefined {
	const name = String(value.do);
	switch (name) {
		case 'hello':
			return typeof value.run === 'string' && isCount(value.after) ? undefined : 'hello needs run and after';
		case 'attempt': {
			if (!Array.isArray(value.attempts)) return 'attempt needs attempts';
			const wrong = value.attempts.map(problemOfAttempt).find((problem) => problem !== undefined);
			return wrong;
		}
		case 'hold':
			return typeof value.name === 'string' ? problemOfAttempt(value.attempt) : 'hold needs a name';
		case 'attempt-on':
			return typeof value.name === 'string' && isTokenText(value.token) && isTime(value.deadline)
				? undefined
				: 'attempt-on needs name, token and deadline';
		case 'begin-streams':
			if (!Array.isArray(value.streams)) return 'begin-streams needs streams';
			return value.streams.map(problemOfStream).find((problem) => problem !== undefined);
		case 'end-streams':
			return isCount(value.id) && Array.isArray(value.tokens) && value.tokens.every(isTokenText)
				? undefined
				: 'end-streams needs an id and tokens';
		case 'limit-wait':
			return isTime(value.wait) ? undefined : 'limit-wait needs wait';
		case 'release':
			return typeof value.name === 'string' ? undefined : 'release needs a name';
		case 'ack':
			return isCount(value.seq) ? undefined : 'ack needs seq';
		case 'ping':
		case 'cancel':
		case 'stop-boot':
		case 'self-check':
		case 'counters':
		case 'barrier':
			return isCount(value.id) ? undefined : `${name} needs an id`;
		case 'stop':
			return undefined;
		default:
			return 'unknown command';
	}
}

/** Why this is no AttemptCommand; undefined: it is one. */
export function problemOfAttempt(value: unknown): string | undefined {
	if (!isRecord(value)) return 'an attempt is not an object';
	if (!isTokenText(value.token)) return 'an attempt needs a token of letters, digits and . _ ~ -';
	const { token, source, destination } = value;
	const inAttempt = (problem: string) => `attempt ${String(token)}: ${problem}`;
	if (!oneOf(value.protocol, ['tcp', 'udp', 'sctp'])) return inAttempt('unknown protocol');
	if (!oneOf(value.speaks, ['tcp', 'udp', 'http'])) return inAttempt('unknown speaks');
	if ((value.protocol === 'udp') !== (value.speaks === 'udp') && value.protocol !== 'sctp') {
		return inAttempt('protocol and speaks do not go together');
	}
	if (!oneOf(value.family, ['ipv4', 'ipv6'])) return inAttempt('unknown family');
	if (!isRecord(source) || !isPort(source.port) || !isOptionalText(source.address)) return inAttempt('bad source');
	if (
		!isRecord(destination) ||
		!isPort(destination.port) ||
		destination.port === 0 ||
		typeof destination.address !== 'string'
	) {
		return inAttempt('bad destination');
	}
	if (!isTime(value.delay) || !isTime(value.deadline)) return inAttempt('bad delay or deadline');
	const { greeting } = value;
	if (greeting !== undefined && !(isTime(greeting) && value.protocol === 'tcp' && value.speaks === 'tcp')) {
		return inAttempt('bad greeting');
	}
	const { forgedIdentity } = value;
	if (forgedIdentity !== undefined && !(value.speaks === 'http' && isHeaderText(forgedIdentity))) {
		return inAttempt('bad forgedIdentity');
	}
	if (value.dns !== undefined && !isQuestion(value.dns)) return inAttempt('bad dns');
	return value.tls === undefined || (value.protocol === 'tcp' && isTls(value.tls)) ? undefined : inAttempt('bad tls');
}

/** A value that ends neither its header nor its element. */
function isHeaderText(value: unknown): boolean {
	return typeof value === 'string' && value.length <= 512 && /^[\x21-\x7e]+$/.test(value) && !/[,;"]/.test(value);
}

function isQuestion(value: unknown): boolean {
	if (!isRecord(value) || !oneOf(value.over, Object.keys(dnsTransports))) return false;
	const { name, type, edns, size, retryPort, search = [] } = value;
	if (!Array.isArray(search) || !search.every((domain) => typeof domain === 'string' && domain.length <= 253))
		return false;
	// A name's length is bounded by its encoding (RFC 1035, 3.1); the token is not in it yet.
	if (typeof name !== 'string' || name.length > 253 || !oneOf(type, dnsRecordTypes) || !isPort(edns)) return false;
	return [size, retryPort].every((number) => number === undefined || isPort(number));
}

function isTls(value: unknown): boolean {
	if (!isRecord(value) || !Array.isArray(value.alpn)) return false;
	// RFC 7301: one byte holds the length of a name.
	if (!value.alpn.every((name) => typeof name === 'string' && name.length <= 255 && /^[\x20-\x7e]+$/.test(name)))
		return false;
	const { certificate } = value;
	if (certificate === undefined) return true;
	if (!isRecord(certificate)) return false;
	const { chain, key, missing } = certificate;
	return typeof missing === 'string' || (typeof chain === 'string' && typeof key === 'string');
}

/** The same for a stream. */
function problemOfStream(value: unknown): string | undefined {
	const problem = problemOfAttempt(value);
	if (problem !== undefined) return problem;
	const { every, limit, ports, source } = value as AttemptCommand & Fields;
	if (!isTime(every) || every < shortestInterval || !isCount(limit)) return 'a stream needs every and limit';
	if (!isCount(ports) || ports === 0) return 'a stream needs ports';
	const { kept, dns } = value as Fields;
	if (kept !== undefined && (typeof kept !== 'boolean' || dns !== undefined)) return 'a stream has a bad kept';
	return source.port + ports > 65_536 ? 'the source ports of a stream end above 65535' : undefined;
}

/** The same for an entry of a boot plan. */
export function problemOfBootAttempt(value: unknown): string | undefined {
	if (isRecord(value) && 'ports' in value) return problemOfStream(value);
	const problem = problemOfAttempt(value);
	if (problem !== undefined) return problem;
	const { every, limit, source } = value as AttemptCommand & Fields;
	if (!isTime(every) || !isCount(limit)) return 'a boot attempt needs every and limit';
	return source.port + Number(limit) > 65_536 ? 'the source ports of a boot attempt end above 65535' : undefined;
}

export function isPort(value: unknown): value is number {
	return isCount(value) && value <= 65_535;
}

export function isCount(value: unknown): value is number {
	return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isTime(value: unknown): value is number {
	return typeof value === 'number' && value >= 0 && value <= 86_400_000;
}

function isTokenText(value: unknown): boolean {
	return typeof value === 'string' && isToken(value);
}

function isOptionalText(value: unknown): boolean {
	return value === undefined || typeof value === 'string';
}

function oneOf(value: unknown, allowed: readonly string[]): boolean {
	return typeof value === 'string' && allowed.includes(value);
}

import { parseArgs } from 'node:util';
import { Agent } from './agent.ts';
import { ConfigError, readConfig } from './config.ts';
import { ControlStream } from './control-stream.ts';
import { Standby } from './standby.ts';

/** The program in every probe pod. Exit codes: 0 ended as told, 64 wrong use or configuration, 70 a bug of ours. */
async function main(): Promise<void> {
	const { config, standby } = readArguments();
	if (standby)
		return new Standby(process.argv[1] ?? '', process.stdout, (code) => process.exit(code)).start(process.stdin);
	const agent = new Agent(readConfig(config, process.env));
	await agent.start();
	agent.onStop = (stream) => {
		stream.finish(() => process.exit(0));
		// A controller that doesn't read must not keep us.
		setTimeout(() => process.exit(0), 1000);
	};
	const stream = new ControlStream(process.stdin, process.stdout, agent.records);
	stream.start(
		(line) => agent.command(line, stream),
		() => process.exit(0),
	);
}

function readArguments() {
	try {
		return parseArgs({ options: { config: { type: 'string' }, standby: { type: 'boolean' } } }).values;
	} catch (error) {
		throw new ConfigError((error as Error).message);
	}
}

function fail(error: unknown): never {
	const text = error instanceof Error ? (error instanceof ConfigError ? error.message : error.stack) : String(error);
	process.stderr.write(`gatecrash agent: ${String(text).split('\n').slice(0, 3).join(' |')}\n`);
	process.exit(error instanceof ConfigError ? 64 : 70);
}

process.on('uncaughtException', fail);
// As process 1 of a container it would otherwise be ignored.
process.on('SIGTERM', () => process.exit(0));
// Ctrl-C reaches the whole foreground group; the runner decides when its agents end.
process.on('SIGINT', () => {});
void main().catch(fail);

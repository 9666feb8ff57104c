import { parseArgs } from 'node:util';
import { Agent } from './agent.ts';
import { attach } from './attach.ts';
import { ConfigError, readConfig } from './config.ts';
import { ControlStream } from './control-stream.ts';
import { serveControllers } from './resident.ts';

/**
 * The program in every probe pod. Exit codes: 0 ended as told, 64 wrong use or configuration, 69 no agent to attach to,
 * 70 a bug of ours.
 */
async function main(): Promise<void> {
	const { socket, config, positionals } = readArguments();
	if (positionals[0] === 'attach') {
		if (socket === undefined) throw new ConfigError('attach needs --socket PATH');
		process.exit(await attach(socket, process.stdin, process.stdout));
	}
	const agent = new Agent(readConfig(config, process.env));
	await agent.start();
	agent.onStop = (stream) => {
		stream.finish(() => process.exit(0));
		// A controller that doesn't read must not keep us.
		setTimeout(() => process.exit(0), 1000);
	};
	if (socket !== undefined) return serveControllers(socket, agent);
	const stream = new ControlStream(process.stdin, process.stdout, agent.records);
	stream.start(
		(line) => agent.command(line, stream),
		() => process.exit(0),
	);
}

function readArguments() {
	try {
		const { values, positionals } = parseArgs({
			options: { stdio: { type: 'boolean' }, socket: { type: 'string' }, config: { type: 'string' } },
			allowPositionals: true,
		});
		if (positionals.length > 1 || (positionals[0] !== undefined && positionals[0] !== 'attach')) {
			throw new ConfigError(`unknown argument ${positionals.at(-1)}`);
		}
		return { ...values, positionals };
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
await main().catch(fail);

import { execa, ExecaError } from 'execa';
import { GatecrashError } from '../../model/gatecrash-error.ts';
import { findTool } from '../netns/tools.ts';

export interface CommandOptions {
	signal?: AbortSignal;
	input?: string;
	/** Milliseconds. */
	timeout?: number;
	/** Gets each line of what it says as it comes. */
	onLine?: (line: string) => void;
	/**
	 * `with-us`: killed with this process, even when that is killed outright. `by-itself`: runs to its end whatever
	 * happens to us, Ctrl-C included: for what takes things away.
	 */
	ends?: 'with-us' | 'by-itself';
}

const howToInstall = {
	docker: 'Install Docker.',
	kind: 'Install kind (https://kind.sigs.k8s.io).',
	eksctl: 'Install eksctl (https://eksctl.io/installation).',
} as const;

/**
 * Runs `docker`, `kind` or `eksctl` and gives its standard output.
 * @throws GatecrashError GC_TOOL_MISSING when it is not installed, GC_CLUSTER with its last words when it fails; the
 * signal's reason when that is aborted.
 */
export async function command(
	tool: keyof typeof howToInstall,
	args: string[],
	{ signal, input, timeout = 60_000, onLine, ends = 'with-us' }: CommandOptions = {},
): Promise<string> {
	signal?.throwIfAborted();
	const child = execa(...(ends === 'with-us' ? dyingWithUs(tool, args) : ([tool, args] as const)), {
		...(signal && { cancelSignal: signal }),
		...(input === undefined ? { stdin: 'ignore' } : { input }),
		timeout,
		// A group of its own: Ctrl-C is for us, and what the command started ends together with it.
		detached: true,
		maxBuffer: 64 * 1024 * 1024,
	});
	// eksctl tells its steps on standard output.
	const said = tool === 'eksctl' ? child.stdout : child.stderr;
	if (onLine) said?.setEncoding('utf8').on('data', (text: string) => text.split(/[\r\n]+/).forEach(onLine));
	const abort = () => killGroup(child.pid);
	signal?.addEventListener('abort', abort, { once: true });
	try {
		const { stdout } = await child;
		return stdout;
	} catch (error) {
		killGroup(child.pid);
		signal?.throwIfAborted();
		throw explain(tool, args, error, timeout);
	} finally {
		signal?.removeEventListener('abort', abort);
	}
}

/** Of a docker that kind has started, nobody would wait for the end otherwise. */
function killGroup(leader: number | undefined): void {
	try {
		if (leader !== undefined) process.kill(-leader, 'SIGTERM');
	} catch {
		// It is gone.
	}
}

/** A kind that goes on after our death would make a cluster that nobody knows of. */
function dyingWithUs(tool: string, args: string[]): readonly [string, string[]] {
	const setpriv = findTool('setpriv');
	const found = findTool(tool);
	if (setpriv === undefined || found === undefined) return [tool, args];
	return [setpriv, ['--pdeathsig', 'KILL', found, ...args]];
}

function explain(tool: keyof typeof howToInstall, args: string[], error: unknown, timeout: number): GatecrashError {
	if (!(error instanceof ExecaError)) throw error;
	if (error.code === 'ENOENT') {
		return new GatecrashError('GC_TOOL_MISSING', `${tool} is not installed.`, {
			hint: howToInstall[tool],
		});
	}
	const what = `${tool} ${args.slice(0, 2).join(' ')}`;
	if (error.timedOut) return new GatecrashError('GC_CLUSTER', `${what} took longer than ${timeout / 1000} s.`);
	const said = lastWords(tool, error);
	const daemon = /Cannot connect to the Docker daemon|permission denied.*docker/i.test(said);
	return new GatecrashError('GC_CLUSTER', `${what} failed: ${said || error.shortMessage}`, {
		cause: error,
		...(daemon && { hint: 'Start Docker, and see that this user may use it: docker info' }),
	});
}

function lastWords(tool: string, { stdout, stderr }: ExecaError): string {
	// eksctl tells its reasons on standard output, `[✖]` before each, and at the end what they came to.
	const told = tool === 'eksctl' ? String(stdout ?? '').split('\n') : [];
	const reasons = told.filter((line) => line.includes('[✖]'));
	// kind tells its steps before.
	const errors = String(stderr ?? '').replace(/^[^]*?(?=^ERROR: )/m, '');
	return [...reasons, ...errors.trim().split('\n')].slice(-12).join('\n');
}

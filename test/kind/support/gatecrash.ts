import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import type { CellVerdict, RunVerdicts } from '../../../src/model/verdict.ts';
import { offlineEnvironment } from './offline.ts';
import { testCluster } from './which-cluster.ts';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const root = fileURLToPath(new URL('../../..', import.meta.url));

/** Run folders and kept clusters of this test process. */
export const workFolder = mkdtempSync(join(tmpdir(), 'gatecrash-kind-'));
export const runsFolder = join(workFolder, 'runs');

export interface Finished {
	exitCode: number;
	stdout: string;
	stderr: string;
	verdicts: RunVerdicts;
	cell(part: string): CellVerdict;
}

/** The real command line, as built, in the environment of a machine with kind-offline. */
export function start(args: readonly string[], env: Record<string, string> = {}) {
	return execa(process.execPath, [main, ...args], {
		reject: false,
		cwd: root,
		env: { ...offlineEnvironment(), NO_COLOR: '1', ...env },
		maxBuffer: 1 << 28,
	});
}

export async function gatecrash(...args: string[]): Promise<{ exitCode: number; stdout: string; stderr: string }> {
	const { exitCode = -1, stdout, stderr } = await start(args);
	return { exitCode, stdout, stderr };
}

/** `gatecrash run --json` on the warm cluster. `during`: called once when a progress line contains the text. */
export async function run(
	paths: string[],
	during?: { phase: string; act: () => Promise<unknown> },
	...flags: string[]
): Promise<Finished> {
	const started = start([
		'run',
		...paths,
		'--cluster',
		testCluster,
		'--out',
		runsFolder,
		'--reporter',
		'json=-',
		...flags,
	]);
	let acted: Promise<unknown> | undefined;
	started.stderr.on('data', (text: Buffer) => {
		if (during && !acted && text.toString().includes(during.phase)) acted = during.act();
		// Looked at below; until then it must not count as unhandled.
		acted?.catch(() => {});
	});
	const { exitCode = -1, stdout, stderr } = await started;
	await acted;
	if (during && !acted) throw new Error(`no progress line said "${during.phase}":\n${stderr}`);
	const verdicts = parse(stdout, stderr);
	const cells = verdicts.scenarios.flatMap((scenario) => scenario.cells);
	return {
		...{ exitCode, stdout, stderr, verdicts },
		cell(part) {
			const [cell] = cells.filter(({ id }) => id.includes(part));
			if (!cell) throw new Error(`no cell contains ${part}`);
			return cell;
		},
	};
}

function parse(stdout: string, stderr: string): RunVerdicts {
	try {
		return JSON.parse(stdout) as RunVerdicts;
	} catch {
		throw new Error(`no verdicts on standard output; standard error:\n${stderr.slice(-4000)}`);
	}
}

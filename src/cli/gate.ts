import { verdictsOf } from '../gate/diff-runs.ts';
import { readWaivers } from '../gate/read-waivers.ts';
import type { Diagnostic } from '../model/diagnostic.ts';
import type { GateInput } from '../model/gate.ts';
import { readTextFile } from '../scenario/read-text-file.ts';
import type { Context } from './context.ts';
import { printDiagnostics } from './diagnostics.ts';
import { readVerdicts } from './recorded-verdicts.ts';

/**
 * Reads what `--waivers` and `--baseline` name. `cases`: the ids of all cells of the scenarios, selected or not. Undefined:
 * the waivers are wrong, which was printed; exit 64. Rejects when the baseline can't be read.
 */
export async function readGate(
	flags: { waivers: string | undefined; baseline: string | undefined; out: string },
	cases: readonly string[],
	context: Context,
): Promise<GateInput | undefined> {
	const { waivers, diagnostics } = flags.waivers === undefined ? none : readWaiversFile(flags.waivers, cases);
	printDiagnostics(diagnostics, context);
	if (diagnostics.some(({ severity }) => severity === 'error')) return undefined;
	if (flags.baseline === undefined) return { waivers };
	const baseline = await readVerdicts(flags.baseline, flags.out);
	return { waivers, baseline: { run: baseline.run, cells: Object.fromEntries(verdictsOf(baseline)) } };
}

const none: ReturnType<typeof readWaivers> = { waivers: [], diagnostics: [] };

function readWaiversFile(file: string, cases: readonly string[]): ReturnType<typeof readWaivers> {
	const read = readTextFile(file);
	if ('text' in read) return readWaivers(read.text, file, cases);
	const { code, problem: message, hint } = read;
	const diagnostic: Diagnostic = { code, message, file, line: 1, column: 1, severity: 'error', ...(hint && { hint }) };
	return { waivers: [], diagnostics: [diagnostic] };
}

/**
 * A process of `bench-million.ts`: what `gatecrash report` does with every reporter there is, each measured by itself. It prints
 * a `Stage` as JSON for each.
 */
import { join } from 'node:path';
import { reporterNames } from '../src/cli/common-flags.ts';
import type { Context } from '../src/cli/context.ts';
import { judgeFolder } from '../src/cli/judge-folder.ts';
import { writeReports } from '../src/cli/reporters.ts';
import { measurePart, type Stage } from './measure-stage.ts';

const [run = '', out = ''] = process.argv.slice(2);
const tell = (stage: Stage) => process.stdout.write(`${JSON.stringify(stage)}\n`);
let judged: Awaited<ReturnType<typeof judgeFolder>> | undefined;
const judging = async () => {
	judged = await judgeFolder(run, '.', { json: true });
};
tell(await measurePart('judge, and write all verdicts as JSON', judging));
try {
	for (const name of reporterNames) {
		const write = () => {
			if (!judged) throw new Error('nothing was judged');
			const source = { ...judged, verbose: false };
			for (const { error } of writeReports([{ name, file: join(out, name) }], source, {} as Context)) throw error;
		};
		tell(await measurePart(`report: ${name}`, write));
	}
} finally {
	judged?.close();
}

/**
 * `npm run generate-matrix`: takes the policies of each shipped scenario, lets `generate` write a scenario for them, runs it on
 * the embedded cluster, honest and with each seeded bug that docs/bug-matrix.md says the hand-written scenario catches without
 * change and time, and writes docs/generated-scenarios.md. It takes an hour: `--minutes N` stops beginning more after that
 * time, `--filter TEXT` takes only scenarios whose file contains the text, and the next run goes on where the last one ended
 * (`--work FOLDER`, by default in the folder for temporary files). The page is written when everything was run.
 * Exit code 1: a generated scenario does not pass, or something is left to run.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { setMaxListeners } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readMatrixSets } from './generate-matrix/matrix-sets.ts';
import { generatedScenariosPage } from './generate-matrix/page.ts';
import { passes, Results } from './generate-matrix/results.ts';
import { runSets } from './generate-matrix/run-sets.ts';

const { values } = parseArgs({
	options: {
		filter: { type: 'string', default: '' },
		minutes: { type: 'string', default: '600' },
		work: { type: 'string', default: join(tmpdir(), 'gatecrash-generate-matrix') },
	},
});
// One listener for each agent of many scenarios at once.
setMaxListeners(0);
const began = performance.now();
const minutes = () => (performance.now() - began) / 60_000;
const say = (line: string) => console.log(`${(minutes() * 60).toFixed(0).padStart(5)} s  ${line}`);

const rows = await readMatrixSets(values.filter);
mkdirSync(join(values.work, 'scenarios'), { recursive: true });
for (const { generated } of rows) {
	if (generated) writeFileSync(join(values.work, 'scenarios', `${generated.set.name}.yaml`), generated.text);
}
say(
	`${rows.length} policy sets, ${rows.filter(({ generated }) => generated).length} generated scenarios in ${values.work}`,
);
const results = new Results(join(values.work, 'results.json'));
const runnable = rows.flatMap(({ generated, bugs, unrun }) =>
	generated && unrun === undefined ? [{ generated, bugs }] : [],
);
// Not all at once: each stands up its pods, and what is shown is kept after each bug.
const batch = 1000;
for (let at = 0; at < runnable.length && minutes() < Number(values.minutes); at += batch) {
	const isOver = () => minutes() >= Number(values.minutes);
	await runSets(runnable.slice(at, at + batch), { results, say, isOver });
}
const shown = rows.map((row) => ({
	...row,
	shown: row.generated && results.of(row.generated.set.name, row.generated.hash),
}));
const left = shown.filter(
	({ shown: one, bugs, unrun }) => one && unrun === undefined && bugs.some(({ name }) => one.bugs[name] === undefined),
);
const failing = shown.filter(({ shown: one }) => one?.honest && !passes(one));
for (const { scenario, shown: one } of failing) console.log(`FAIL  ${scenario.name}: ${JSON.stringify(one?.honest)}`);
if (left.length > 0) console.log(`${left.length} policy sets are left to run: run it again`);
else if (values.filter === '') {
	writeFileSync(new URL('../docs/generated-scenarios.md', import.meta.url), generatedScenariosPage(shown));
	say('docs/generated-scenarios.md is written');
}
process.exitCode = left.length + failing.length === 0 ? 0 : 1;

/**
 * `npm run bug-matrix`: injects every seeded bug into the embedded cluster, runs the scenarios that could notice it, and writes
 * docs/bug-matrix.md. `--suite NAME` (network-policy, istio, tls, dns, chaos; repeatable) makes only these sections anew, names of bugs
 * run these alone and write nothing, `--all` runs every scenario that could notice. With --check it compares with that page
 * instead, and fails when it differs. Fails too when a bug goes unnoticed, when a scenario fails that has nothing to do with it, and
 * when a scenario is superfluous.
 */
import { setMaxListeners } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { findBug } from '../src/cluster/netns/bugs/inject.ts';
import { bugMatrixPage, suiteSection } from './bug-matrix/page.ts';
import { runSuite } from './bug-matrix/run-suite.ts';
import { type Suite, suites } from './bug-matrix/suites.ts';

const { values, positionals } = parseArgs({
	allowPositionals: true,
	options: {
		all: { type: 'boolean', default: false },
		check: { type: 'boolean', default: false },
		suite: { type: 'string', multiple: true, default: [] },
	},
});
const stranger = values.suite.find((name) => !suites.some((suite) => suite.name === name));
if (stranger !== undefined) throw new Error(`no suite "${stranger}": ${suites.map(({ name }) => name).join(', ')}`);
const page = new URL('../docs/bug-matrix.md', import.meta.url);
// One listener for each agent of many scenarios at once.
setMaxListeners(0);
const wanted = positionals.map(findBug);
const chosen = suites
	.filter(({ name }) => values.suite.length === 0 || values.suite.includes(name))
	.filter(({ bugs }) => wanted.length === 0 || wanted.some((bug) => bugs.includes(bug)));

const began = performance.now();
const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;
const sections = new Map<Suite, string>();
const problems: string[] = [];
let pairs = 0;
let checked = 1;
for (const suite of chosen) {
	const { rows, run, exempt, ...found } = await runSuite(suite, {
		wanted,
		// Of those that could notice; all of them with --all.
		sample: values.all ? Number.POSITIVE_INFINITY : 8,
		say: (line) => console.log(`${seconds().padStart(6)}  ${line}`),
	});
	problems.push(...found.problems);
	pairs += rows.reduce((sum, { noticed }) => sum + noticed.size, 0);
	checked += rows.length + run.length;
	sections.set(suite, suiteSection(suite, rows, run, exempt));
}
const former = await readFile(page, 'utf8').catch(() => '');
const text = bugMatrixPage(former, sections, suites);
if (wanted.length === 0) {
	if (!values.check) await writeFile(page, text);
	else if (former !== text) problems.push('docs/bug-matrix.md is stale: run `npm run bug-matrix` and commit it');
}
for (const problem of problems) console.log(`FAIL  ${problem}`);
console.log(`${pairs} pairs of bug and scenario were run in ${seconds()}`);
console.log(`bug matrix: ${Math.max(0, checked - problems.length)} passed, ${problems.length} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;

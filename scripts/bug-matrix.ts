/**
 * `npm run bug-matrix`: injects every seeded bug into the embedded cluster, runs every scenario that the bug can affect,
 * and writes docs/bug-matrix.md. With --check it compares with that page instead, and fails when it differs. Fails too
 * when a bug goes unnoticed, when a scenario fails that has nothing to do with it, and when a scenario is superfluous.
 */
import { setMaxListeners } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { networkPolicyBugs as bugs } from '../src/cluster/netns/bugs/catalogue.ts';
import { findBug } from '../src/cluster/netns/bugs/inject.ts';
import { createEmbeddedCluster } from '../src/cluster/netns/embedded-cluster.ts';
import { ipFamilies } from '../src/model/address.ts';
import { planScenarios } from '../src/plan/plan-scenarios.ts';
import { readScenarios } from '../src/scenario/read-scenarios.ts';
import { type Noticed, type Witness, affectedBy, observe, observeHonest, sampleOf } from './bug-matrix/observe.ts';
import { bugMatrixPage } from './bug-matrix/page.ts';
import { type Row, killers, problemsOf } from './bug-matrix/problems.ts';

/** Runs at a time; each stands up several scenarios at once, and mostly waits for what must not come. */
const lanes = 3;
/** Scenarios that are run with a bug; all of those that it affects with --all. */
const sample = process.argv.includes('--all') ? Number.POSITIVE_INFINITY : 8;
const page = new URL('../docs/bug-matrix.md', import.meta.url);
// One listener for each agent of many scenarios at once.
setMaxListeners(0);
const isCheck = process.argv.includes('--check');
const only = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));

const began = performance.now();
const seconds = () => `${((performance.now() - began) / 1000).toFixed(0)} s`;
const { scenarios } = await readScenarios(['scenarios/network-policy']);
const cluster = createEmbeddedCluster();
const { plan } = planScenarios(scenarios, {
	...cluster,
	families: ipFamilies.filter((family) => cluster.capabilities.has(family)),
});
const run = plan.scenarios.filter(({ skip }) => skip === undefined);
const exempt = plan.scenarios.filter(({ skip }) => skip !== undefined);
const witnesses = await observeHonest(run);
console.log(`${run.length} scenarios on an honest engine: ${seconds()}`);

const wanted = only.length > 0 ? only.map(findBug) : bugs;
// Those that show in few scenarios first: they say most.
const queue = wanted
	.map((bug) => ({ bug, affected: affectedBy(bug, witnesses) }))
	.toSorted((a, b) => a.affected.length - b.affected.length);
const rows: Row[] = [];
const failed: string[] = [];
let pairs = 0;
async function work(): Promise<void> {
	for (let one = queue.shift(); one; one = queue.shift()) {
		const { bug, affected } = one;
		const noticed = await observeSome(bug, affected).catch((error: unknown) => {
			failed.push(`${bug.name} could not be run: ${describe(error)}`);
			return new Map<string, Noticed>();
		});
		pairs += noticed.size;
		rows.push({ bug, affected: affected.length, noticed });
		const by = [...noticed].filter(([, one]) => one.leak || one.broken || one.changed).map(([name]) => name);
		console.log(
			`${seconds().padStart(6)}  ${bug.name}: ${noticed.size} of ${affected.length} affected, noticed by ${by.join(', ') || 'NOBODY'}`,
		);
	}
}

/** With what caused it. */
function describe(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	return error.cause === undefined ? error.message : `${error.message} (${describe(error.cause)})`;
}

/** A sample; all of the others too where nothing in it notices the bug. */
async function observeSome(bug: Row['bug'], affected: Witness[]): Promise<Map<string, Noticed>> {
	const some = sampleOf(bug, affected, sample);
	const noticed = await observeTwice(bug, some);
	if (killers({ bug, noticed }).length > 0) return noticed;
	const others = affected.filter((witness) => !some.includes(witness));
	return new Map([...noticed, ...(await observeTwice(bug, others))]);
}

/** What could not be judged is tried once more, alone: other runs take time from it. */
async function observeTwice(bug: Row['bug'], affected: Witness[]): Promise<Map<string, Noticed>> {
	if (affected.length === 0) return new Map();
	const noticed = await observe(bug, affected);
	const again = affected.filter(({ plan: { name } }) => noticed.get(name)?.inconclusive);
	for (const [name, one] of again.length === 0 ? [] : await observe(bug, again)) noticed.set(name, one);
	return noticed;
}

await Promise.all(Array.from({ length: lanes }, work));
rows.sort((a, b) => bugs.indexOf(a.bug) - bugs.indexOf(b.bug));
const problems = [...failed, ...problemsOf(rows, witnesses, scenarios)];
const text = bugMatrixPage(rows, run, exempt);
if (only.length === 0) {
	if (!isCheck) await writeFile(page, text);
	else if ((await readFile(page, 'utf8').catch(() => '')) !== text) {
		problems.push('docs/bug-matrix.md is stale: run `npm run bug-matrix` and commit it');
	}
}
for (const problem of problems) console.log(`FAIL  ${problem}`);
const checked = rows.length + run.length + 1;
console.log(`${pairs} pairs of ${rows.length * run.length} were run in ${seconds()}`);
console.log(`bug matrix: ${Math.max(0, checked - problems.length)} passed, ${problems.length} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;

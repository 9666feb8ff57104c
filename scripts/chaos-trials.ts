/**
 * `npm run chaos-trials`: how surely leak windows are found, and how exactly they are measured. On the embedded cluster the
 * enforcer is restarted, and each time there is a hole in its rules from when they are loaded, at a random instant between two
 * tries, which the kernel closes 50, 100, 250 or 1000 ms later; then the same without a hole. Each trial is judged by itself,
 * as a run is: `leak`, `enforced`, or `inconclusive` where the path went untried for longer than 40 ms, and such a trial is repeated.
 * Fails where fewer than 99 of 100 holes are found, where a width does not lie within its error, where one is found
 * that was not there, and where half of all trials have to be repeated. `--trials N`: fewer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedCluster } from '../src/cluster/netns/embedded-cluster.ts';
import { readHistory } from '../src/history/read-history.ts';
import { judge } from '../src/judge/judge.ts';
import type { CellVerdict } from '../src/model/verdict.ts';
import { planScenarios } from '../src/plan/plan-scenarios.ts';
import { executeRun } from '../src/run/execute-run.ts';
import { parseScenarioText } from '../src/scenario/parse-scenario-text.ts';

/** Milliseconds between two tries, and for how long the path may go untried: shorter than the shortest hole. */
const every = 10;
const unseen = 40;
const widths = [50, 100, 250, 1000];
const asked = process.argv.indexOf('--trials');
const trials = asked < 0 ? 100 : Number(process.argv[asked + 1]);
/** Trials of one deployment, and how many are made in all before the machine is called too busy. */
const perDeployment = 25;
const mostTrials = 2 * trials;
/** The kernel’s clock for such times ticks every 4 ms or more often; milliseconds. */
const tick = 4;
/** In every hundred. */
const leastFound = 0.99;

/** Its address on the embedded cluster: pods get theirs in the order of the file. */
const stranger = '10.244.0.3';

/** nft commands that put a hole for the stranger into the rules with each load; the kernel closes it when its time is over. */
function holeOf(width: number): string {
	return [
		'add set inet {policy} hole { type ipv4_addr; flags timeout; }',
		'insert rule inet {policy} forward ip saddr @hole accept',
		// Only then, for the kernel counts its time from when it is told of it.
		'---',
		`add element inet {policy} hole { ${stranger} timeout ${width}ms }`,
	].join('\n');
}

function scenarioText(width: number, count: number): string {
	const chaos = Array.from(
		{ length: count },
		(_, index) => `
    - name: trial-${index}
      fault: restart-enforcer
      for: 20ms
      attempts: {from: [friend, stranger], to: "web:80", rate: ${1000 / every}/s, before: 20ms, after: ${width + 150}ms}
      expect: {leaks: none, unseen: {max: ${unseen}ms}}`,
	);
	return `
apiVersion: gatecrash.dev/v1alpha1
kind: Scenario
metadata: {name: trials}
spec:
  ipFamilies: [ipv4]
  namespaces: {shop: {}}
  pods:
    web: {namespace: shop, labels: {app: web}, listen: [80/tcp]}
    friend: {namespace: shop, labels: {app: friend}}
    stranger: {namespace: shop, labels: {app: stranger}}
  policies:
    only-friends:
      object:
        apiVersion: networking.k8s.io/v1
        kind: NetworkPolicy
        metadata: {name: only-friends, namespace: shop}
        spec:
          podSelector: {matchLabels: {app: web}}
          ingress: [{from: [{podSelector: {matchLabels: {app: friend}}}]}]
  chaos:${chaos.join('')}
`;
}

/** The verdicts on the stranger's path, one for each trial. */
async function verdictsOf(width: number, count: number): Promise<CellVerdict[]> {
	const { scenarios, diagnostics } = parseScenarioText(scenarioText(width, count), 'trials.yaml', () => {
		throw new Error('there are no policy files');
	});
	if (diagnostics.length > 0) throw new Error(JSON.stringify(diagnostics));
	const cluster = createEmbeddedCluster({ ipFamily: 'ipv4', ...(width > 0 && { tamper: holeOf(width) }) });
	const { plan } = planScenarios(scenarios, { ...cluster, families: ['ipv4'] });
	const folder = mkdtempSync(join(tmpdir(), 'gatecrash-trials-'));
	try {
		const { signal } = new AbortController();
		const options = { run: 'trials', version: '0', concurrency: 100, onProgress: () => {} };
		const ended = await executeRun({ plan, cluster, folder, signal, ...options });
		if (ended.outcome !== 'completed') throw ended.error;
		const { events } = await readHistory(join(folder, 'history.jsonl'));
		const cells = judge(plan, events).scenarios.flatMap((scenario) => scenario.cells);
		return cells.filter(({ from, chaos }) => from === 'stranger' && chaos !== undefined);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

/** As many trials as are wanted that say something; `repeated`: those that said nothing, with why. */
async function trialsOf(width: number): Promise<{ counted: CellVerdict[]; repeated: Map<string, number> }> {
	const counted: CellVerdict[] = [];
	const repeated = new Map<string, number>();
	for (let made = 0; counted.length < trials && made < mostTrials; ) {
		const count = Math.min(perDeployment, trials - counted.length, mostTrials - made);
		made += count;
		for (const verdict of await verdictsOf(width, count)) {
			if (verdict.verdict !== 'inconclusive') counted.push(verdict);
			else {
				const why = verdict.reasons.map(({ code }) => code).join(', ');
				repeated.set(why, (repeated.get(why) ?? 0) + 1);
			}
		}
	}
	return { counted, repeated };
}

const problems: string[] = [];
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const shown = (value: number) => value.toFixed(1);
const load = () => shown(loadavg()[0] ?? 0);

function tell(repeated: ReadonlyMap<string, number>): string {
	const all = [...repeated].map(([why, count]) => `${count} ${why}`);
	const sum = [...repeated.values()].reduce((total, count) => total + count, 0);
	return `${sum} inconclusive and repeated${all.length > 0 ? ` (${all.join('; ')})` : ''}, load ${load()}`;
}

async function find(width: number): Promise<void> {
	const { counted, repeated } = await trialsOf(width);
	const seen = counted.flatMap(({ verdict, chaos }) => (verdict === 'leak' && chaos ? [chaos.leaks] : []));
	const right = seen.filter(
		([first, ...others]) =>
			first && others.length === 0 && first.atLeast <= width + tick && first.atMost >= width - tick,
	);
	const windows = seen.flatMap(([first]) => first ?? []);
	const estimates = windows.map(({ atLeast, atMost }) => (atMost + atLeast) / 2);
	const errors = windows.map(({ atLeast, atMost }) => (atMost - atLeast) / 2);
	console.log(
		`${String(width).padStart(5)} ms: ${seen.length} of ${counted.length} found, ${right.length} right within their error; ` +
			`measured ${shown(median(estimates))} ms ± ${shown(median(errors))} ms (medians); ${tell(repeated)}`,
	);
	if (counted.length < trials) problems.push(`${width} ms: this machine is too busy for the rate`);
	if (seen.length < leastFound * counted.length)
		problems.push(`${width} ms: only ${seen.length} of ${counted.length} were found`);
	if (right.length < leastFound * seen.length) {
		const wrong = seen.filter((one) => !right.includes(one));
		problems.push(`${width} ms: ${wrong.length} widths are wrong: ${JSON.stringify(wrong.slice(0, 3))}`);
	}
}

async function findNothing(): Promise<void> {
	const { counted, repeated } = await trialsOf(0);
	const wrong = counted.filter(({ verdict }) => verdict !== 'enforced');
	const tries = counted.reduce((sum, { observed }) => sum + observed.tries, 0);
	console.log(`no window: ${wrong.length} found in ${counted.length} trials, ${tries} tries; ${tell(repeated)}`);
	if (counted.length < trials) problems.push('no window: this machine is too busy for the rate');
	if (wrong.length > 0) problems.push(`${wrong.length} windows were found that were not there`);
}

console.log(`${trials} trials of each width, a try every ${every} ms, load ${load()}`);
for (const width of widths.filter((one) => one >= 3 * every)) await find(width);
await findNothing();
for (const problem of problems) console.log(`FAIL  ${problem}`);
console.log(`chaos trials: ${widths.length + 1 - problems.length} passed, ${problems.length} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;

/**
 * `npm run chaos-trials`: how surely leak windows are found, and how exactly they are measured. On the embedded cluster the
 * enforcer is restarted a hundred times, and each time there is a hole in its rules from when they are loaded, which the kernel
 * closes 50, 100, 250 or 1000 ms later; then a hundred times without one. Fails where fewer than 99 of 100
 * holes of at least three intervals are found, where a width does not lie within its error, and where one is found that was
 * not there. `--rounds N`: fewer.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createEmbeddedCluster } from '../src/cluster/netns/embedded-cluster.ts';
import { readHistory } from '../src/history/read-history.ts';
import { type ChaosFindings, measureChaos } from '../src/judge/chaos-measures.ts';
import { indexScenario } from '../src/judge/scenario-history.ts';
import { roundAt } from '../src/judge/chaos-timeline.ts';
import type { Plan } from '../src/model/plan.ts';
import { planScenarios } from '../src/plan/plan-scenarios.ts';
import { executeRun } from '../src/run/execute-run.ts';
import { parseScenarioText } from '../src/scenario/parse-scenario-text.ts';

/** Milliseconds between two tries. */
const every = 10;
const widths = [50, 100, 250, 1000];
const asked = process.argv.indexOf('--rounds');
const rounds = asked < 0 ? 100 : Number(process.argv[asked + 1]);
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

function scenarioText(width: number): string {
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
  chaos:
    - fault: restart-enforcer
      for: 20ms
      attempts: {from: [friend, stranger], to: "web:80", rate: ${1000 / every}/s, before: 20ms, after: ${width + 150}ms}
      repeat: ${rounds}
`;
}

async function findingsOf(width: number): Promise<ChaosFindings> {
	const { scenarios, diagnostics } = parseScenarioText(scenarioText(width), 'trials.yaml', () => {
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
		return measured(plan, events);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
}

function measured({ scenarios }: Plan, events: Parameters<typeof indexScenario>[1]): ChaosFindings {
	const [scenario] = scenarios;
	const step = scenario?.steps.findIndex(({ do: what }) => what === 'chaos') ?? -1;
	const chaos = scenario?.steps[step];
	const cell = scenario?.cells.find(({ from }) => from.name === 'stranger');
	if (!scenario || chaos?.do !== 'chaos' || !cell) throw new Error('the plan has no chaos');
	const ofScenario = events.filter((event) => 'scenario' in event);
	const found = measureChaos(indexScenario(scenario, ofScenario), step, chaos.chaos, cell, []);
	if (!found) throw new Error('nothing was attempted');
	return found;
}

/** Whether the path was tried at the planned rate while the hole was there, give or take an interval. */
function keptUp({ timeline, tries }: ChaosFindings, round: number, width: number): boolean {
	const heal = timeline.turns.findLast((turn) => turn.round === round);
	if (!heal) return false;
	const [from, to] = [heal.requestedAt - every, heal.acknowledgedAt + width + every];
	const instants = tries.flatMap(({ at }) => (at >= from && at <= to ? [at] : []));
	return instants.every((at, index) => at - (instants[index - 1] ?? at) <= 2 * every + 1) && instants.length > 0;
}

const problems: string[] = [];
const median = (values: number[]) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const shown = (value: number) => value.toFixed(1);

for (const width of widths.filter((one) => one >= 3 * every)) {
	const found = await findingsOf(width);
	const all = Array.from({ length: rounds }, (_, round) =>
		found.leaks.filter(({ tries }) => roundAt(found.timeline, tries[0]?.at ?? 0) === round),
	);
	const kept = all.filter((_, round) => keptUp(found, round, width));
	const seen = kept.flatMap(([first]) => first ?? []);
	const right = seen.filter(({ atLeast, atMost }) => atLeast <= width + tick && atMost >= width - tick);
	const errors = seen.map(({ atLeast, atMost }) => (atMost - atLeast) / 2);
	const estimates = seen.map(({ atLeast, atMost }) => (atMost + atLeast) / 2);
	const torn = all.filter((windows) => windows.length > 1).length;
	console.log(
		`${String(width).padStart(5)} ms: ${seen.length} of ${kept.length} found, ${right.length} right within their error; ` +
			`measured ${shown(median(estimates))} ms ± ${shown(median(errors))} ms (medians)${torn > 0 ? `; ${torn} in pieces` : ''}`,
	);
	if (kept.length < rounds)
		console.log(`          in ${rounds - kept.length} rounds the probe could not keep up, and they say nothing`);
	if (kept.length < rounds / 2) problems.push(`${width} ms: this machine is too busy for the rate`);
	if (seen.length < leastFound * kept.length)
		problems.push(`${width} ms: only ${seen.length} of ${kept.length} were found`);
	if (right.length < leastFound * seen.length)
		problems.push(`${width} ms: ${seen.length - right.length} widths are wrong`);
}
const honest = await findingsOf(0);
console.log(`no window: ${honest.leaks.length} found in ${rounds} rounds, ${honest.tries.length} tries`);
if (honest.leaks.length > 0) problems.push(`${honest.leaks.length} windows were found that were not there`);
for (const problem of problems) console.log(`FAIL  ${problem}`);
console.log(`chaos trials: ${widths.length + 1 - problems.length} passed, ${problems.length} failed`);
process.exitCode = problems.length === 0 ? 0 : 1;

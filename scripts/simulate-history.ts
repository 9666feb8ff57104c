/**
 * A process of `bench-thousand-pods.ts`: writes the history that a run of a plan would have on a cluster that does what the plan
 * declares, since no machine of ours holds so many pods. It prints what the plan has, as JSON.
 */
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { readPlan } from '../src/cli/plan-file.ts';
import { writeFully } from '../src/history/write-fully.ts';
import { simulate } from '../test/judge/history-builder.ts';

const [folder = ''] = process.argv.slice(2);
const plan = await readPlan(folder);
const events = simulate(plan);
const file = openSync(join(folder, 'history.jsonl'), 'w');
for (const event of events) writeFully(file, `${JSON.stringify(event)}\n`);
closeSync(file);
const cells = plan.scenarios.flatMap((scenario) => scenario.cells);
const sampled = cells.filter(({ standsFor }) => standsFor !== undefined);
const standFor = sampled.reduce((sum, { standsFor = 0 }) => sum + standsFor, 0);
const counts = { cells: cells.length, sampled: sampled.length, standFor, events: events.length };
process.stdout.write(`${JSON.stringify(counts)}\n`);

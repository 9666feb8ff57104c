/**
 * `npm run fuzz`: random policy sets, until one is enforced otherwise than the evaluator says, or there were enough.
 * docs/fuzzing.md describes it. Ends with 1 on a difference, and leaves a scenario file that shows it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { describeFinding, repeatCommand } from '../test/fuzz/describe-finding.ts';
import { fuzz } from '../test/fuzz/fuzz.ts';
import { openFuzzCluster } from '../test/fuzz/open-fuzz-cluster.ts';
import { reproducer } from '../test/fuzz/reproducer.ts';
import { describeTally, type Tally } from '../test/fuzz/tally.ts';

const { values } = parseArgs({
	options: {
		sets: { type: 'string', default: '2000' },
		minutes: { type: 'string' },
		seed: { type: 'string' },
		path: { type: 'string' },
		cluster: { type: 'string', default: 'embedded' },
		inject: { type: 'string', multiple: true, default: [] },
		out: { type: 'string', default: '.gatecrash/fuzz' },
	},
});
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : number('seed', values.seed);
const began = performance.now();
let told = began;

const place = await openFuzzCluster(values.cluster, values.inject);
const sets = values.path === undefined ? number('sets', values.sets) : 1;
const { setsPerTopology } = place;
say(`${values.cluster}: seed ${seed}, up to ${sets} policy sets`);
try {
	const report = await fuzz({
		...{ ...place, seed, sets, onProgress: progress, timing: place.timing },
		...(values.path !== undefined && { path: values.path, lanes: 1 }),
		...(values.minutes !== undefined && { duration: number('minutes', values.minutes) * 60_000 }),
	});
	say(describeTally(report.tally));
	for (const finding of report.findings) {
		const command = repeatCommand(finding, values.cluster, setsPerTopology);
		const file = join(values.out, `${finding.workload.scenario}.yaml`);
		mkdirSync(values.out, { recursive: true });
		writeFileSync(file, reproducer(finding, command));
		say(`${describeFinding(finding, command)}\nscenario: ${file}`);
		process.exitCode = 1;
	}
} finally {
	place.close();
}

function progress(tally: Tally): void {
	if (performance.now() - told < 5000) return;
	told = performance.now();
	say(describeTally(tally));
}

function say(text: string): void {
	process.stdout.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}

function number(flag: string, text: string): number {
	const value = Number(text);
	if (text === '' || !Number.isFinite(value)) throw new Error(`--${flag} needs a number, not ${JSON.stringify(text)}`);
	return value;
}

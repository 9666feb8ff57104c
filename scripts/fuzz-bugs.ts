/**
 * `npm run fuzz:bugs`: how soon the fuzz notices each seeded bug of the embedded cluster. The table in docs/fuzzing.md is
 * from here. Names after `--` choose bugs; default: all.
 */
import { networkPolicyBugs as bugs } from '../src/cluster/netns/bugs/catalogue.ts';
import { fuzz } from '../test/fuzz/fuzz.ts';
import { openFuzzCluster } from '../test/fuzz/open-fuzz-cluster.ts';

/** Sets that a bug may stay unnoticed for. */
const bound = Number(process.env.FUZZ_BUGS_SETS ?? 200);
const seed = Number(process.env.FUZZ_BUGS_SEED ?? 1);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !bugs.some((bug) => bug.name === name));
if (unknown.length > 0) throw new Error(`no such seeded bug: ${unknown.join(', ')}`);

for (const { name } of bugs.filter((bug) => wanted.length === 0 || wanted.includes(bug.name))) {
	const place = await openFuzzCluster('embedded', [name]);
	// Noticed is enough here: nothing is made smaller.
	const { tally, findings } = await fuzz({ ...place, seed, sets: bound, setsPerTopology: 25, lanes: 1, shrinkFor: 0 });
	place.close();
	const [finding] = findings;
	process.stdout.write(`${name}: ${finding ? 'noticed after' : 'not in'} ${tally.sets} sets\n`);
}

import { cpus, loadavg } from 'node:os';
import { execa } from 'execa';

const sizes = [10, 40, 100, 200];

interface Made {
	policies: number;
	mutants: number;
	attempts: number;
	generated: number;
	mutated: number;
	noticed: number;
	missed: number;
	beyond: number;
}

/**
 * What `gatecrash generate` and `gatecrash mutate` do, without reading and writing, by the number of policies: as many kinds
 * of pods, ten in a namespace. Each size in a process of its own, which uses one processor.
 */
export async function benchMutation(): Promise<void> {
	const load = loadavg()[0]?.toFixed(1);
	process.stdout.write(`\ngenerate, then mutate on what it made; ${cpus().length} processors, load ${load}\n`);
	process.stdout.write('policies  generate s  attempts  mutate s  mutants  noticed  missed  beyond\n');
	const script = new URL('bench-mutation-run.ts', import.meta.url).pathname;
	for (const size of sizes) {
		const { stdout } = await execa(process.execPath, ['--import', 'tsx', script, String(size)]);
		const { policies, generated, attempts, mutated, mutants, noticed, missed, beyond } = JSON.parse(stdout) as Made;
		const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
		process.stdout.write(
			`${[
				...[String(policies).padStart(8), seconds(generated).padStart(11), String(attempts).padStart(9)],
				...[seconds(mutated).padStart(9), String(mutants).padStart(8), String(noticed).padStart(8)],
				...[String(missed).padStart(7), String(beyond).padStart(7)],
			].join(' ')}\n`,
		);
	}
}

import { cpus, loadavg } from 'node:os';
import { execa } from 'execa';

const sizes = [10, 40, 100, 200];

interface Made {
	policies: number;
	mutants: number;
	attempts: number;
	generated: number;
	generatedBy: number;
	mutated: number;
	mutatedBy: number;
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
	process.stdout.write(
		'policies  generate s  processor s  attempts  mutate s  processor s  mutants  noticed  missed  beyond\n',
	);
	const script = new URL('bench-mutation-run.ts', import.meta.url).pathname;
	for (const size of sizes) {
		const { stdout } = await execa(process.execPath, ['--import', 'tsx', script, String(size)]);
		const { policies, generated, generatedBy, attempts, mutated, mutatedBy, ...made } = JSON.parse(stdout) as Made;
		const { mutants, noticed, missed, beyond } = made;
		const seconds = (milliseconds: number) => (milliseconds / 1000).toFixed(1);
		process.stdout.write(
			`${[
				...[
					String(policies).padStart(8),
					seconds(generated).padStart(11),
					seconds(generatedBy).padStart(12),
					String(attempts).padStart(9),
				],
				...[
					seconds(mutated).padStart(9),
					seconds(mutatedBy).padStart(12),
					String(mutants).padStart(8),
					String(noticed).padStart(8),
				],
				...[String(missed).padStart(7), String(beyond).padStart(7)],
			].join(' ')}\n`,
		);
	}
}

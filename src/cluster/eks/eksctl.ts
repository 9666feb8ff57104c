import { command } from '../kind/command.ts';

/** A cluster takes about 15 minutes, its deletion about as long; a bound that is reached is a failure of AWS's. */
const createBound = 3_600_000;
const deleteBound = 3_600_000;

/**
 * Creates what a ClusterConfig says, and writes a kubeconfig of its own. When this process dies, so does eksctl, and the
 * stacks that it asked for go on; whoever calls deletes them, also when this fails.
 */
export async function eksctlCreate(
	files: { config: string; kubeconfig: string },
	signal: AbortSignal,
	onPhase: (phase: string) => void,
): Promise<void> {
	const args = ['create', 'cluster', '--config-file', files.config, '--kubeconfig', files.kubeconfig];
	await command('eksctl', [...args, '--timeout', '50m', '--color', 'false'], {
		...{ signal, timeout: createBound },
		onLine: (line) => tellStep(line, onPhase),
	});
}

/** Fails where there is no such cluster. Goes on by itself when this process ends. */
export async function eksctlDelete(
	{ name, region }: { name: string; region: string },
	onPhase: (phase: string) => void,
): Promise<void> {
	const args = ['delete', 'cluster', '--name', name, '--region', region, '--wait', '--force'];
	// Probe pods have no budget worth waiting for.
	await command('eksctl', [...args, '--disable-nodegroup-eviction', '--timeout', '50m', '--color', 'false'], {
		...{ timeout: deleteBound, ends: 'by-itself' },
		onLine: (line) => tellStep(line, onPhase),
	});
}

export function eksctlVersion(): Promise<string> {
	return command('eksctl', ['version'], { timeout: 15_000 });
}

/** `2026-01-01 12:00:00 [ℹ]  building cluster stack "eksctl-x-cluster"`. */
export function tellStep(line: string, onPhase: (phase: string) => void): void {
	const step = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d \[[ℹ✔!✖]\] +(.+?)\s*$/u.exec(line)?.[1];
	// Said every half minute, and of each node.
	if (step === undefined || /^(waiting for CloudFormation stack|node "|nodegroup ".*" has \d+ node)/.test(step)) return;
	onPhase(step);
}

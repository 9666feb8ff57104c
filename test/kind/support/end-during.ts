import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { chaosScenario } from './chaos-scenario.ts';
import { start } from './gatecrash.ts';

interface End {
	fault: string;
	/** Milliseconds from the moment in which the fault stands in the ledger. */
	after: number;
	how: 'SIGKILL' | 'SIGINT';
	cluster: string;
	/** Folder for the scenario and its run; the caller removes it. */
	out: string;
}

/** Milliseconds for {@link End.after}: before the fault happened, while it did, and after. */
export const instants = (process.env.GATECRASH_KILL_INSTANTS ?? '0,400,2000').split(',').map(Number);

/** Ends a run while its fault is in force; the exit code, undefined where the signal ended it. */
export async function endDuring({ fault, after, how, cluster, out }: End): Promise<number | undefined> {
	const file = join(out, 'killed.yaml');
	await writeFile(file, chaosScenario({ fault, for: '20s' }));
	return endWhen(() => ledgerNames(out, fault), file, { after, how, cluster, out });
}

/** Ends a run of a shipped scenario when the first change of its first round is acknowledged. */
export async function endInFirstRound(scenario: string, where: Pick<End, 'cluster' | 'out'>): Promise<void> {
	const history = join(where.out, 'latest', 'history.jsonl');
	const isBroken = () => existsSync(history) && readFileSync(history, 'utf8').includes('"turn":{"round":0,"turn":0}');
	await endWhen(isBroken, `scenarios/chaos/${scenario}.yaml`, { ...where, after: 0, how: 'SIGKILL' });
}

async function endWhen(
	isBroken: () => boolean,
	file: string,
	{ after, how, cluster, out }: Omit<End, 'fault'>,
): Promise<number | undefined> {
	const started = start(['run', file, '--cluster', cluster, '--out', out]);
	const ended = started.then(({ stderr }) => stderr);
	for (let waited = 0; !isBroken(); waited += 20) {
		if (waited > 120_000) throw new Error(`the fault was never injected:\n${await ended}`);
		if (started.exitCode !== null) throw new Error(`the run ended before its fault:\n${await ended}`);
		await sleep(20);
	}
	await sleep(after);
	started.kill(how);
	await ended;
	return started.exitCode ?? undefined;
}

function ledgerNames(out: string, fault: string): boolean {
	return readdirSync(out).some((run) => {
		const file = join(out, run, 'ledger.jsonl');
		return existsSync(file) && readFileSync(file, 'utf8').includes(`"fault":"${fault}"`);
	});
}

import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { parseHistory } from '../../src/history/read-history.ts';
import type { HistoryEvent } from '../../src/model/event.ts';
import type { CellVerdict, RunVerdicts } from '../../src/model/verdict.ts';
import { expectReports } from './support/expect-reports.ts';
import { eventsOf } from './support/run-scenario.ts';
import { twoClients } from './support/two-pods.ts';

interface Trial {
	after: number;
	finished: boolean;
	left: { pid: string; command: string }[];
	planned: boolean;
	exitCode: number;
	complaint: string;
	verdicts?: RunVerdicts;
	/** What the run had written by then, by file name. */
	reports: Record<string, string>;
	history: string;
}

const here = (file: string) => fileURLToPath(new URL(file, import.meta.url));
/** A whole run takes about this long, so that kills fall into every part of it. Milliseconds. */
const spread = 2200;

describe('a run that is killed with SIGKILL', () => {
	let folder: string;
	before(async () => {
		folder = await mkdtemp(join(tmpdir(), 'gatecrash-kill-'));
		await writeFile(join(folder, 'two-clients.yaml'), twoClients());
	});
	after(() => rm(folder, { recursive: true }));

	it('leaves nothing running, and its history proves nothing that it does not hold', async function () {
		this.timeout(400_000);
		const trials = process.env.GATECRASH_KILL_TRIALS ?? '50';
		const inNamespace = ['-Urmpf', '--mount-proc', '--kill-child', 'sh', '-c', '"$@"; exit $?', 'sh', process.execPath];
		const script = [here('support/run-kill-trials.mjs'), here('../../dist/main.js'), join(folder, 'two-clients.yaml')];
		const { stdout } = await promisify(execFile)(
			'unshare',
			[...inNamespace, ...script, folder, trials, String(spread)],
			{
				maxBuffer: 1 << 28,
			},
		);
		const report = JSON.parse(stdout) as Trial[];
		expect(report).to.have.length(Number(trials));
		const cutOff = report.filter((trial) => !trial.finished);
		// Otherwise the instants were not what this test is about.
		expect(cutOff.length).to.be.greaterThan(Number(trials) / 3);
		expect(cutOff.some((trial) => trial.history.includes('"purpose":"declared"'))).to.equal(true);
		for (const trial of report) check(trial);
		// Reports are there long before the end.
		expect(cutOff.filter((trial) => 'junit.xml' in trial.reports).length).to.be.greaterThan(cutOff.length / 2);
		for (const trial of report) {
			const ended = trial.history.includes('"run-ended"');
			const complete = trial.finished ? true : ended ? undefined : false;
			expectReports(trial.reports, `killed after ${trial.after} ms`, complete);
		}
	});
});

function check(trial: Trial): void {
	const title = `killed after ${trial.after} ms`;
	expect(trial.left, title).to.deep.equal([]);
	const { events, damaged } = parseHistory(trial.history);
	expect(damaged, title).to.deep.equal([]);
	if (trial.finished || events.some((event) => event.is === 'run-ended')) {
		expect(trial.exitCode, title).to.equal(0);
		return;
	}
	if (!trial.planned) {
		expect(trial.exitCode, `${title}: ${trial.complaint}`).to.be.oneOf([3, 64]);
		return;
	}
	expect(trial.exitCode, `${title}: ${trial.complaint}`).to.be.oneOf([0, 2]);
	const { verdicts } = trial;
	if (!verdicts) throw new Error(`${title}: nothing judged: ${trial.complaint}`);
	expect(verdicts.complete, title).to.equal(false);
	expect(verdicts.reasons, title).not.to.deep.equal([]);
	for (const cell of verdicts.scenarios.flatMap((scenario) => scenario.cells)) {
		if (cell.verdict === 'enforced') expect(hasProof(cell, events), `${title}: ${cell.id}`).to.equal(true);
		else expect(cell.verdict, `${title}: ${cell.id}`).to.equal('inconclusive');
		if (cell.verdict === 'inconclusive') expect(cell.reasons, `${title}: ${cell.id}`).not.to.deep.equal([]);
	}
}

/** Worked out anew from the events, by other code than the judge's. */
function hasProof(cell: CellVerdict, events: readonly HistoryEvent[]): boolean {
	const tokens = new Map(eventsOf(events, 'try').map((event) => [event.token, event]));
	const replied = (purpose: string) =>
		eventsOf(events, 'result').some((event) => {
			const made = tokens.get(event.token);
			return made?.cell === cell.id && made.purpose === purpose && event.outcome.code === 'replied';
		});
	if (cell.expectation === 'allowed') return replied('declared');
	return replied('baseline') && replied('reopen') && !replied('declared');
}

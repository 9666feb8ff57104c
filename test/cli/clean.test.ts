import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { describeEntry, whatIsLeft } from '../../src/cli/what-is-left.ts';
import { sampleScenario } from '../../src/cli/sample-scenario.ts';
import type { LedgerEntry } from '../../src/model/cluster.ts';
import { openLedger } from '../../src/run/ledger.ts';
import { gatecrash, makeSandbox } from './sandbox.ts';

const run = '20260101-120000-1a2b3c';
const container: LedgerEntry = { makes: 'container', engine: 'docker', name: `gatecrash-${run}-gone` };

describe('clean', () => {
	let folder: string;
	let remove: () => void;
	beforeEach(() => {
		({ folder, remove } = makeSandbox());
	});
	afterEach(() => remove());

	it('refuses what is no run, and a run that still goes on', async () => {
		const unknown = await gatecrash(['clean', '--run', 'nonsense', '--yes'], folder);
		expect(unknown.code).to.equal(64);
		expect(unknown.stderr).to.include('there is no run "nonsense"');
		const place = join(folder, '.gatecrash/runs', run);
		mkdirSync(place, { recursive: true });
		const ledger = openLedger(join(place, 'ledger.jsonl'), run);
		ledger.intend(container);
		const going = await gatecrash(['clean', '--run', run, '--yes'], folder);
		ledger.close();
		expect(going.code).to.equal(3);
		expect(going.stderr).to.include(`run ${run} is still going on (process ${process.pid})`);
	});

	it('writes down what is gone, so that it is not looked for again', async () => {
		const file = killedRun();
		const PATH = commands({ docker: 'exit 0', kind: 'exit 0' });
		const { code, stdout } = await gatecrash(['clean', '--run', run, '--yes'], folder, { PATH });
		expect({ code, stdout }).to.deep.equal({ code: 0, stdout: 'nothing to delete\n' });
		expect(readFileSync(file, 'utf8').trimEnd().split('\n').at(-1)).to.match(/^{"is":"undone",.*1a2b3c-gone/);
	});

	it('does not say that something is gone where it could not be looked for', async () => {
		const file = killedRun();
		const before = readFileSync(file, 'utf8');
		const PATH = commands({ docker: 'echo no engine here >&2; exit 1', kind: 'exit 0' });
		const { code, stdout, stderr } = await gatecrash(['clean', '--run', run, '--yes'], folder, { PATH });
		expect({ code, stdout }).to.deep.equal({ code: 3, stdout: '' });
		expect(stderr).to.include('left: ').and.include('no engine here');
		expect(readFileSync(file, 'utf8')).to.equal(before);
	});

	/** The ledger of a run whose process is gone, killed while it wrote a second line. */
	function killedRun(): string {
		const place = join(folder, '.gatecrash/runs', run);
		mkdirSync(place, { recursive: true });
		const file = join(place, 'ledger.jsonl');
		const ledger = openLedger(file, run);
		ledger.intend(container);
		ledger.close();
		writeFileSync(file, `${readFileSync(file, 'utf8').replace(/"pid":\d+/, '"pid":4194305')}{"is":"inten`);
		return file;
	}

	/** A PATH on which these commands are the given shell scripts, whatever this machine has. */
	function commands(scripts: Record<string, string>): string {
		const place = join(folder, 'bin');
		mkdirSync(place);
		for (const [name, script] of Object.entries(scripts)) {
			writeFileSync(join(place, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
		}
		return `${place}:${process.env['PATH']}`;
	}

	it('is named with all that it needs, in words that a shell takes', () => {
		const place = { id: run, folder: `my runs/${run}` };
		const text = whatIsLeft([container], place, 'my runs');
		expect(text).to.include(`Left: ${describeEntry(container)}.`);
		expect(text).to.include(`\n  gatecrash clean --run ${run} --out 'my runs' --yes\n`);
		expect(whatIsLeft([container], place, '.gatecrash/runs')).to.include(`clean --run ${run} --yes`);
		expect(whatIsLeft([], place, '.gatecrash/runs')).to.not.include('gatecrash clean');
	});
});

describe('rbac', () => {
	let folder: string;
	let remove: () => void;
	before(() => {
		({ folder, remove } = makeSandbox());
		writeFileSync(join(folder, 'good.yaml'), sampleScenario);
	});
	after(() => remove());

	it('prints roles without a cluster', async () => {
		const { code, stdout } = await gatecrash(
			['rbac', 'good.yaml', '--name', 'tester', '--subject', 'group/team'],
			folder,
		);
		expect(code).to.equal(0);
		expect(stdout).to.match(/^# Rights for .* with: /);
		expect(stdout)
			.to.include('kind: ClusterRoleBinding')
			.and.include('networkpolicies')
			.and.include('name: tester-facts');
	});

	it('refuses a subject that is none, and no scenarios at all', async () => {
		const wrong = await gatecrash(['rbac', 'good.yaml', '--subject', 'me'], folder);
		expect(wrong.code).to.equal(64);
		const none = await gatecrash(['rbac', 'good.yaml', '--tag', 'no-such-tag'], folder);
		expect(none.code).to.equal(64);
	});
});

import { expect } from 'chai';
import { applyGate } from '../../src/gate/apply-gate.ts';
import { matchesCase } from '../../src/gate/case-pattern.ts';
import type { GateInput, Waiver } from '../../src/model/gate.ts';
import type { CellVerdict, RunVerdicts } from '../../src/model/verdict.ts';
import { inconclusiveCell, leakedCell, sampleCell, sampleRun, sampleScenario } from '../report/sample-verdicts.ts';

const waiverOf = (cell: string, given: Partial<Waiver> = {}): Waiver => ({
	case: cell,
	reason: 'the fix is on its way',
	position: { file: 'waivers.yaml', line: 4, column: 5 },
	...given,
});

const leak = 'one/connect/client-two→app-one:80/tcp/ipv4';
const passing = 'one/connect/fine→app-one:80/tcp/ipv4';
const unclear = 'one/connect/unclear→app-one:80/tcp/ipv4';

function runOf(cells: CellVerdict[], given: Partial<RunVerdicts> = {}): RunVerdicts {
	return sampleRun([sampleScenario('one', [sampleCell({ from: 'fine' }), ...cells])], given);
}

function gated(run: RunVerdicts, waivers: Waiver[], more: Partial<GateInput> = {}) {
	const result = applyGate(run, { waivers, ...more });
	if (result.gate === undefined) throw new Error('no gate');
	return { ...result, gate: result.gate };
}

describe('the gate', () => {
	it('leaves a run without waivers and baseline as it is', () => {
		const run = runOf([leakedCell()]);
		expect(applyGate(run, { waivers: [] })).to.equal(run);
	});

	it('waives a leak: its exit code, never its verdict', () => {
		const run = runOf([leakedCell()]);
		const { gate, scenarios, ...rest } = gated(run, [waiverOf(leak)]);
		expect(gate.exitCode).to.equal(0);
		expect(gate.waivers[0]).to.include({ state: 'used' });
		expect(gate.waivers[0]?.waived).to.deep.equal([leak]);
		expect(rest).to.include({ verdict: 'leak', exitCode: 1 });
		const cell = scenarios[0]?.cells.find(({ id }) => id === leak);
		expect(cell).to.deep.include({ verdict: 'leak' });
		expect(cell?.waiver).to.deep.equal({
			reason: 'the fix is on its way',
			position: { file: 'waivers.yaml', line: 4, column: 5 },
		});
	});

	it('keeps what is not waived', () => {
		const run = runOf([leakedCell(), leakedCell({ from: 'other' }), inconclusiveCell({ from: 'unclear' })]);
		expect(gated(run, [waiverOf(leak)]).gate.exitCode).to.equal(1);
		expect(gated(run, [waiverOf('one/connect/*→app-one:80/tcp/ipv4', { cells: 4 })]).gate.exitCode).to.equal(0);
		const rest = gated(run, [waiverOf(leak), waiverOf('one/connect/other→app-one:80/tcp/ipv4')]);
		expect(rest.gate.exitCode).to.equal(2);
		expect(gated(runOf([inconclusiveCell({ from: 'unclear' })]), [waiverOf(unclear)]).gate.exitCode).to.equal(0);
	});

	it('makes no run good that was cut off, that has no answer, or in which nothing is enforced', () => {
		const waivers = [waiverOf(leak)];
		expect(gated(runOf([leakedCell()], { complete: false }), waivers).gate.exitCode).to.equal(2);
		expect(gated(sampleRun([sampleScenario('one', [leakedCell()])]), waivers).gate.exitCode).to.equal(2);
		const empty = sampleScenario('two', [], { verdict: 'inconclusive' });
		const run = sampleRun([sampleScenario('one', [leakedCell(), sampleCell({ from: 'fine' })]), empty]);
		expect(gated(run, waivers).gate.exitCode).to.equal(2);
	});

	it('fails for a waiver that has expired, and waives nothing by it', () => {
		const last = waiverOf(leak, { expires: '2026-01-01' });
		expect(gated(runOf([leakedCell()]), [last]).gate).to.include({ exitCode: 0 });
		const over = waiverOf(leak, { expires: '2025-12-31' });
		const { gate, scenarios } = gated(runOf([leakedCell()]), [over]);
		expect(gate).to.include({ exitCode: 1 });
		expect(gate.waivers[0]).to.include({ state: 'expired' });
		expect(gate.waivers[0]?.text).to.include('2025-12-31');
		expect(scenarios[0]?.cells.some((cell) => cell.waiver !== undefined)).to.equal(false);
		expect(gated(runOf([]), [waiverOf(passing, { expires: '2025-12-31' })]).gate.exitCode).to.equal(1);
	});

	it('tells of an unexpected pass, and of what was not attempted', () => {
		const skipped = sampleCell({ from: 'skipped', verdict: 'skipped' });
		const { gate } = gated(runOf([skipped]), [
			waiverOf(passing),
			waiverOf('one/connect/skipped→app-one:80/tcp/ipv4', { expires: '2025-12-31' }),
			waiverOf('elsewhere/case'),
		]);
		expect(gate.waivers.map(({ state }) => state)).to.deep.equal(['not-needed', 'not-attempted', 'not-attempted']);
		expect(gate.exitCode).to.equal(0);
	});

	it('holds only for the engine and the versions that it names', () => {
		const withEnforcer = (...enforcers: string[]): RunVerdicts => {
			const run = runOf([leakedCell()]);
			return { ...run, ...(run.cluster && { cluster: { ...run.cluster, enforcers } }) };
		};
		const table: [string[], Partial<Waiver>, 0 | 1][] = [
			[['calico v3.28.5'], { engine: 'calico' }, 0],
			[['calico v3.28.5'], { engine: 'Calico', versions: '>=3.27 <3.29' }, 0],
			[['calico v3.28.5'], { engine: 'calico', versions: '>=3.29' }, 1],
			[['calico v3.28.5'], { engine: 'cilium' }, 1],
			[['calico-next v3.28.5'], { engine: 'calico' }, 1],
			[['calico'], { engine: 'calico' }, 0],
			[['calico'], { engine: 'calico', versions: '*' }, 1],
			[['kindnet', 'calico v3.28.5'], { engine: 'calico', versions: '3.x' }, 0],
		];
		for (const [enforcers, given, code] of table) {
			expect(gated(withEnforcer(...enforcers), [waiverOf(leak, given)]).gate.exitCode, JSON.stringify(given)).to.equal(
				code,
			);
		}
	});

	it('only annotates with a baseline', () => {
		const run = runOf([leakedCell(), leakedCell({ from: 'other' })]);
		const cells = { [leak]: 'leak', [passing]: 'broken' } as const;
		const { gate } = gated(run, [], { baseline: { run: 'before', cells } });
		expect(gate).to.deep.equal({
			exitCode: 1,
			waivers: [],
			baseline: {
				run: 'before',
				new: ['one/connect/other→app-one:80/tcp/ipv4'],
				known: [leak],
				fixed: [passing],
			},
		});
	});
});

describe('a pattern for cases', () => {
	it('stays between two slashes, and takes every other character as it is', () => {
		expect(matchesCase('s/connect/*→b:80/tcp/*', 's/connect/a→b:80/tcp/ipv4')).to.equal(true);
		expect(matchesCase('s/*', 's/connect/a→b:80/tcp/ipv4')).to.equal(false);
		expect(matchesCase('s/a.c*', 's/abc')).to.equal(false);
		expect(matchesCase('s/(a|b)[c]*', 's/(a|b)[c]d')).to.equal(true);
		expect(matchesCase('s/a', 's/ab')).to.equal(false);
	});
});

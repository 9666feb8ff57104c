import { stripVTControlCharacters } from 'node:util';
import { expect } from 'chai';
import { renderConsole } from '../../src/report/console.ts';
import { expectGolden } from './golden.ts';
import { nineByNine } from './nine-by-nine.ts';
import {
	allowedCell,
	brokenCell,
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
	sixPods,
	warnedRun,
} from './sample-verdicts.ts';

const plain = { colour: false, verbose: false, folder: '.gatecrash/runs/latest', duration: 2100 };

describe('console report', () => {
	it('draws six pods with every kind of finding', () => {
		expectGolden(
			'console-six-pods.txt',
			renderConsole(sampleRun([sampleScenario('allow-only-client-one', sixPods())]), plain),
		);
	});

	it('draws nine pods with four ports as keyed matrices side by side', () => {
		expectGolden(
			'console-nine-pods.txt',
			renderConsole(sampleRun([sampleScenario('canonical-matrix', nineByNine())]), plain),
		);
	});

	it('draws few targets with their ports over the columns, and phases beside each other', () => {
		const shop = [
			allowedCell({ to: 'orders', port: 8080 }),
			leakedCell({ to: 'orders', port: 8081 }),
			sampleCell({ to: 'resolver', port: 53, protocol: 'udp' }),
			sampleCell({ to: 'external/payments', port: 443, verdict: 'observed', expectation: 'observe' }),
		];
		const cells = [...shop, ...shop.map((cell) => ({ ...cell, phase: 'after-relabel' }))];
		expectGolden('console-phases.txt', renderConsole(sampleRun([sampleScenario('shop', cells)]), plain));
	});

	it('lists many scenarios with one line each and draws only those with findings', () => {
		const fine = ['one', 'two', 'three'].map((name) =>
			sampleScenario(name, [sampleCell(), allowedCell({ from: 'client-one' })]),
		);
		const run = sampleRun([...fine, sampleScenario('four', [leakedCell(), sampleCell({ to: 'app-two' })])]);
		const text = renderConsole(run, plain);
		expectGolden('console-list.txt', text);
		expect(text.match(/from \\ to/g)).to.have.length(1);
		expect(renderConsole(run, { ...plain, verbose: true }).match(/from \\ to/g)).to.have.length(4);
	});

	it('says warnings about the cluster right below the verdict', () => {
		const lines = renderConsole(warnedRun(), plain).split('\n');
		const verdict = lines.findIndex((line) => line.includes('ENFORCED'));
		expect(lines[verdict + 1]).to.match(/warning +Two enforcers act at once: calico v3.28.5, kindnet\./);
		expect(lines.join('\n')).to.match(/mesh +istio 1.31/);
	});

	it('says the same with colour as without', () => {
		const run = sampleRun([sampleScenario('allow-only-client-one', sixPods())]);
		const coloured = renderConsole(run, { ...plain, colour: true });
		expect(coloured).to.include('\u001b[');
		expect(stripVTControlCharacters(coloured)).to.equal(renderConsole(run, plain));
	});

	it('keeps every line within its width, but for commands that are to be copied', () => {
		const pods = Array.from({ length: 60 }, (_, index) => `pod-${String(index).padStart(2, '0')}`);
		const cells = pods.flatMap((from) =>
			pods.map((to) => (from === 'pod-07' && to === 'pod-50' ? leakedCell({ from, to }) : sampleCell({ from, to }))),
		);
		const text = renderConsole(sampleRun([sampleScenario('sixty', cells)]), plain);
		const long = text.split('\n').filter((line) => line.length > 100 && !line.includes('repeat'));
		expect(long).to.deep.equal([]);
		expect(text).to.include('59 rows without a finding');
		expect(text).to.match(/pod-07 .*L/);
	});

	it('names every cell of a finding only with -v', () => {
		const cells = Array.from({ length: 9 }, (_, index) => leakedCell({ to: `app-${index}` }));
		const run = sampleRun([sampleScenario('many', cells)]);
		expect(renderConsole(run, plain)).to.include('5 more like these').and.not.include('→app-8:');
		expect(renderConsole(run, { ...plain, verbose: true }))
			.to.include('→app-8:')
			.and.not.include('more like these');
	});

	it('shows the evidence, the control that failed and the command that repeats', () => {
		const text = renderConsole(
			sampleRun([sampleScenario('s', [leakedCell(), brokenCell({ to: 'b' }), inconclusiveCell({ to: 'c' })])]),
			plain,
		);
		expect(text).to.include('history.jsonl:41,44-46');
		expect(text).to.include('reopen did not hold: 0 of 3 replied');
		expect(text).to.match(/repeat +gatecrash run .* --grep/);
	});

	it('never looks like a pass when nothing was attempted or the run was cut off', () => {
		const reasons = [{ code: 'nothing-attempted', text: 'there is nothing to attempt' }];
		const none = renderConsole(
			sampleRun([], { verdict: 'inconclusive', exitCode: 2, reasons, complete: false, cluster: undefined }),
			plain,
		);
		expect(none)
			.to.include(' INCONCLUSIVE ')
			.and.include('there is nothing to attempt')
			.and.include('cut off')
			.and.not.include('ENFORCED');
	});
});

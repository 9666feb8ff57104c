import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { HistoryEvent } from '../../src/model/event.ts';
import type { Cell, Step } from '../../src/model/plan.ts';
import { cellOf, changed, codesOf, without } from './edit-history.ts';
import { build, makeCell, replied, timedOut, toPod } from './history-builder.ts';

const cells: Partial<Cell>[] = [
	{ phase: 'open', expectation: 'allowed' },
	{ phase: 'down' },
	{ phase: 'down', expectation: 'allowed', to: toPod('app-two') },
	{ phase: 'down', expectation: 'observe', from: { kind: 'pod', name: 'client-one' } },
	{ phase: 'healed' },
	{ phase: 'open-again', expectation: 'allowed' },
];

const attempt = (phase: string): Step => ({
	do: 'attempt',
	purpose: 'declared',
	phase,
	cells: cells.filter((cell) => cell.phase === phase).map((cell) => makeCell(cell).id),
});

const steps: Step[] = [
	attempt('open'),
	{ do: 'apply', policies: ['deny'] },
	{ do: 'settle', cells: [], bound: undefined },
	{ do: 'inject', fault: 'stop-mesh-control-plane', name: 'istiod-down' },
	attempt('down'),
	{ do: 'heal', fault: 'stop-mesh-control-plane', name: 'istiod-down' },
	attempt('healed'),
	{ do: 'delete', policies: ['deny'] },
	{ do: 'settle', cells: [], bound: undefined },
	attempt('open-again'),
];

function recorded(effects: string[] | undefined) {
	const built = build({
		...{ cells, steps },
		behave: (cell) => (cell.expectation === 'blocked' ? timedOut : replied),
	});
	const events = changed(
		built.events,
		'change',
		(event) => event.action === 'inject' || event.action === 'heal',
		(event) => (effects ? { ...event, effects } : event),
	);
	return { plan: built.plan, events };
}

function verdictsOf(events: HistoryEvent[]) {
	const { plan } = recorded([]);
	return judge(plan, events).scenarios[0]?.cells.map(({ verdict }) => verdict);
}

describe('what is attempted under a fault', () => {
	it('is judged like all else when the fault was seen to do something', () => {
		const { plan, events } = recorded(['istiod: 1 became 0']);
		const verdicts = judge(plan, events);
		expect(verdictsOf(events)).to.deep.equal(['enforced', 'enforced', 'enforced', 'observed', 'enforced', 'enforced']);
		const [fault] = verdicts.scenarios[0]?.faults ?? [];
		expect(fault).to.deep.include({ fault: 'stop-mesh-control-plane', name: 'istiod-down' });
		expect(fault?.injection?.effects).to.deep.equal(['istiod: 1 became 0']);
		expect(fault?.inForce).to.be.a('number');
	});

	it('is inconclusive when it was not, whatever came of it; before and after the fault nothing is doubted', () => {
		for (const effects of [[], undefined]) {
			const { plan, events } = recorded(effects);
			expect(verdictsOf(events)).to.deep.equal([
				...['enforced', 'inconclusive', 'inconclusive', 'inconclusive', 'enforced', 'enforced'],
			]);
			const cell = cellOf(judge(plan, events), 1);
			expect(codesOf(cell)).to.include('fault-without-effect');
			expect(cell.reasons[0]?.text).to.contain('istiod-down');
		}
	});

	it('is inconclusive when the record of the fault is lost', () => {
		const { events } = recorded(['istiod: 1 became 0']);
		const cut = without(events, 'change', (event) => event.action === 'inject');
		expect(verdictsOf(cut)?.slice(1, 4)).to.deep.equal(['inconclusive', 'inconclusive', 'inconclusive']);
	});

	it('is a leak all the same when a token arrives', () => {
		const { plan, events } = build({
			...{ cells, steps },
			behave: (cell) => (cell.expectation === 'blocked' && cell.phase !== 'down' ? timedOut : replied),
		});
		expect(cellOf(judge(plan, events), 1).verdict).to.equal('leak');
	});
});

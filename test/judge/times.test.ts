import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { HistoryEvent } from '../../src/model/event.ts';
import type { Cell, HeldConnection, Step } from '../../src/model/plan.ts';
import { changed, insertedAfter } from './edit-history.ts';
import { build, makeCell, replied, scenarioName, timedOut, uidOf } from './history-builder.ts';

const held: HeldConnection = {
	...{ name: 'long-lived', from: { kind: 'pod', name: 'client-two' }, port: 80, protocol: 'tcp', family: 'ipv4' },
	...{ to: { kind: 'pod', name: 'app-one', port: 80, protocol: 'tcp' }, speaks: 'tcp' },
};
const cells: Partial<Cell>[] = [
	{ phase: 'open', expectation: 'allowed' },
	{ phase: 'closed' },
	{ phase: 'closed', expectation: 'observe', on: 'long-lived' },
];
const attempt = (phase: string): Step => ({
	do: 'attempt',
	purpose: 'declared',
	phase,
	cells: cells.filter((cell) => cell.phase === phase).map((cell) => makeCell(cell).id),
});
const closed = makeCell(cells[1]).id;
const steps: Step[] = [
	attempt('open'),
	{ do: 'hold', holds: [held] },
	{ do: 'apply', policies: ['strict'] },
	{ do: 'settle', cells: [closed], bound: undefined },
	attempt('closed'),
	{ do: 'delete', policies: ['strict'] },
];

/** The builder records no holds: its first try stands for the opening, over the held connection. */
function recorded(end?: { after: number; code: 'closed' | 'reset' }) {
	const built = build({
		...{ cells, steps },
		behave: (cell) => (cell.expectation === 'blocked' ? timedOut : replied),
	});
	let opening: string | undefined;
	const opened = changed(
		built.events,
		'try',
		(event) => event.cell === makeCell(cells[0]).id,
		(event) => {
			opening ??= event.token;
			return event.token === opening ? { ...event, cell: 'hold', purpose: 'hold', on: 'long-lived' } : event;
		},
	);
	const applied = opened.find((event) => event.is === 'change' && event.action === 'apply');
	if (applied?.is !== 'change') throw new Error('no change');
	const events =
		end === undefined
			? opened
			: insertedAfter(opened, (event) => event === applied, {
					...{ scenario: scenarioName, is: 'hold-ended', agent: 'client-two', uid: uidOf('client-two'), seq: 10_000 },
					...{ seenAt: applied.acknowledgedAt + end.after, hold: 'long-lived/ipv4', outcome: { code: end.code } },
				});
	return { plan: built.plan, events, applied };
}

function holdsIn(events: HistoryEvent[]) {
	return judge(recorded().plan, events).scenarios[0]?.holds;
}

describe('held connections in the verdicts', () => {
	it('say how long after which change the other side ended them, and how', () => {
		const [hold] = holdsIn(recorded({ after: 45_000, code: 'reset' }).events) ?? [];
		expect(hold).to.deep.include({ name: 'long-lived', family: 'ipv4', from: 'client-two', to: 'app-one', port: 80 });
		expect(hold).to.deep.include({ state: 'ended', outcome: 'reset' });
		expect(hold?.since.find(({ change }) => change.startsWith('apply'))?.after).to.equal(45_000);
		expect(hold?.lasted).to.be.above(45_000);
	});

	it('an end before the acknowledgement has a negative time', () => {
		const { applied, events } = recorded({ after: -0.1, code: 'closed' });
		expect(applied.acknowledgedAt - applied.requestedAt).to.be.above(0.1);
		expect(holdsIn(events)?.[0]?.since).to.deep.equal([{ change: 'apply strict', after: -0.1 }]);
	});

	it('without an end they were alive when they were last used, and since when', () => {
		const [hold] = holdsIn(recorded().events) ?? [];
		expect(hold?.state).to.equal('alive');
		expect(hold?.since.map(({ change }) => change)).to.deep.equal(['apply strict']);
		expect(hold?.since[0]?.after).to.be.above(0);
	});

	it('one without an answer was never opened', () => {
		const { events } = recorded();
		const silent = changed(
			events,
			'result',
			() => true,
			(event) => ({ ...event, outcome: { code: 'timed-out' } }),
		);
		expect(holdsIn(silent)?.[0]).to.deep.include({ state: 'never-opened', lasted: undefined, since: [] });
	});
});

describe('how fast changes show in the verdicts', () => {
	it('is counted from the acknowledgement, apart for paths that close and that open', () => {
		const { plan, events: plain, applied } = recorded();
		const events = insertedAfter(plain, (event) => event.is === 'change' && event.action === 'apply', {
			...{ scenario: scenarioName, is: 'epoch-began', epoch: 99, step: 3, purpose: 'settle' },
		});
		const settledIn = changed(
			events,
			'settled',
			() => true,
			(event) => ({ ...event, method: 'observed', cells: [{ cell: closed, after: 200 }] }),
		);
		const began = settledIn.find((event) => event.is === 'epoch-began' && event.epoch === 99);
		const [flip] = judge(plan, settledIn).scenarios[0]?.flips ?? [];
		const within = Math.round(((began?.at ?? 0) + 200 - applied.acknowledgedAt) * 1000) / 1000;
		expect(flip).to.deep.equal({ change: 'apply strict', closed: { paths: 1, within }, opened: undefined });
	});
});

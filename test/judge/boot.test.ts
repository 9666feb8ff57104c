import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { HistoryEvent, ScenarioEventBody } from '../../src/model/event.ts';
import type { Plan, Step } from '../../src/model/plan.ts';
import { cellOf, changed, codesOf, isOf } from './edit-history.ts';
import { build, replied, scenarioName, timedOut, toPod, uidOf } from './history-builder.ts';

const cells = [
	{ from: { kind: 'pod' as const, name: 'client-two' } },
	{ from: { kind: 'pod' as const, name: 'client-one' }, expectation: 'allowed' as const },
	{ to: toPod('app-two'), expectation: 'allowed' as const },
];
const [id = '', ...others] = (build({ cells }).plan.scenarios[0]?.cells ?? []).map((cell) => cell.id);
const steps: Step[] = [
	{ do: 'apply', policies: ['deny'] },
	{ do: 'create', pods: ['client-two'] },
	{ do: 'attempt', purpose: 'declared', phase: undefined, cells: [id, ...others] },
];

interface Early {
	startedAt: number;
	/** When app-one saw it; undefined: it did not. */
	seenAt?: number;
	/** The client reports it. */
	result?: boolean;
}

/** client-two is created after the policy, and what it tried while it was starting stands before the declared tries. */
function withEarly(early: Early[]): { plan: Plan; events: HistoryEvent[] } {
	const { plan, events } = build({ cells, steps });
	const [target, client] = [uidOf('app-one'), uidOf('client-two')];
	const destination = { address: '10.0.0.3', port: 80 };
	const bodies = early.flatMap(({ startedAt, seenAt, result }, index): ScenarioEventBody[] => {
		const token = `boot-${index}`;
		const source = { address: '10.0.0.2', port: 30_000 + index };
		const last = (uid: string) =>
			Math.max(
				...events.flatMap((event) => ('seq' in event && 'uid' in event && event.uid === uid ? [event.seq] : [])),
			) +
			1 +
			index;
		const outcome = { code: 'timed-out' as const };
		const times = { startedAt, endedAt: startedAt + 100 };
		return [
			{
				...{
					is: 'try',
					epoch: 9,
					cell: id,
					purpose: 'boot',
					token,
					from: client,
					targets: [target],
					source,
					destination,
				},
				...{ protocol: 'tcp', family: 'ipv4' },
			},
			...(seenAt === undefined
				? []
				: [
						{
							...{ is: 'witness' as const, agent: 'app-one', uid: target, seq: last(target), seenAt, token },
							...{ protocol: 'tcp' as const, from: source, to: destination },
						},
					]),
			...(result === false
				? []
				: [
						{
							is: 'result' as const,
							epoch: 9,
							token,
							agent: 'client-two',
							uid: client,
							seq: last(client),
							outcome,
							...times,
						},
					]),
		];
	});
	const index = events.findIndex((event) => isOf(event, 'epoch-began'));
	const at = events[index]?.at ?? 0;
	const inserted = bodies.map((body): HistoryEvent => ({ n: 0, at, scenario: scenarioName, ...body }));
	const all = [...events.slice(0, index), ...inserted, ...events.slice(index)];
	return { plan, events: all.map((event, line) => ({ ...event, n: line + 1 })) };
}

const inForce = build({ cells, steps }).events.find((event) => isOf(event, 'change'))?.at ?? 0;

describe('attempts of a pod that is starting', () => {
	it('a token at the target, seen long before the epoch, is a leak', () => {
		const { plan, events } = withEarly([{ startedAt: inForce + 1, seenAt: inForce + 2 }]);
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({ verdict: 'leak', codes: ['leak-boot'] });
	});

	it('they do not count towards the declared number of tries', () => {
		const { plan, events } = withEarly([{ startedAt: inForce + 1 }, { startedAt: inForce + 2 }]);
		const cell = cellOf(judge(plan, events));
		expect(cell).to.include({ verdict: 'enforced', proof: 'contrast' });
		expect(cell.observed.tries).to.equal(3);
	});

	it('what was sent before the policies were in force belongs to no verdict', () => {
		const { plan, events } = withEarly([{ startedAt: inForce - 3, seenAt: inForce - 2 }]);
		expect(cellOf(judge(plan, events)).verdict).to.equal('enforced');
	});

	it('without a result it is not known under which policies it was sent', () => {
		const { plan, events } = withEarly([{ startedAt: inForce + 1, seenAt: inForce + 2, result: false }]);
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({
			verdict: 'inconclusive',
			codes: ['straddles-change'],
		});
	});

	it('a policy that is only stored is in force once it has settled', () => {
		const { plan, events } = withEarly([{ startedAt: inForce + 1, seenAt: inForce + 2 }]);
		const stored = changed(
			events,
			'change',
			({ action }) => action === 'apply',
			(event) => ({ ...event, acknowledgement: 'stored' }),
		);
		expect(cellOf(judge(plan, stored)).verdict).to.equal('leak');
		const settled = stored.map(
			(event): HistoryEvent =>
				isOf(event, 'change') && event.action === 'create'
					? {
							...{ n: event.n, at: inForce + 5, scenario: scenarioName, is: 'settled', step: 9, method: 'observed' },
							...{ cells: [], unsettled: [], hold: 10 },
						}
					: event,
		);
		expect(cellOf(judge(plan, settled)).verdict).to.equal('enforced');
	});

	it('a pod that should attempt from its first millisecond and did not proves nothing', () => {
		const { plan, events } = build({
			cells,
			steps,
			behave: (cell) => (cell.expectation === 'blocked' ? timedOut : replied),
		});
		const [scenario] = plan.scenarios;
		if (!scenario) throw new Error('a plan has one scenario here');
		const pod = {
			...{ namespace: 'shop', labels: {}, annotations: {}, serviceAccount: undefined, hostNetwork: false },
			...{ mesh: undefined, placement: undefined, listen: [], readiness: undefined, liveness: undefined },
			...{ attemptsAtStart: true, completes: false },
		};
		scenario.workload.pods['client-two'] = pod;
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({
			verdict: 'inconclusive',
			codes: ['boot-missing'],
		});
	});
});

import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { HistoryEvent } from '../../src/model/event.ts';
import { cellOf, changed, codesOf, declaredEpoch, insertedAfter, isOf, without } from './edit-history.ts';
import { type BuildOptions, build, replied, scenarioName, timedOut, uidOf } from './history-builder.ts';

/**
 * A way of being fooled: the tries look blocked, and they are not shown to be. `codes` are all reasons, so that the
 * one guard under test is the only thing between the history and `enforced`.
 */
interface Fault {
	name: string;
	codes: string[];
	options?: BuildOptions;
	damage?: (events: HistoryEvent[]) => HistoryEvent[];
}

const server = uidOf('app-one');
const client = uidOf('client-two');
const inDeclared = (event: { epoch: number }) => event.epoch === declaredEpoch;

const faults: Fault[] = [
	{
		name: 'the server is dead',
		codes: ['server-dead'],
		damage: (events) =>
			changed(
				events,
				'self-check',
				(event) => inDeclared(event) && event.uid === server && event.when === 'after',
				(event) => ({
					...event,
					checks: event.checks.map((check) => ({ ...check, ok: false, detail: 'ECONNREFUSED' })),
				}),
			),
	},
	{
		name: 'the server never listened on this port',
		codes: ['server-not-checked'],
		damage: (events) =>
			changed(
				events,
				'self-check',
				(event) => event.uid === server,
				(event) => ({ ...event, checks: event.checks.filter(({ port }) => port !== 80) }),
			),
	},
	{
		name: 'the server listens in the other family only',
		codes: ['server-not-checked'],
		damage: (events) =>
			changed(
				events,
				'self-check',
				(event) => event.uid === server,
				(event) => ({ ...event, checks: event.checks.filter(({ family }) => family === 'ipv6') }),
			),
	},
	{
		name: 'the server was not asked afterwards',
		codes: ['server-not-checked'],
		damage: (events) =>
			without(events, 'self-check', (event) => inDeclared(event) && event.uid === server && event.when === 'after'),
	},
	{
		name: 'the witness is dead: no barrier',
		codes: ['witness-no-barrier'],
		damage: (events) =>
			changed(
				events,
				'barrier',
				(event) => inDeclared(event) && event.uid === server,
				({ n, at, agent, uid, seq }) => ({
					n,
					at,
					scenario: scenarioName,
					is: 'record',
					agent,
					uid,
					seq,
					of: 'barrier',
				}),
			),
	},
	{
		name: 'a record of the witness is lost: a gap in its numbering',
		codes: ['witness-gap'],
		damage: (events) => {
			const record = events.find((event) => isOf(event, 'record') && event.uid === server);
			return events.filter((event) => event !== record);
		},
	},
	{
		name: 'the witness dropped records at a bound',
		codes: ['witness-overflow'],
		damage: (events) => {
			let first = true;
			return events.map((event): HistoryEvent => {
				if (!first || !isOf(event, 'record') || event.uid !== server) return event;
				first = false;
				const { n, at, agent, uid, seq } = event;
				return { n, at, scenario: scenarioName, is: 'overflow', agent, uid, seq, lost: 3 };
			});
		},
	},
	{
		name: 'the server answered a token that its witness has no record of',
		codes: ['witness-missed-token'],
		options: {
			cells: [{}, { from: { kind: 'pod', name: 'client-one' }, expectation: 'allowed' }],
			behave: (cell, purpose) => {
				if (cell.expectation === 'blocked') return purpose === 'declared' ? timedOut : replied;
				return purpose === 'declared' ? { code: 'replied', witnesses: [] } : replied;
			},
		},
	},
	{
		name: 'the witness has a token that no try explains',
		codes: ['unexplained-token'],
		damage: (events) =>
			changed(
				events,
				'record',
				(event) => event.uid === server && event.seq === 1,
				({ n, at, agent, uid, seq }) => ({
					...{ n, at, scenario: scenarioName, is: 'witness', agent, uid, seq, seenAt: at },
					...{ token: 'stranger', protocol: 'tcp' },
					...{ from: { address: '10.9.9.9', port: 5 }, to: { address: '10.0.0.3', port: 80 } },
				}),
			),
	},
	...(['listenDrops', 'listenOverflows'] as const).map(
		(counter): Fault => ({
			name: `the listen queue is full: ${counter}`,
			codes: ['losses-increased'],
			damage: (events) =>
				changed(
					events,
					'counters',
					(event) => inDeclared(event) && event.uid === server && event.when === 'after',
					(event) => ({ ...event, counters: { ...event.counters, [counter]: event.counters[counter] + 1 } }),
				),
		}),
	),
	...(['conntrackDrop', 'conntrackInsertFailed', 'neighbourTableFull'] as const).map(
		(counter): Fault => ({
			name: `the cluster lost packets: ${counter}`,
			codes: ['losses-increased'],
			damage: (events) =>
				changed(
					events,
					'losses',
					(event) => inDeclared(event) && event.when === 'after',
					(event) => ({ ...event, counters: { ...event.counters, [counter]: event.counters[counter] + 1 } }),
				),
		}),
	),
	{
		name: 'the loss counters of the cluster were not read',
		codes: ['losses-missing'],
		damage: (events) => without(events, 'losses', (event) => inDeclared(event) && event.when === 'before'),
	},
	{
		name: 'the counters of the server were not read',
		codes: ['counters-missing'],
		damage: (events) =>
			without(events, 'counters', (event) => inDeclared(event) && event.uid === server && event.when === 'after'),
	},
	{
		name: 'the token was answered by another pod',
		codes: ['answered-by-other'],
		options: declaredAs({ code: 'replied', by: uidOf('app-two') }),
	},
	{
		name: 'a reply names another pod, whose witness says nothing',
		codes: ['answered-by-other'],
		options: declaredAs({ code: 'replied', by: uidOf('app-two'), witnesses: [] }),
	},
	{
		name: 'something that is no pod of ours answered',
		codes: ['answered-by-other'],
		options: declaredAs({ code: 'answered-by-other', detail: 'another run' }),
	},
	{
		name: 'another pod saw the token, and nobody answered',
		codes: ['answered-by-other'],
		options: declaredAs({ code: 'timed-out', witnesses: [uidOf('app-two')] }),
	},
	{
		name: 'one 5-tuple was used by two tries',
		codes: ['tuple-reused'],
		options: {
			sourcePort: (cell, purpose, index) =>
				index === 1 && purpose !== 'reopen' && cell.expectation === 'blocked' ? 5000 : undefined,
		},
	},
	{
		name: 'the attempt straddles a change: its token arrives after it',
		codes: ['straddles-change'],
		options: declaredAs({ code: 'timed-out', witnesses: ['target'], when: 'after-change' }),
	},
	{
		name: 'something changed during the epoch',
		codes: ['epoch-disturbed'],
		damage: (events) =>
			insertedAfter(events, (event) => isOf(event, 'try') && inDeclared(event), {
				...{ scenario: scenarioName, is: 'change', step: 3, action: 'label', objects: ['client-two'] },
				...{ requestedAt: 0, acknowledgedAt: 0, acknowledgement: 'programmed' },
			}),
	},
	{
		name: 'the client could not send: not-run',
		codes: ['not-run'],
		options: {
			behave: (cell, purpose, index) => {
				if (purpose !== 'declared' || cell.expectation !== 'blocked') return replied;
				return index === 0 ? { code: 'not-run', detail: 'EADDRINUSE' } : timedOut;
			},
		},
	},
	{
		name: 'the client could not send: its interfaces counted nothing',
		codes: ['client-silent'],
		damage: (events) =>
			changed(
				events,
				'counters',
				(event) => inDeclared(event) && event.uid === client && event.when === 'after',
				(event) => ({ ...event, counters: { ...event.counters, sentPackets: event.counters.sentPackets - 1 } }),
			),
	},
	{
		name: 'the SYN arrived in one try',
		codes: ['syn-once'],
		options: {
			behave: (cell, purpose, index) => {
				if (purpose !== 'declared' || cell.expectation !== 'blocked') return replied;
				return { code: 'timed-out', syn: index === 0 };
			},
		},
	},
	{
		name: 'SYNs with the planned port arrived from a translated address',
		codes: ['unexplained-syn'],
		options: declaredAs({ code: 'timed-out', syn: true, synFrom: '10.0.0.254' }),
	},
	{
		name: 'something accepted the connection and closed it',
		codes: ['accepted-connection'],
		options: declaredAs({ code: 'closed' }),
	},
	{
		name: 'fewer tries were made than declared',
		codes: ['too-few-tries'],
		options: { extraTries: (cell, purpose) => (purpose === 'declared' && cell.expectation === 'blocked' ? -1 : 0) },
	},
	{
		name: 'the forbidden path was tried again and again',
		codes: ['too-many-tries'],
		options: { extraTries: (cell, purpose) => (purpose === 'declared' && cell.expectation === 'blocked' ? 1 : 0) },
	},
	{
		name: 'the probe was lost during the epoch',
		codes: ['agent-lost'],
		damage: (events) =>
			insertedAfter(events, (event) => isOf(event, 'try') && inDeclared(event), {
				...{ scenario: scenarioName, is: 'agent-lost', agent: 'app-one', reason: 'killed' },
			}),
	},
	{
		name: 'the wait was too short for the slowest control',
		codes: ['wait-too-short'],
		damage: (events) => changed(events, 'calibration', inDeclared, (event) => ({ ...event, slowest: 51 })),
	},
	{
		name: 'the wait was not calibrated',
		codes: ['not-calibrated'],
		damage: (events) => without(events, 'calibration', inDeclared),
	},
	{
		name: 'the epoch was interrupted',
		codes: ['epoch-unfinished'],
		damage: (events) => changed(events, 'epoch-ended', inDeclared, (event) => ({ ...event, complete: false })),
	},
	{
		name: 'the path had not closed when the bound for settling was reached',
		codes: ['unsettled'],
		damage: (events) =>
			changed(
				events,
				'settled',
				() => true,
				(event) => ({ ...event, unsettled: ['shop/connect/client-two→app-one:80/tcp/ipv4'] }),
			),
	},
	{
		name: 'the change was not waited for to the end',
		codes: ['not-settled'],
		damage: (events) => without(events, 'settled'),
	},
	{
		name: 'the target has no probe',
		codes: ['target-without-agent'],
		options: {
			pods: [{ name: 'printer', agent: false }],
			cells: [{ to: { kind: 'pod', name: 'printer', port: 80, protocol: 'tcp' } }],
		},
	},
	{
		name: 'the path was never open before',
		codes: ['not-open-before', 'no-contrast'],
		options: {
			behave: (cell, purpose) => (purpose === 'reopen' || cell.expectation === 'allowed' ? replied : timedOut),
		},
	},
	{
		name: 'the path was not open again afterwards',
		codes: ['not-open-after', 'no-contrast'],
		options: {
			behave: (cell, purpose) => (purpose === 'baseline' || cell.expectation === 'allowed' ? replied : timedOut),
		},
	},
	{
		name: 'the path was open before, but to another address',
		codes: ['not-open-before', 'no-contrast'],
		damage: (events) =>
			changed(
				events,
				'try',
				({ epoch, from }) => epoch === 1 && from === client,
				(event) => ({ ...event, destination: { address: '10.0.0.99', port: 80 } }),
			),
	},
	{
		name: 'a baseline try went over a 5-tuple that another one had used',
		codes: ['not-open-before', 'no-contrast'],
		options: {
			sourcePort: (cell, purpose) => (purpose === 'baseline' && cell.expectation === 'blocked' ? 5000 : undefined),
		},
	},
	{
		name: 'a try has no result',
		codes: ['result-missing'],
		damage: (events) => {
			const lost = events.find((event) => isOf(event, 'result') && inDeclared(event) && event.uid === client);
			return events.map((event): HistoryEvent => {
				if (event !== lost || !isOf(event, 'result')) return event;
				const { n, at, agent, uid, seq } = event;
				return { n, at, scenario: scenarioName, is: 'record', agent, uid, seq, of: 'unreadable' };
			});
		},
	},
	{
		name: 'nothing changed between the tries and the reopening',
		codes: ['not-open-after', 'no-contrast'],
		damage: (events) => without(events, 'change', ({ action }) => action === 'delete'),
	},
	{
		name: 'nothing changed between the baseline and the tries',
		codes: ['not-open-before', 'no-contrast'],
		damage: (events) => without(events, 'change', ({ action }) => action === 'apply'),
	},
];

function declaredAs(behaviour: ReturnType<NonNullable<BuildOptions['behave']>>): BuildOptions {
	return {
		behave: (cell, purpose) => (purpose === 'declared' && cell.expectation === 'blocked' ? behaviour : replied),
	};
}

describe('ways of being fooled', () => {
	it('the same history without a fault is enforced', () => {
		const { plan, events } = build();
		expect(cellOf(judge(plan, events)).verdict).to.equal('enforced');
	});

	for (const { name, codes, options, damage } of faults) {
		it(`${name}: inconclusive`, () => {
			const { plan, events } = build(options);
			const verdicts = judge(plan, damage ? damage(events) : events);
			const cell = cellOf(verdicts);
			expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({ verdict: 'inconclusive', codes });
			expect(verdicts.exitCode).to.equal(2);
		});
	}

	it('zero attempts: inconclusive', () => {
		const { plan, events } = build();
		const silent = without(without(without(events, 'try'), 'result'), 'witness');
		const verdicts = judge(plan, silent);
		expect(verdicts).to.include({ verdict: 'inconclusive', exitCode: 2 });
		for (const index of [0, 1]) expect(codesOf(cellOf(verdicts, index))).to.include('not-attempted');
	});

	it('a scenario without cells, and a run without scenarios: inconclusive', () => {
		const { plan, events } = build({ cells: [] });
		expect(judge(plan, events)).to.include({ verdict: 'inconclusive', exitCode: 2 });
		const nothing = judge({ ...plan, scenarios: [] }, events);
		expect(nothing).to.include({ verdict: 'inconclusive', exitCode: 2 });
		expect(codesOf(nothing)).to.deep.equal(['nothing-selected']);
	});

	it('everything skipped: inconclusive', () => {
		const whole = build({ skip: 'needs sctp' });
		expect(judge(whole.plan, whole.events)).to.include({ verdict: 'inconclusive', exitCode: 2 });
		const cells = build({ cells: [{ skip: 'cannot run yet' }] });
		const verdicts = judge(cells.plan, cells.events);
		expect(verdicts).to.include({ verdict: 'inconclusive', exitCode: 2 });
		expect(codesOf(verdicts)).to.deep.equal(['everything-skipped']);
		expect(cellOf(verdicts).verdict).to.equal('skipped');
	});
});

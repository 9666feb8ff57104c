import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { EventOf, HistoryEvent } from '../../src/model/event.ts';
import type { Outcome } from '../../src/model/outcome.ts';
import type { Cell } from '../../src/model/plan.ts';
import { cellOf, changed, codesOf, declaredEpoch, isOf, without } from './edit-history.ts';
import { type Behaviour, type BuildOptions, build, delivered, replied, timedOut, uidOf } from './history-builder.ts';

const udp: Partial<Cell> = {
	protocol: 'udp',
	port: 53,
	speaks: 'udp',
	to: { kind: 'pod', name: 'app-one', port: 53, protocol: 'udp' },
};

function declaredAs(behave: (index: number) => Behaviour, cells: Partial<Cell>[] = [{}]): BuildOptions {
	return { cells, behave: (_cell, purpose, index) => (purpose === 'declared' ? behave(index) : replied) };
}

function judged(options: BuildOptions) {
	const { plan, events } = build(options);
	return judge(plan, events);
}

describe('leaks', () => {
	it('a reply from the target in one of the tries is a leak', () => {
		const verdicts = judged(declaredAs((index) => (index === 1 ? replied : timedOut)));
		expect(verdicts).to.include({ verdict: 'leak', exitCode: 1 });
		expect(codesOf(cellOf(verdicts))).to.deep.equal(['leak-replied']);
		expect(cellOf(verdicts).observed).to.deep.include({ state: 'open', tries: 3, delivered: 1 });
	});

	it('one way: UDP delivered while the client saw nothing is a leak with its evidence', () => {
		const { plan, events } = build(declaredAs(() => delivered, [udp]));
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({
			verdict: 'leak',
			codes: ['leak-delivered'],
		});
		expect(cell.observed).to.deep.include({ outcomes: { 'timed-out': 3 }, delivered: 3, state: 'open' });
		const kinds = cell.evidence.map((line) => events.find(({ n }) => n === line)?.is);
		expect(new Set(kinds)).to.deep.equal(new Set(['try', 'witness', 'result']));
		expect(cell.evidence).to.have.length(9);
	});

	it('one way: the SYN of the planned 4-tuple in two tries is a leak, in one it is inconclusive', () => {
		const two = cellOf(judged(declaredAs((index) => ({ code: 'timed-out', syn: index < 2 }))));
		expect({ verdict: two.verdict, codes: codesOf(two) }).to.deep.equal({ verdict: 'leak', codes: ['leak-syn'] });
		expect(two.observed).to.deep.include({ state: 'open', synReceived: 2 });
		const one = cellOf(judged(declaredAs((index) => ({ code: 'timed-out', syn: index < 1 }))));
		expect({ verdict: one.verdict, codes: codesOf(one) }).to.deep.equal({
			verdict: 'inconclusive',
			codes: ['syn-once'],
		});
	});

	it('SYNs of IPv6 are matched whatever the spelling of the address', () => {
		const ipv6: Partial<Cell> = { family: 'ipv6' };
		const cell = cellOf(judged(declaredAs(() => ({ code: 'timed-out', syn: true, synFrom: 'FD00:0::0:2' }), [ipv6])));
		expect(cell.verdict).to.equal('leak');
		const mapped = cellOf(judged(declaredAs(() => ({ code: 'timed-out', syn: true, synFrom: '::ffff:10.0.0.2' }))));
		expect(mapped.verdict).to.equal('leak');
	});

	it('with a 5-tuple that two tries share, SYNs are no leak', () => {
		const options = declaredAs(() => ({ code: 'timed-out', syn: true }));
		const cell = cellOf(judged({ ...options, sourcePort: () => 5000 }));
		expect(cell.verdict).to.equal('inconclusive');
		expect(codesOf(cell)).to.include('tuple-reused');
	});

	it('a token at the target stays a leak when another pod saw it too, and when nothing else is recorded', () => {
		const options = declaredAs((index) =>
			index === 0 ? { code: 'timed-out', witnesses: [uidOf('app-one'), uidOf('app-two')] } : timedOut,
		);
		expect(cellOf(judged(options)).verdict).to.equal('leak');
		const { plan, events } = build(declaredAs(() => delivered));
		const bare = events.filter(({ is }) =>
			['scenario-began', 'endpoint', 'epoch-began', 'try', 'witness'].includes(is),
		);
		expect(cellOf(judge(plan, bare)).verdict).to.equal('leak');
	});

	it('a token is a leak in an epoch that never ended, up to the change that came next', () => {
		const { plan, events } = build(declaredAs(() => delivered));
		const cutOff = without(events, 'epoch-ended', ({ epoch }) => epoch === declaredEpoch);
		expect(cellOf(judge(plan, cutOff)).verdict).to.equal('leak');
	});

	it('a token seen after the change is neither a leak nor enforced', () => {
		const cell = cellOf(judged(declaredAs(() => ({ ...delivered, when: 'after-change' }))));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({
			verdict: 'inconclusive',
			codes: ['straddles-change'],
		});
	});

	it('a reply that came after the epoch straddles too', () => {
		const { plan, events } = build(
			declaredAs((index) => (index === 0 ? { ...replied, when: 'after-change' } : timedOut)),
		);
		const late = changed(
			events,
			'result',
			({ epoch, outcome }) => epoch === declaredEpoch && outcome.code === 'replied',
			(event) => ({ ...event, endedAt: event.endedAt + 10_000 }),
		);
		expect(cellOf(judge(plan, late)).verdict).to.equal('inconclusive');
	});

	it('a path that is still open at the bound for settling is a leak', () => {
		const { plan, events } = settling((event, poll) => [
			...poll({ code: 'replied', by: uidOf('app-one') }),
			{ ...event, unsettled: [cellId] },
		]);
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({
			verdict: 'leak',
			codes: ['leak-unsettled'],
		});
	});

	it('what was wrapped while the change settled is no leak of plaintext', () => {
		const open = (forwarded: string[]) => {
			const { plan, events } = settling((event, poll) => [
				...poll({ code: 'replied', by: uidOf('app-one') }),
				...forwarded.map((forwardedClientCert): HistoryEvent => {
					const who = { agent: 'app-one', uid: uidOf('app-one'), seq: 999, seenAt: event.at };
					const line = { n: event.n - 0.5, at: event.at, scenario: 'shop' };
					return { ...line, is: 'identity', ...who, token: 'poll', forwardedClientCert };
				}),
				{ ...event, unsettled: [cellId] },
			]);
			const [scenario] = plan.scenarios;
			const cells = scenario?.cells.map((cell) => ({ ...cell, kind: 'plaintext' as const })) ?? [];
			return cellOf(judge({ ...plan, scenarios: scenario ? [{ ...scenario, cells }] : [] }, events)).verdict;
		};
		expect(open([])).to.equal('leak');
		expect(open(['URI=spiffe://a/b'])).to.equal('inconclusive');
	});

	it('tokens while the change settles are no leaks, those that arrive after the hold time are', () => {
		const { plan, events } = settling((event, poll) => [...poll({ code: 'timed-out' }), event]);
		const began = events.find((event) => isOf(event, 'epoch-began') && event.epoch === declaredEpoch);
		const witness = (seenAt: number): HistoryEvent => ({
			...{
				n: (began?.n ?? 0) + 0.5,
				at: seenAt,
				scenario: 'shop',
				is: 'witness',
				agent: 'app-one',
				uid: uidOf('app-one'),
			},
			...{ seq: 999, seenAt, token: 'poll', protocol: 'tcp' },
			...{ from: { address: '10.0.0.2', port: 9 }, to: { address: '10.0.0.3', port: 80 } },
		});
		const settledAt = events.find((event) => isOf(event, 'settled'))?.at ?? 0;
		const early = cellOf(judge(plan, [...events, witness(settledAt - 0.1)]));
		expect(codesOf(early)).to.not.include('leak-after-closing');
		const late = cellOf(judge(plan, [...events, witness((began?.at ?? 0) + 1)]));
		expect({ verdict: late.verdict, codes: codesOf(late) }).to.deep.equal({
			verdict: 'leak',
			codes: ['leak-after-closing'],
		});
	});
});

const cellId = 'shop/connect/client-two→app-one:80/tcp/ipv4';

/** A run with one poll while the change settles; `around` puts it and the `settled` line in. */
function settling(around: (event: EventOf<'settled'>, poll: (outcome: Outcome) => HistoryEvent[]) => HistoryEvent[]) {
	const { plan, events } = build({ cells: [{}] });
	const changedAt = events.find((event) => isOf(event, 'change'))?.at ?? 0;
	const all = events.flatMap((event): HistoryEvent[] => {
		if (!isOf(event, 'settled')) return [event];
		const line = (share: number, at: number) => ({ n: event.n - 1 + share, at, scenario: 'shop', epoch: 50 });
		const client = uidOf('client-two');
		return around(event, (outcome) => [
			{ ...line(0.1, changedAt), is: 'epoch-began', step: 2, purpose: 'settle' },
			{
				...{ ...line(0.2, changedAt), is: 'try', cell: cellId, purpose: 'settle', token: 'poll', from: client },
				...{ targets: [uidOf('app-one')], source: { address: '10.0.0.2', port: 9 } },
				...{ destination: { address: '10.0.0.3', port: 80 }, protocol: 'tcp', family: 'ipv4' },
			},
			{
				...{
					...line(0.3, changedAt),
					is: 'result',
					token: 'poll',
					agent: 'client-two',
					uid: client,
					seq: 999,
					outcome,
				},
				...{ startedAt: changedAt + 0.01, endedAt: changedAt + 0.02 },
			},
			{ ...line(0.4, event.at), is: 'epoch-ended', complete: true },
		]);
	});
	return { plan, events: all };
}

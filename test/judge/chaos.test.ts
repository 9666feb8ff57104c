import { expect } from 'chai';
import fc from 'fast-check';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { changesOf, judged, type World } from './chaos-world.ts';

const fine = (client: string) => client === 'friend';
const codesOf = ({ reasons }: CellVerdict) => reasons.map(({ code }) => code);
/** The stranger's path is open in these stretches, milliseconds of the run. */
const openIn =
	(...windows: [number, number][]): World['isOpen'] =>
	(client, at) =>
		client === 'friend' || windows.some(([from, to]) => at >= from && at < to);
/** The friend's path is closed in these. */
const closedIn =
	(...windows: [number, number][]): World['isOpen'] =>
	(client, at) =>
		client === 'friend' && !windows.some(([from, to]) => at >= from && at < to);

describe('judge: around a fault', () => {
	it('is enforced where nothing got through that was forbidden, and everything else was answered', () => {
		const { friend, stranger } = judged({ isOpen: fine, rounds: 2, expect: { outage: 0 } });
		expect([friend.verdict, stranger.verdict]).to.deep.equal(['enforced', 'enforced']);
		expect(stranger.proof).to.equal('bracketed');
		expect(stranger.chaos).to.include({ leakWindows: 0, rounds: 2 });
		expect(stranger.chaos?.forbidden.covered).to.be.greaterThan(0.97);
		expect(friend.chaos?.outages).to.deep.equal([]);
	});

	it('only observes paths of which nothing is demanded', () => {
		const { friend, stranger } = judged({ isOpen: openIn([1400, 1500]), expect: { leaks: 'observe' } });
		expect([friend.verdict, stranger.verdict]).to.deep.equal(['observed', 'observed']);
		expect(stranger.chaos?.leakWindows).to.equal(1);
	});

	it('finds a window with its first and last try, its bounds and the change before it', () => {
		const { stranger } = judged({ isOpen: openIn([1400, 1500]) });
		expect(stranger.verdict).to.equal('leak');
		expect(codesOf(stranger)).to.deep.equal(['leak-window']);
		const [window] = stranger.chaos?.leaks ?? [];
		expect(window?.tries).to.equal(10);
		expect(window?.atLeast).to.be.within(80, 100);
		expect(window?.atMost).to.be.within(100, 120);
		expect(window?.since?.change).to.equal('inject restart-enforcer');
		expect(window?.since?.after).to.be.within(90, 110);
		expect(stranger.evidence).to.not.deep.equal([]);
	});

	it('takes a token that arrived for a leak although no reply came back', () => {
		const { stranger } = judged({ isOpen: openIn([1400, 1500]), oneWay: true });
		expect(stranger.verdict).to.equal('leak');
		expect(stranger.observed.outcomes.replied).to.equal(undefined);
	});

	it('hides no leak behind a fault that was not seen, a missing control, or missing rounds', () => {
		const isOpen = openIn([1400, 1420]);
		for (const world of [{ effects: [] }, { alone: true }, { unbracketed: true }] as Partial<World>[]) {
			expect(judged({ isOpen, ...world }).stranger.verdict, JSON.stringify(world)).to.equal('leak');
		}
	});

	it('says nothing without a fault that was seen, a living control, or proof that the path can be open', () => {
		const cases: [Partial<World>, string][] = [
			[{ effects: [] }, 'fault-without-effect'],
			[{ alone: true }, 'control-not-living'],
			[{ isOpen: () => false }, 'control-not-living'],
			[{ isOpen: closedIn([1000, 1300]) }, 'control-not-living'],
			[{ tries: (client, at) => client === 'friend' || at < 1300 || at > 1450 }, 'control-not-living'],
			[{ unbracketed: true }, 'never-open-elsewhere'],
			[
				{ edit: (events) => events.filter((event) => event.is !== 'change' || event.action !== 'heal') },
				'rounds-missing',
			],
			[{ edit: (events) => events.filter(({ is }) => is !== 'barrier') }, 'witness-no-barrier'],
			[{ edit: (events) => events.filter(({ is }) => is !== 'epoch-ended') }, 'epoch-unfinished'],
			[
				{ edit: (events) => events.filter((event) => event.is !== 'streams-ended' || event.agent !== 'friend') },
				'witness-gap',
			],
		];
		for (const [world, code] of cases) {
			const { stranger } = judged({ isOpen: fine, ...world });
			expect(stranger.verdict, code).to.equal('inconclusive');
			expect(codesOf(stranger)).to.include(code);
		}
	});

	it('says nothing of a forbidden path that went untried for longer than it may, and hides no leak behind that', () => {
		const tries: World['tries'] = (client, at) => client === 'friend' || at < 1500 || at > 1530;
		const verdictAt = (unseen: number, rest: Partial<World> = {}) =>
			judged({ isOpen: fine, tries, expect: { unseen }, ...rest }).stranger;
		const short = verdictAt(30);
		expect([short.verdict, ...codesOf(short)]).to.deep.equal(['inconclusive', 'pause-too-long']);
		expect(short.chaos?.forbidden.gap).to.be.within(31, 41);
		expect(verdictAt(41).verdict).to.equal('enforced');
		expect(verdictAt(30, { isOpen: openIn([1400, 1420]) }).verdict).to.equal('leak');
	});

	it('says nothing of queries that somebody answered while they were forbidden, and no resolver of ours saw', () => {
		const answered: World['edit'] = (events) =>
			events.map((event) =>
				event.is === 'tries' && event.agent === 'stranger'
					? {
							...event,
							outcomes: event.outcomes.map(({ code, ...rest }) => ({
								...rest,
								code: code === 'timed-out' ? 'dns-nxdomain' : code,
							})),
						}
					: event,
			);
		const { stranger } = judged({ isOpen: fine, edit: answered });
		expect([stranger.verdict, ...codesOf(stranger)]).to.deep.equal(['inconclusive', 'dns-answered-by-other']);
	});

	it('takes what a stranger answers on an allowed path for an outage, and tells it; on a forbidden one it says nothing', () => {
		const strange =
			(agent: string): World['edit'] & {} =>
			(events) =>
				events.map((event) => {
					if (event.is !== 'tries' || event.agent !== agent) return event;
					const by = { code: 'answered-by-other', detail: 'HTTP' } as const;
					return { ...event, outcomes: event.outcomes.map((one) => (one.code === 'timed-out' ? by : one)) };
				});
		const isOpen = closedIn([1400, 1430]);
		const { friend } = judged({ isOpen, edit: strange('friend'), expect: { outage: 0 } });
		expect([friend.verdict, friend.chaos?.outageWindows]).to.deep.equal(['broken', 1]);
		expect(friend.findings.map(({ code }) => code)).to.deep.equal(['answered-by-other']);
		const tolerant = judged({ isOpen, edit: strange('friend'), expect: { outage: 500 } });
		expect(tolerant.friend.verdict).to.equal('enforced');
		const { stranger } = judged({ isOpen: fine, edit: strange('stranger') });
		expect([stranger.verdict, ...codesOf(stranger)]).to.deep.equal(['inconclusive', 'answered-by-other']);
		// A token that came to another probe of ours is no mere outage.
		const strayed = judged({
			isOpen: fine,
			edit: (events) =>
				events.map((event) =>
					event.is === 'sightings' ? { ...event, agent: 'elsewhere', uid: 'uid-elsewhere' } : event,
				),
		});
		expect([strayed.friend.verdict, ...codesOf(strayed.friend)]).to.include.members([
			'inconclusive',
			'answered-by-other',
		]);
	});

	it('knows a token at a resolver that passes it on, and an answer by the address that it has to hold', () => {
		const passedOn: World['edit'] = (events) =>
			events.map((event) => {
				if (event.is === 'stream-began')
					return { ...event, targets: ['uid-elsewhere'], through: ['uid-web'], expects: '10.0.0.1' };
				if (event.is !== 'tries') return event;
				const dns = { rcode: 'NOERROR', bytes: 60, carried: 0, addresses: ['10.0.0.1'] };
				return {
					...event,
					outcomes: event.outcomes.map((one) => (one.code === 'replied' ? { code: 'dns-answer', dns } : one)),
				};
			});
		const { friend, stranger } = judged({ isOpen: openIn([1400, 1500]), edit: passedOn, expect: { outage: 0 } });
		expect([friend.verdict, stranger.verdict]).to.deep.equal(['inconclusive', 'leak']);
		expect(friend.chaos?.outageWindows).to.equal(0);
		expect(friend.observed.outcomes).to.have.property('dns-answer');
	});

	it('does not count an allowed path as open all the time when it was hardly tried', () => {
		const { friend } = judged({
			isOpen: fine,
			expect: { outage: 0 },
			tries: (client, at) => client !== 'friend' || at < 1500,
		});
		expect([friend.verdict, ...codesOf(friend)]).to.deep.equal(['inconclusive', 'tries-missing']);
	});

	it('holds an outage against a path only when it was certainly longer than it may be', () => {
		const isOpen = closedIn([1400, 1500]);
		const verdictAt = (outage: number) => judged({ isOpen, expect: { outage } }).friend.verdict;
		expect(verdictAt(0)).to.equal('broken');
		expect(verdictAt(70)).to.equal('broken');
		expect(verdictAt(100)).to.equal('enforced');
		expect(judged({ isOpen }).friend.verdict).to.equal('observed');
	});

	it('does not take a probe that was held up for an outage', () => {
		const isOpen = closedIn([1400, 1430]);
		const held =
			(from: number, to: number): NonNullable<World['edit']> =>
			(events) =>
				events.map((event) =>
					event.is === 'streams-ended' && event.agent === 'stranger'
						? {
								...{ n: event.n, at: event.at, scenario: 's', is: 'stalled' },
								...{ agent: 'web', uid: 'uid-web', seq: 3, from, to },
							}
						: event,
				);
		const windows = (edit: NonNullable<World['edit']>) =>
			judged({ isOpen, expect: { outage: 0 }, edit }).friend.chaos?.outageWindows;
		expect(judged({ isOpen, expect: { outage: 0 } }).friend.verdict).to.equal('broken');
		expect(windows(held(1390, 1700))).to.equal(0);
		// A moment of it leaves the rest of the wait, and that was long enough for an answer.
		expect(windows(held(1410, 1412))).to.equal(1);
	});
});

describe('judge: paths whose state a fault changes', () => {
	const states = {
		friend: ['allowed', 'allowed', 'allowed'],
		stranger: ['blocked', 'allowed', 'blocked'],
	} as World['expects'];
	const [inject, heal] = changesOf({ isOpen: fine });
	const opened = inject?.acknowledgedAt ?? 0;
	const closed = heal?.acknowledgedAt ?? 0;
	const world = (from: number, to: number, rest: Partial<World> = {}): World => ({
		...{ isOpen: openIn([from, to]), ...(states && { expects: states }) },
		...rest,
	});

	it('measures how long a path takes to open and to close', () => {
		const { stranger } = judged(world(opened + 50, closed + 80));
		expect(stranger.verdict).to.equal('enforced');
		expect(stranger.chaos?.opening?.median).to.be.within(40, 60);
		expect(stranger.chaos?.closing?.median).to.be.within(70, 90);
		expect(stranger.chaos?.closing?.error).to.be.at.most(6);
		expect(stranger.chaos?.leakWindows).to.equal(0);
	});

	it('is a leak when it closes later than it may, or never, or opens again', () => {
		const late = judged(world(opened, closed + 80, { expect: { closes: 50 } })).stranger;
		expect([late.verdict, ...codesOf(late)]).to.deep.equal(['leak', 'closed-late']);
		expect(judged(world(opened, closed + 80, { expect: { closes: 100 } })).stranger.verdict).to.equal('enforced');
		const never = judged(world(opened, Number.POSITIVE_INFINITY)).stranger;
		expect([never.verdict, ...codesOf(never)]).to.deep.equal(['leak', 'never-closed']);
		const again = judged({ ...world(0, 0), isOpen: openIn([opened, closed], [closed + 100, closed + 130]) }).stranger;
		expect([again.verdict, ...codesOf(again)]).to.deep.equal(['leak', 'leak-window']);
	});

	it('is broken when it opens later than it may, or never', () => {
		const late = judged(world(opened + 80, closed, { expect: { opens: 50 } })).stranger;
		expect([late.verdict, ...codesOf(late)]).to.deep.equal(['broken', 'opened-late']);
		const never = judged(world(0, 0)).stranger;
		expect([never.verdict, ...codesOf(never)]).to.deep.equal(['broken', 'never-opened']);
	});

	it('leaves what happens between request and acknowledgement, and within the clock’s error, to neither side', () => {
		const edge = [openIn([(inject?.requestedAt ?? 0) + 1, closed + 8])];
		for (const isOpen of edge) {
			expect(judged({ ...world(0, 0), isOpen, clock: { error: 10 } }).stranger.verdict).to.equal('enforced');
		}
		const before = openIn([(inject?.requestedAt ?? 0) - 30, closed]);
		expect(judged({ ...world(0, 0), isOpen: before }).stranger.verdict).to.equal('leak');
	});

	it('takes no token for a leak that was sent while the path was forbidden and arrived when that had been changed', () => {
		const requestedAt = inject?.requestedAt ?? 0;
		// The last tries before the change go out, are dropped, and are sent again by the kernel after it.
		const again = (arrives: number) => (events: Parameters<NonNullable<World['edit']>>[0]) =>
			events.map((event) => {
				if (event.is !== 'sightings') return event;
				const [, ...others] = event.seen;
				const index = Math.floor((requestedAt - event.base) / 10) - 2;
				const early: [number, number] = [Math.max(0, index), arrives - event.base];
				return { ...event, seen: [early, ...others] };
			});
		const straddling = judged({ ...world(opened, closed), edit: again(opened + 20) }).stranger;
		expect([straddling.verdict, straddling.chaos?.leakWindows]).to.deep.equal(['enforced', 0]);
		const arrived = judged({ ...world(opened, closed), edit: again(requestedAt - 5) }).stranger;
		expect([arrived.verdict, arrived.chaos?.leakWindows]).to.deep.equal(['leak', 1]);
	});

	it('demands everything of a new pod from its first try on', () => {
		const expects: World['expects'] = { friend: states?.friend ?? [], stranger: ['blocked', 'absent', 'blocked'] };
		const away = (client: string, at: number) =>
			client === 'friend' || at < (inject?.requestedAt ?? 0) || at > closed - 5;
		const rest = { expects, tries: away, expect: { exposure: 0 } };
		expect(judged({ isOpen: fine, ...rest }).stranger.verdict).to.equal('enforced');
		const early = judged({ isOpen: openIn([closed - 5, closed + 20]), ...rest }).stranger;
		expect(early.verdict).to.equal('leak');
		expect(codesOf(early)).to.deep.equal(['leak-window', 'exposed-too-long']);
	});
});

describe('judge: connections that are kept around a fault', () => {
	const [inject, heal] = changesOf({ isOpen: fine });
	const opened = inject?.acknowledgedAt ?? 0;
	const closed = heal?.acknowledgedAt ?? 0;
	const expects: World['expects'] = {
		friend: ['allowed', 'allowed', 'allowed'],
		stranger: ['open', 'allowed', 'open'],
	};
	const kept = (until: number, rest: Partial<World> = {}) =>
		judged({ isOpen: openIn([opened, until]), kept: true, expects, expect: { outage: 0 }, ...rest }).stranger;

	it('measures how long one goes on after a change that would forbid it, and calls that neither leak nor broken', () => {
		const goesOn = kept(closed + 200);
		expect(goesOn.verdict).to.equal('enforced');
		expect(goesOn.chaos?.outlived?.median).to.be.within(190, 210);
		expect(kept(closed).chaos?.outlived?.median).to.be.at.most(10);
	});

	it('takes no token for arrived that came when nobody waited for it any more', () => {
		const late: World['edit'] = (events) =>
			events.map((event) =>
				event.is === 'tries' && event.agent === 'stranger'
					? {
							...event,
							tries: event.tries.map(([index, sent]) => [index, sent, 0.1, 1] as [number, number, number, number]),
						}
					: event,
			);
		expect(kept(closed + 200, { edit: late }).chaos?.outlived?.median).to.be.at.most(10);
		expect(kept(closed + 200, { edit: late, kept: false }).observed.delivered).to.be.above(0);
	});

	it('holds it against an engine that one is cut while it is allowed', () => {
		const cut = kept(closed - 100);
		expect([cut.verdict, ...codesOf(cut)]).to.deep.equal(['broken', 'outage']);
	});
});

describe('judge: leak windows at random instants', () => {
	const window = fc.record({
		every: fc.constantFrom(5, 10, 20),
		width: fc.constantFrom(50, 100, 250, 1000),
		at: fc.double({ min: 20, max: 500, noNaN: true }),
	});

	it('are all found where they are at least three intervals wide, and their width lies within its bounds', () => {
		fc.assert(
			fc.property(window, ({ every, width, at }) => {
				fc.pre(width >= 3 * every);
				const from = 1000 + at;
				const { stranger } = judged({ isOpen: openIn([from, from + width]), every, stays: [1000, 1000] });
				expect(stranger.verdict).to.equal('leak');
				const [found] = stranger.chaos?.leaks ?? [];
				expect(stranger.chaos?.leakWindows).to.equal(1);
				expect(found?.atLeast).to.be.at.most(width);
				expect(found?.atMost).to.be.at.least(width);
				expect((found?.atMost ?? 0) - (found?.atLeast ?? 0)).to.be.at.most(2 * every + 1);
			}),
			{ numRuns: 100 },
		);
	});

	it('are never found where there are none, however tries are lost', () => {
		fc.assert(
			fc.property(fc.array(fc.boolean(), { minLength: 20, maxLength: 60 }), fc.constantFrom(5, 20), (made, every) => {
				const tries = (_: string, at: number) => made[Math.floor(at / 37) % made.length] ?? true;
				const { stranger, friend } = judged({ isOpen: fine, every, tries, expect: { outage: 0 } });
				expect(['enforced', 'inconclusive']).to.include(stranger.verdict);
				expect(['enforced', 'inconclusive']).to.include(friend.verdict);
			}),
			{ numRuns: 100 },
		);
	});
});

import { expect } from 'chai';
import fc from 'fast-check';
import { judge } from '../../src/judge/judge.ts';
import type { EventOf, HistoryEvent } from '../../src/model/event.ts';
import type { Cell, Plan } from '../../src/model/plan.ts';
import { cellOf, changed, codesOf, declaredEpoch, isOf, without } from './edit-history.ts';
import { type Behaviour, build, replied, timedOut, uidOf } from './history-builder.ts';

const query = { over: 'udp', name: '$(token).outside.gatecrash.test', type: 'TXT', edns: 1232, size: 400 } as const;
const base: Partial<Cell> = {
	kind: 'dns',
	protocol: 'udp',
	port: 53,
	speaks: 'udp',
	query: { ...query, owner: 'outside' },
	to: { kind: 'pod', name: 'app-one', port: 53, protocol: 'udp' },
};
/** The builder's targets are pods: what is carried is told of resolvers outside only. */
const outside = (plan: Plan): Plan => ({
	...plan,
	scenarios: plan.scenarios.map((scenario) => ({
		...scenario,
		cells: scenario.cells.map((cell) => ({ ...cell, to: { ...cell.to, kind: 'external' as const } })),
	})),
});
const blocked: Partial<Cell> = { ...base, expectation: 'blocked' };
const allowed: Partial<Cell> = { ...base, expectation: 'allowed' };
const arrived: Behaviour = { code: 'timed-out', witnesses: ['target'] };

/** What the declared tries of one cell come to; before and after them the path is open. */
function history(cell: Partial<Cell>, behaviour: Behaviour) {
	const { plan, events } = build({
		cells: [cell],
		behave: (_cell, purpose) => (purpose === 'declared' ? behaviour : replied),
	});
	return { plan, events, judged: (changedEvents = events) => cellOf(judge(outside(plan), changedEvents)) };
}

const tokensOf = (events: readonly HistoryEvent[]) =>
	new Set(events.flatMap((event) => (isOf(event, 'try') && event.purpose === 'declared' ? [event.token] : [])));

/** The witness records of declared tries, as if another had brought the token. */
function broughtBy(events: readonly HistoryEvent[], address: string): HistoryEvent[] {
	const tokens = tokensOf(events);
	return changed(
		events,
		'witness',
		({ token }) => tokens.has(token),
		(event) => ({ ...event, from: { address, port: 40_000 }, asked: `${event.token}.outside.gatecrash.test` }),
	);
}

describe('DNS queries', () => {
	it('silence with proof is enforced, with three noes', () => {
		const cell = history(blocked, timedOut).judged();
		expect(cell).to.include({ verdict: 'enforced', proof: 'bracketed' });
		expect(cell.observed.dns).to.deep.include({ reach: 'no', resolve: 'no', carry: { out: 'no', in: 'no' } });
	});

	it('a token that the client brought itself is a leak: reach yes, also without an answer', () => {
		const cell = history(blocked, arrived).judged();
		expect(cell.verdict).to.equal('leak');
		expect(codesOf(cell)).to.deep.equal(['leak-delivered']);
		expect(cell.observed.dns).to.deep.include({ reach: 'yes', resolve: 'no', broughtBy: ['client-two'] });
	});

	it('a token that somebody else brought is a leak all the same: reach no, carry yes', () => {
		const { events, judged } = history(blocked, arrived);
		const cell = judged(broughtBy(events, '10.9.9.9'));
		expect(cell.verdict).to.equal('leak');
		expect(codesOf(cell)).to.deep.equal(['leak-delivered', 'leak-relayed']);
		expect(cell.observed.dns).to.deep.include({ reach: 'no', resolve: 'no', broughtBy: ['10.9.9.9'] });
		expect(cell.observed.dns?.carry?.out).to.equal('yes');
		expect(cell.observed.dns?.bytes.out).to.be.above(0);
	});

	it('a token at a resolver on the way to the target is a leak: reach yes, carry no', () => {
		const { events, judged } = history(blocked, { code: 'timed-out', witnesses: [uidOf('app-two')] });
		const isDeclared = ({ purpose }: EventOf<'try'>) => purpose === 'declared';
		const through = changed(events, 'try', isDeclared, (event) => ({ ...event, through: [uidOf('app-two')] }));
		const cell = judged(through);
		expect(cell.verdict).to.equal('leak');
		expect(cell.observed.dns).to.deep.include({ reach: 'yes', resolve: 'no' });
		expect(cell.observed.dns?.carry?.out).to.equal('no');
		// Without that it is a stranger’s witness, and nothing can be said.
		expect(judged(events).verdict).to.equal('inconclusive');
	});

	for (const code of ['dns-answer', 'dns-nxdomain', 'dns-servfail', 'dns-truncated', 'dns-cut-short'] as const) {
		it(`${code} from somebody else is no leak, and no block either, unless \`by\` demands it`, () => {
			const cell = history(blocked, { code }).judged();
			expect(cell.verdict).to.equal('inconclusive');
			expect(codesOf(cell)).to.deep.equal(['dns-answered-by-other']);
			expect(history({ ...blocked, by: [code] }, { code }).judged().verdict).to.equal('enforced');
		});
	}

	it('a refusal is a block: it says that the query went nowhere', () => {
		expect(history(blocked, { code: 'dns-refused' }).judged().verdict).to.equal('enforced');
	});

	it('the three answers are unknown where tries did not happen', () => {
		const cell = history(blocked, { code: 'not-run' }).judged();
		expect(cell.verdict).to.equal('inconclusive');
		expect(cell.observed.dns).to.deep.include({ reach: 'unknown', resolve: 'unknown' });
	});

	it('truncated on an allowed path is broken, with what became of TCP', () => {
		const { events, judged } = history(allowed, { code: 'dns-truncated' });
		const dns = { rcode: 'NOERROR', bytes: 100, carried: 0, addresses: [], retried: { code: 'timed-out' } };
		const tokens = tokensOf(events);
		const told = changed(
			events,
			'result',
			({ token }) => tokens.has(token),
			(event) => ({ ...event, outcome: { ...event.outcome, dns } }),
		);
		const cell = judged(told);
		expect(cell.verdict).to.equal('broken');
		expect(codesOf(cell)).to.deep.equal(['dns-truncated', 'no-reply']);
		expect(cell.reasons[0]?.text).to.include('an answer of 400 bytes, over TCP: timed-out');
	});

	it('what is truncated needs a server that lives over TCP too', () => {
		const large = { ...allowed, query: { ...query, size: 1500 } };
		const { events, judged } = history(large, { code: 'dns-truncated' });
		expect(judged().verdict).to.equal('broken');
		const isServer = ({ uid }: EventOf<'self-check'>) => uid === uidOf('app-one');
		const overUdp = changed(events, 'self-check', isServer, (event) => ({
			...event,
			checks: event.checks.filter(({ protocol }) => protocol === 'udp'),
		}));
		const cell = judged(overUdp);
		expect(cell.verdict).to.equal('inconclusive');
		expect(codesOf(cell)).to.include('server-not-checked');
	});

	it('behind a node that writes its own address over sources, that address is the client’s', () => {
		const { plan, events } = history(blocked, arrived);
		const node: EventOf<'endpoint'> = {
			...({ n: 0, at: 0, scenario: 'shop', is: 'endpoint', kind: 'node', name: 'a', uid: 'uid-node' } as const),
			...{ addresses: { ipv4: '172.18.0.2' }, labels: {}, hostNetwork: true, agent: false },
		};
		const [first, ...rest] = broughtBy(events, '172.18.0.2');
		const withNode = [...(first ? [first] : []), ...rest.slice(0, 2), { ...node, n: 2.5 }, ...rest.slice(2)];
		const reach = (driver: 'netns' | 'kind') => {
			const told = changed(
				withNode,
				'cluster',
				() => true,
				(event) => ({ ...event, facts: { ...event.facts, driver } }),
			);
			return cellOf(judge(plan, told)).observed.dns?.reach;
		};
		expect(reach('netns')).to.equal('no');
		expect(reach('kind')).to.equal('yes');
	});

	it('a resolver inside the cluster carries nothing out by itself', () => {
		const { plan, events } = history(blocked, arrived);
		expect(cellOf(judge(plan, events)).observed.dns).to.not.have.property('carry');
	});

	it('what is only observed says when somebody else answered', () => {
		const cell = history({ ...base, expectation: 'observe' }, { code: 'dns-answer' }).judged();
		expect(codesOf(cell)).to.include.members(['observed-closed', 'dns-answered-by-other']);
	});

	it('whatever the client was told: with a token at one of our resolvers it is a leak, and never enforced', () => {
		const codes = [
			'timed-out',
			'refused',
			'dns-answer',
			'dns-refused',
			'dns-nxdomain',
			'dns-truncated',
			'replied',
		] as const;
		const seen = fc.record({ code: fc.constantFrom(...codes), arrives: fc.boolean() });
		fc.assert(
			fc.property(fc.array(seen, { minLength: 3, maxLength: 3 }), (tries) => {
				const { plan, events } = build({
					cells: [blocked],
					behave: (_cell, purpose, index) => {
						const { code = 'replied', arrives = true } = purpose === 'declared' ? (tries[index] ?? {}) : {};
						return { code, witnesses: arrives ? ['target'] : [] };
					},
				});
				const { verdict, observed } = cellOf(judge(outside(plan), events));
				const arrived = tries.some(({ arrives, code }) => arrives || code === 'replied');
				if (arrived) expect(verdict).to.equal('leak');
				else expect(verdict).to.not.equal('leak');
				expect(observed.dns?.carry?.out === 'yes').to.equal(tries.some(({ arrives }) => arrives));
				expect(observed.dns?.resolve === 'yes').to.equal(tries.some(({ code }) => code === 'replied'));
				// Somebody answered what nobody of ours saw: nothing is shown.
				const somebody = tries.some(({ code }) => code.startsWith('dns-') && code !== 'dns-refused');
				if (somebody) expect(verdict).to.not.equal('enforced');
			}),
			{ numRuns: 200 },
		);
	});

	describe('through a cluster DNS that is no probe', () => {
		const noProbe = (events: readonly HistoryEvent[], name: string) =>
			changed(
				events,
				'endpoint',
				({ uid }) => uid === uidOf(name),
				(event) => ({ ...event, agent: false }),
			);
		const through = (events: readonly HistoryEvent[]) =>
			changed(
				noProbe(events, 'app-two'),
				'try',
				() => true,
				(event) => ({ ...event, through: [uidOf('app-two')] }),
			);

		it('a block needs somebody whose query came back through it in the same epoch', () => {
			const other: Partial<Cell> = { ...allowed, from: { kind: 'pod', name: 'client-one' } };
			const judged = (cells: Partial<Cell>[]) => {
				const { plan, events } = build({
					cells,
					behave: ({ expectation }, purpose) =>
						purpose === 'declared' && expectation === 'blocked' ? timedOut : replied,
				});
				return cellOf(judge(outside(plan), through(events)));
			};
			const proved = judged([blocked, other]);
			expect(proved).to.include({ verdict: 'enforced', proof: 'bracketed' });
			// Whether it came there is not seen; that nothing came out of it is.
			expect(proved.observed.dns).to.deep.include({ reach: 'unknown', carry: { out: 'no', in: 'no' } });
			const alone = judged([blocked]);
			expect(alone.verdict).to.equal('inconclusive');
			expect(codesOf(alone)).to.deep.equal(['relay-not-shown']);
		});

		it('a token at the address that only it knows was brought by it, whatever its source: reach no, or yes behind it', () => {
			const { plan, events } = history(blocked, arrived);
			const relayed = changed(
				changed(
					events,
					'endpoint',
					({ uid }) => uid === uidOf('app-one'),
					(event) => ({ ...event, relay: { ipv4: '172.18.255.253' } }),
				),
				'witness',
				({ token }) => tokensOf(events).has(token),
				(event) => ({ ...event, to: { address: '172.18.255.253', port: 53 } }),
			);
			const direct = cellOf(judge(outside(plan), relayed));
			expect(direct.verdict).to.equal('leak');
			expect(codesOf(direct)).to.deep.equal(['leak-delivered', 'leak-relayed']);
			expect(direct.observed.dns).to.deep.include({ reach: 'no', broughtBy: ['kube-system/cluster-dns'] });
			const behind = cellOf(judge(outside(plan), through(relayed)));
			expect(behind.observed.dns).to.deep.include({ reach: 'yes', broughtBy: ['kube-system/cluster-dns'] });
		});

		it('a name of the cluster is resolved when the answer has the address that the cluster gave out, and only then', () => {
			const judged = (addresses: string[], expects: string | undefined, cell = allowed) => {
				const { plan, events } = build({ cells: [cell], behave: () => ({ code: 'dns-answer' }) });
				const dns = { rcode: 'NOERROR', bytes: 100, carried: 0, addresses };
				const told = changed(
					noProbe(events, 'app-one'),
					'result',
					() => true,
					(event) => ({ ...event, outcome: { code: 'dns-answer', dns } }),
				);
				const asked = changed(
					told,
					'try',
					() => true,
					(event) => ({ ...event, ...(expects !== undefined && { expects }) }),
				);
				return cellOf(judge(outside(plan), asked));
			};
			const right = judged(['10.96.0.20', '10.96.1.1'], '10.96.1.1');
			expect(right.verdict).to.equal('enforced');
			expect(right.observed.dns).to.deep.include({ resolve: 'yes', reach: 'unknown' });
			expect(judged(['10.96.9.9'], '10.96.1.1').verdict).not.to.equal('enforced');
			expect(judged([], '10.96.1.1').verdict).not.to.equal('enforced');
			expect(judged(['10.96.1.1'], undefined).verdict).not.to.equal('enforced');
			// On a forbidden path it is a leak: nobody else knows that address.
			expect(judged(['10.96.1.1'], '10.96.1.1', blocked).verdict).to.equal('leak');
		});
	});

	it('no answer alone makes a block or a leak: without the witness’s barrier nothing is enforced', () => {
		const { events, judged } = history(blocked, timedOut);
		const cell = judged(without(events, 'barrier', ({ epoch }) => epoch === declaredEpoch));
		expect(cell.verdict).to.equal('inconclusive');
	});
});

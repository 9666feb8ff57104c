import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { Cell, Step } from '../../src/model/plan.ts';
import { cellOf, changed, codesOf } from './edit-history.ts';
import { type BuildOptions, build, replied, timedOut, toPod } from './history-builder.ts';

/** client-two is blocked from app-one and reaches app-two; client-one reaches app-one: all in one epoch, nothing before. */
const contrast: Partial<Cell>[] = [
	{},
	{ from: { kind: 'pod', name: 'client-one' }, expectation: 'allowed' },
	{ to: toPod('app-two'), expectation: 'allowed' },
];

function onlyDeclared(cells: Partial<Cell>[], rest: BuildOptions = {}) {
	const { plan } = build({ cells });
	const ids = plan.scenarios[0]?.cells.map(({ id }) => id) ?? [];
	const steps: Step[] = [{ do: 'attempt', purpose: 'declared', phase: undefined, cells: ids }];
	const built = build({ cells, steps, ...rest });
	return cellOf(judge(built.plan, built.events));
}

describe('proof', () => {
	it('contrast: a sibling reached the server and the client another one', () => {
		expect(onlyDeclared(contrast)).to.include({ verdict: 'enforced', proof: 'contrast' });
	});

	it('of silence needs a wait that was long enough; a refusal is an answer, whatever the wait', () => {
		const slow = (code: 'refused' | 'timed-out') => {
			const behave: BuildOptions['behave'] = (cell, purpose) =>
				purpose === 'declared' && cell.expectation === 'blocked' ? { code } : replied;
			const built = build({ cells: [{ by: ['refused', 'timed-out'] }], behave });
			const events = changed(
				built.events,
				'calibration',
				() => true,
				(event) => ({ ...event, slowest: 51 }),
			);
			return cellOf(judge(built.plan, events));
		};
		expect(codesOf(slow('timed-out'))).to.deep.equal(['wait-too-short']);
		expect(slow('refused')).to.include({ verdict: 'enforced', proof: 'bracketed' });
	});

	it('contrast needs both halves', () => {
		const none = ['not-open-before', 'not-open-after', 'no-contrast'];
		expect(codesOf(onlyDeclared(contrast.slice(0, 2)))).to.deep.equal(none);
		expect(codesOf(onlyDeclared([{}, { to: toPod('app-two'), expectation: 'allowed' }]))).to.deep.equal(none);
	});

	it('contrast: another port, protocol or family of the server proves nothing for this one', () => {
		for (const other of [{ port: 53 }, { protocol: 'udp' as const }, { family: 'ipv6' as const }]) {
			const [blocked, sibling, own] = contrast;
			const cell = onlyDeclared([blocked ?? {}, { ...sibling, ...other }, own ?? {}]);
			expect(cell.verdict).to.equal('inconclusive');
		}
	});

	it('contrast: a target that reaches itself is no sibling', () => {
		const itself: Partial<Cell> = { from: { kind: 'pod', name: 'app-one' }, expectation: 'observe' };
		expect(onlyDeclared([{}, itself, { to: toPod('app-two'), expectation: 'allowed' }]).proof).to.equal('none');
	});

	it('contrast: hostNetwork clients only stand in for each other', () => {
		const pods = [{ name: 'host-one', hostNetwork: true }];
		const [blocked, sibling, own] = contrast;
		const cells = [blocked ?? {}, { ...sibling, from: { kind: 'pod' as const, name: 'host-one' } }, own ?? {}];
		expect(onlyDeclared(cells, { pods }).proof).to.equal('none');
	});

	it('contrast: the way between the nodes has to be shown too', () => {
		const [, sibling, own] = contrast;
		const far = { from: { kind: 'pod' as const, name: 'far-client' } };
		const cells = [far, sibling ?? {}, { ...own, ...far }];
		const pods = [{ name: 'far-client', node: 'b' }];
		// app-two stands on the node of app-one, so far-client was seen to cross.
		expect(onlyDeclared(cells, { pods }).proof).to.equal('contrast');
		const near = [...pods, { name: 'near-server', node: 'b' }];
		const stays = [far, sibling ?? {}, { ...far, to: toPod('near-server'), expectation: 'allowed' as const }];
		expect(onlyDeclared(stays, { pods: near }).proof).to.equal('none');
	});

	it('contrast: the client may have reached the same server at another port', () => {
		const [blocked, sibling] = contrast;
		const own: Partial<Cell> = { port: 53, to: { ...toPod('app-one'), port: 53 }, expectation: 'allowed' };
		expect(onlyDeclared([blocked ?? {}, sibling ?? {}, own])).to.include({ verdict: 'enforced', proof: 'contrast' });
		expect(onlyDeclared([blocked ?? {}, own]).proof).to.equal('none');
		expect(onlyDeclared([blocked ?? {}, sibling ?? {}, { ...own, protocol: 'udp' }]).proof).to.equal('none');
	});

	it('bracketed by declared tries of earlier and later phases', () => {
		const cells: Partial<Cell>[] = [
			{ phase: 'open', expectation: 'allowed' },
			{ phase: 'closed' },
			{ phase: 'again', expectation: 'allowed' },
		];
		const ids = (build({ cells }).plan.scenarios[0]?.cells ?? []).map(({ id }) => id);
		const attempt = (index: number): Step => ({
			...{ do: 'attempt', purpose: 'declared', phase: undefined },
			cells: ids.slice(index, index + 1),
		});
		const steps: Step[] = [
			attempt(0),
			{ do: 'label', pod: 'client-two', namespace: undefined, set: {}, remove: [] },
			attempt(1),
			{ do: 'label', pod: 'client-two', namespace: undefined, set: {}, remove: [] },
			attempt(2),
		];
		const { plan, events } = build({ cells, steps });
		expect(cellOf(judge(plan, events), 1)).to.include({ verdict: 'enforced', proof: 'bracketed' });
		const last = build({ cells, steps: steps.slice(0, 4) });
		expect(codesOf(cellOf(judge(last.plan, last.events), 1))).to.deep.equal(['not-open-after', 'no-contrast']);
	});

	it('a pair of a pod with itself is bracketed without counting packets', () => {
		const self: Partial<Cell> = { from: { kind: 'pod', name: 'app-one' } };
		const { plan, events } = build({ cells: [self] });
		const still = changed(
			events,
			'counters',
			({ uid }) => uid === 'uid-app-one',
			(event) => ({ ...event, counters: { ...event.counters, sentPackets: 0 } }),
		);
		expect(cellOf(judge(plan, still))).to.include({ verdict: 'enforced', proof: 'bracketed' });
	});

	it('a held connection is proved only by itself', () => {
		const held: Partial<Cell> = { on: 'long-lived', expectation: 'blocked' };
		const hold = { name: 'long-lived', from: { kind: 'pod' as const, name: 'client-two' }, to: toPod('app-one') };
		const path = { port: 80, protocol: 'tcp' as const, family: 'ipv4' as const, speaks: 'tcp' as const };
		const id = build({ cells: [held] }).plan.scenarios[0]?.cells[0]?.id ?? '';
		const steps: Step[] = [
			{ do: 'hold', holds: [{ ...hold, ...path }] },
			{ do: 'apply', policies: ['deny'] },
			{ do: 'attempt', purpose: 'declared', phase: undefined, cells: [id] },
			{ do: 'delete', policies: ['deny'] },
			{ do: 'attempt', purpose: 'reopen', phase: undefined, cells: [id] },
		];
		const whole = build({ cells: [held], steps });
		expect(cellOf(judge(whole.plan, whole.events))).to.include({ verdict: 'enforced', proof: 'bracketed' });
		const dead = build({ cells: [held], steps, behave: (_cell, purpose) => (purpose === 'hold' ? replied : timedOut) });
		expect(cellOf(judge(dead.plan, dead.events)).verdict).to.equal('inconclusive');
	});
});

describe('how a path is closed', () => {
	const as = (by: Cell['by'], codes: ('refused' | 'timed-out' | 'closed')[]) => {
		const { plan, events } = build({
			cells: [{ by }],
			behave: (_cell, purpose, index) => (purpose === 'declared' ? { code: codes[index] ?? 'timed-out' } : replied),
		});
		return cellOf(judge(plan, events));
	};

	it('one try that fits is enough', () => {
		expect(as(['refused'], ['refused', 'refused', 'refused'])).to.include({ verdict: 'enforced' });
		const some = as(['refused'], ['refused', 'timed-out', 'timed-out']);
		expect(some.verdict).to.equal('enforced');
		expect(some.findings.map(({ code }) => code)).to.deep.equal(['closed-differently']);
	});

	it('none that fits is broken, without a diagnosis', () => {
		const cell = as(['timed-out'], ['refused', 'refused', 'refused']);
		expect(cell).to.include({ verdict: 'broken', diagnosis: undefined });
		expect(codesOf(cell)).to.deep.equal(['closed-otherwise']);
	});

	it('an ICMP error that is missing is no finding by itself', () => {
		expect(codesOf(as(['refused'], ['timed-out', 'timed-out', 'timed-out']))).to.deep.equal(['icmp-limited']);
	});

	it('a connection that was accepted and closed is blocked only where that is meant', () => {
		expect(as(['closed'], ['closed', 'closed', 'closed'])).to.include({ verdict: 'enforced' });
		expect(codesOf(as(undefined, ['closed', 'timed-out', 'timed-out']))).to.deep.equal(['accepted-connection']);
	});
});

import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { Cell } from '../../src/model/plan.ts';
import type { ServiceSpec } from '../../src/model/scenario.ts';
import { cellOf, changed, codesOf, declaredEpoch, without } from './edit-history.ts';
import {
	type Behaviour,
	type BuildOptions,
	build,
	delivered,
	replied,
	timedOut,
	toPod,
	uidOf,
} from './history-builder.ts';

const allowed: Partial<Cell> = { expectation: 'allowed' };
const service: ServiceSpec = {
	namespace: 'shop',
	selector: {},
	ports: [{ port: 8080, targetPort: 80, protocol: 'tcp', name: undefined, nodePort: undefined }],
	type: 'ClusterIP',
	headless: false,
	externalTrafficPolicy: 'Cluster',
};
const toService: Partial<Cell> = { to: { kind: 'service', name: 'app', port: 8080, protocol: 'tcp' }, port: 8080 };
const behind: BuildOptions = { services: { app: service }, backends: { app: ['app-one', 'app-two'] } };

function declaredAs(behave: (index: number) => Behaviour, rest: BuildOptions = {}, cell = allowed) {
	const { plan, events } = build({
		...{ cells: [cell], ...rest },
		behave: (_cell, purpose, index) => (purpose === 'declared' ? behave(index) : replied),
	});
	return { plan, events, cell: cellOf(judge(plan, events)) };
}

describe('allowed paths', () => {
	it('no reply is broken, and inconclusive as soon as the server may be dead', () => {
		const { plan, events, cell } = declaredAs(() => timedOut);
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({ verdict: 'broken', codes: ['no-reply'] });
		const dead = changed(
			events,
			'self-check',
			({ uid, epoch }) => uid === uidOf('app-one') && epoch === declaredEpoch,
			(event) => ({ ...event, checks: event.checks.map((check) => ({ ...check, ok: false })) }),
		);
		expect(cellOf(judge(plan, dead)).verdict).to.equal('inconclusive');
		const silent = without(events, 'counters', ({ uid }) => uid === uidOf('client-two'));
		expect(cellOf(judge(plan, silent)).verdict).to.equal('inconclusive');
	});

	it('a client whose packets were not counted is believed where it got through to another target', () => {
		const silent = (cells: Partial<Cell>[]) => {
			const behave: BuildOptions['behave'] = (cell, purpose) =>
				purpose === 'declared' && cell.to.name === 'app-one' ? timedOut : replied;
			const { plan, events } = build({ cells, behave });
			const stopped = changed(
				events,
				'counters',
				({ uid }) => uid === uidOf('client-two'),
				(event) => ({ ...event, counters: { ...event.counters, sentPackets: 7 } }),
			);
			return cellOf(judge(plan, stopped));
		};
		expect(codesOf(silent([allowed]))).to.deep.equal(['no-reply', 'client-silent']);
		expect(silent([allowed, { ...allowed, to: toPod('app-two') }]).verdict).to.equal('broken');
	});

	it('delivered without a reply is broken: the reply path', () => {
		const { cell } = declaredAs(() => delivered);
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({ verdict: 'broken', codes: ['reply-path'] });
	});

	it('a path that did not answer before the policies either is pointed out', () => {
		const { plan, events } = build({ cells: [allowed], behave: () => timedOut });
		expect(cellOf(judge(plan, events)).findings.map(({ code }) => code)).to.deep.equal(['never-open']);
	});

	it('a later retry that is answered is enforced, with a finding; a last try that is not is inconclusive', () => {
		const retried = declaredAs((index) => (index < 3 ? timedOut : replied), { extraTries: () => 1 });
		expect(retried.cell.verdict).to.equal('enforced');
		expect(retried.cell.findings[0]).to.deep.equal({
			code: 'tries-failed',
			text: 'some tries failed before the last one was answered (3 of 4)',
		});
		const fading = declaredAs((index) => (index < 2 ? replied : timedOut));
		expect(fading.cell.verdict).to.equal('inconclusive');
		expect(codesOf(fading.cell)).to.deep.equal(['last-try-failed']);
	});

	it('answered by another pod, not run, or too few: inconclusive', () => {
		expect(codesOf(declaredAs(() => ({ code: 'replied', by: uidOf('app-two') })).cell)).to.deep.equal([
			'answered-by-other',
		]);
		const idle = declaredAs(() => ({ code: 'not-run', detail: 'EADDRINUSE' })).cell;
		expect(idle.verdict).to.equal('inconclusive');
		expect(codesOf(idle)).to.include('not-run');
		expect(declaredAs(() => replied, { extraTries: () => -1 }).cell.verdict).to.equal('inconclusive');
	});

	it('not enforced when the history ends within its epoch', () => {
		const { plan, events } = declaredAs(() => replied);
		const cutOff = without(events, 'epoch-ended', ({ epoch }) => epoch === declaredEpoch);
		expect(codesOf(cellOf(judge(plan, cutOff)))).to.deep.equal(['epoch-unfinished']);
	});
});

describe('Services', () => {
	const cell = { ...toService, ...allowed, tries: 10 };
	const alternating = (index: number) => ({ code: 'replied' as const, by: uidOf(index % 2 ? 'app-two' : 'app-one') });

	it('allowed: every backend has to answer', () => {
		expect(declaredAs(alternating, behind, cell).cell.verdict).to.equal('enforced');
		const half = declaredAs((index) => (index % 2 && index < 9 ? timedOut : replied), behind, cell).cell;
		expect({ verdict: half.verdict, codes: codesOf(half) }).to.deep.equal({
			verdict: 'broken',
			codes: ['backend-unreached'],
		});
		expect(half.reasons[0]?.text).to.contain('app-two');
	});

	it('allowed: too few tries to tell a silent backend from chance', () => {
		const few = declaredAs(() => replied, behind, { ...cell, tries: 3 }).cell;
		expect({ verdict: few.verdict, codes: codesOf(few) }).to.deep.equal({
			verdict: 'inconclusive',
			codes: ['backend-by-chance'],
		});
	});

	it('blocked: any backend that is reached is a leak, and each has to be alive', () => {
		const blocked: Partial<Cell> = { ...toService, expectation: 'blocked' };
		expect(declaredAs(() => timedOut, behind, blocked).cell).to.include({ verdict: 'enforced', proof: 'bracketed' });
		const second = declaredAs(() => ({ code: 'timed-out', witnesses: [uidOf('app-two')] }), behind, blocked);
		expect(second.cell.verdict).to.equal('leak');
		const { plan, events } = declaredAs(() => timedOut, behind, blocked);
		const dead = without(events, 'self-check', ({ uid }) => uid === uidOf('app-two'));
		expect(codesOf(cellOf(judge(plan, dead)))).to.deep.equal(['server-not-checked']);
	});

	it('blocked: a Service without backends proves nothing', () => {
		const none = declaredAs(
			() => timedOut,
			{ services: { app: service } },
			{ ...toService, expectation: 'blocked' },
		).cell;
		expect(none.verdict).to.equal('inconclusive');
		expect(codesOf(none)).to.include('target-unknown');
	});
});

import { expect } from 'chai';
import fc from 'fast-check';
import { judge } from '../../src/judge/judge.ts';
import type { HistoryEvent } from '../../src/model/event.ts';
import type { Cell } from '../../src/model/plan.ts';
import { cellOf, changed, codesOf, declaredEpoch, isOf, without } from './edit-history.ts';
import { type BuildOptions, build, replied, uidOf } from './history-builder.ts';

const mutual: Partial<Cell> = {
	...{ kind: 'mtls', speaks: 'http', expectation: 'allowed', from: { kind: 'pod', name: 'client-one' } },
};
const plain: Partial<Cell> = { kind: 'plaintext', speaks: 'http', expectation: 'blocked', by: ['reset'] };
const cells = [mutual, plain];
const isPlain = ({ kind }: Cell) => kind === 'plaintext';
const [client, server] = [uidOf('client-one'), uidOf('app-one')];

function built(options: BuildOptions = {}) {
	return build({
		...{ cells, wire: isPlain },
		behave: (cell, purpose) => (cell.kind === 'plaintext' && purpose === 'declared' ? { code: 'reset' } : replied),
		...options,
	});
}

/** The verdict of the mutual TLS cell after something was done to the history. */
function verdictOf(change: (events: HistoryEvent[]) => HistoryEvent[], options: BuildOptions = {}) {
	const { plan, events } = built(options);
	const cell = cellOf(judge(plan, change(events)));
	return { verdict: cell.verdict, codes: codesOf(cell), state: cell.wire?.state };
}

function isMarker(event: HistoryEvent, when: string, uid: string): boolean {
	return isOf(event, 'wire-marker') && event.when === when && event.from === uid;
}

describe('what can be read on the wire', () => {
	it('enforced when nothing of it was seen, and plaintext was', () => {
		const { plan, events } = built();
		const verdicts = judge(plan, events);
		const cell = cellOf(verdicts);
		expect({ verdict: cell.verdict, codes: codesOf(cell), wire: cell.wire }).to.deep.equal({
			...{ verdict: 'enforced', codes: ['allowed-replied', 'wire-unreadable'] },
			wire: { state: 'absent', readable: 0, tries: 3 },
		});
		expect(cellOf(verdicts, 1)).to.deep.include({
			...{ verdict: 'enforced', wire: { state: 'readable', readable: 3, tries: 3 } },
		});
		expect(cell.controls.filter(({ control }) => control.startsWith('wire')).map(({ held }) => held)).to.not.include(
			false,
		);
	});

	it('a leak when a token of mutual TLS was seen, in a single try, with its lines', () => {
		const { plan, events } = built({ cells: [{ ...mutual, tries: 3 }, plain], wire: () => true });
		const tokens = events.flatMap((event) =>
			isOf(event, 'try') && event.epoch === declaredEpoch && event.from === client ? [event.token] : [],
		);
		const once = events.filter((event) => !(isOf(event, 'wire-token') && tokens.slice(1).includes(event.token)));
		const cell = cellOf(judge(plan, once));
		expect({ verdict: cell.verdict, codes: codesOf(cell) }).to.deep.equal({
			...{ verdict: 'leak', codes: ['leak-readable'] },
		});
		expect(cell.diagnosis).to.equal(undefined);
		const lines = once.flatMap((event) => (isOf(event, 'wire-token') && event.token === tokens[0] ? [event.n] : []));
		expect(lines).to.have.length(2);
		expect(cell.evidence).to.include.members(lines);
	});

	it('a leak too where the path is broken besides', () => {
		const behave: BuildOptions['behave'] = (cell, purpose) =>
			purpose === 'declared' ? { code: cell.kind === 'mtls' ? 'timed-out' : 'reset' } : replied;
		const { verdict, codes } = verdictOf((events) => events, { wire: () => true, behave });
		expect({ verdict, codes }).to.deep.equal({ verdict: 'leak', codes: ['leak-readable', 'no-reply'] });
	});

	it('a finding only, where it is not declared that it gets through', () => {
		for (const expectation of ['blocked', 'unprotected', 'observe'] as const) {
			const { plan, events } = built({ cells: [{ ...mutual, expectation, by: ['reset'] }, plain], wire: () => true });
			const cell = cellOf(judge(plan, events));
			expect(
				cell.findings.map(({ code }) => code),
				expectation,
			).to.include('readable-on-wire');
			expect(codesOf(cell)).to.not.include('leak-readable');
		}
	});

	describe('inconclusive, never enforced', () => {
		const inEpoch = (event: HistoryEvent) => 'epoch' in event && event.epoch === declaredEpoch;
		const damages: Record<string, [(events: HistoryEvent[]) => HistoryEvent[], string]> = {
			'no capture began': [(events) => without(events, 'capture-began'), 'wire-not-captured'],
			'the server’s side was not captured': [
				(events) =>
					changed(events, 'capture-began', inEpoch, (event) => ({
						...event,
						interfaces: event.interfaces.filter(({ uid }) => uid !== server),
					})),
				'wire-not-captured',
			],
			'the client’s first marker was not seen': [
				(events) => without(events, 'wire-token', ({ token }) => token.endsWith('before-client-one')),
				'wire-marker-missing',
			],
			'the server’s last marker was not seen': [
				(events) => without(events, 'wire-token', ({ token }) => token.endsWith('after-app-one')),
				'wire-marker-missing',
			],
			'a marker was seen on another interface': [
				(events) =>
					changed(
						events,
						'wire-token',
						({ token }) => token.endsWith('before-client-one'),
						(event) => ({ ...event, interface: 'lo' }),
					),
				'wire-marker-missing',
			],
			'a marker was sent in another family only': [
				(events) =>
					changed(
						events,
						'wire-marker',
						(event) => isMarker(event, 'after', client),
						(event) => ({ ...event, family: 'ipv6' }),
					),
				'wire-marker-missing',
			],
			'the first marker was seen only after the tries': [
				(events) => {
					const late = events.filter((event) => isOf(event, 'wire-token') && event.token.endsWith('before-client-one'));
					const barrier = events.findIndex((event) => isOf(event, 'capture-barrier'));
					const rest = [...events.slice(0, barrier), ...late, ...events.slice(barrier)];
					return rest
						.filter((event, index) => index >= barrier || !late.includes(event))
						.map((event, index) => ({ ...event, n: index + 1 }));
				},
				'wire-marker-missing',
			],
			'the kernel dropped a packet': [
				(events) =>
					changed(events, 'capture-barrier', inEpoch, (event) => ({
						...event,
						interfaces: event.interfaces.map((one) => (one.name.endsWith(server) ? { ...one, drops: 1 } : one)),
					})),
				'wire-drops',
			],
			'a line of the capture is missing': [
				(events) => without(events, 'wire-token', ({ seq }) => seq === 9),
				'wire-gap',
			],
			'the capture did not answer at the end': [(events) => without(events, 'capture-barrier'), 'wire-no-barrier'],
			'nothing encrypted was seen': [
				(events) => changed(events, 'capture-barrier', inEpoch, (event) => ({ ...event, flows: [] })),
				'wire-no-flow',
			],
			'too little came back encrypted': [
				(events) =>
					changed(events, 'capture-barrier', inEpoch, (event) => ({
						...event,
						flows: event.flows.map((flow) => (flow.from === '10.0.0.3' ? { ...flow, bytes: 300 } : flow)),
					})),
				'wire-no-flow',
			],
		};
		for (const [name, [damage, code]] of Object.entries(damages)) {
			it(name, () => {
				const { verdict, codes, state } = verdictOf(damage);
				expect({ verdict, state }).to.deep.equal({ verdict: 'inconclusive', state: 'unknown' });
				expect(codes).to.include(code);
			});
		}

		it('the reason of a capture that failed is told', () => {
			const { plan, events } = built();
			const failed = events.map((event) =>
				isOf(event, 'capture-began')
					? ({ ...event, is: 'capture-failed', reason: 'no packet socket' } as HistoryEvent)
					: event,
			);
			expect(
				cellOf(judge(plan, failed))
					.reasons.map(({ text }) => text)
					.join(),
			).to.contain('no packet socket');
		});
	});

	it('as without, where a cluster has nobody to look', () => {
		const { plan, events } = build({ cells });
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, codes: codesOf(cell), wire: cell.wire }).to.deep.equal({
			...{ verdict: 'enforced', codes: ['allowed-replied'], wire: undefined },
		});
	});

	it('of plaintext nothing is said where nobody looked, nor of a token that its client kept', () => {
		const { plan, events } = built();
		const unseen = events.filter(({ is }) => !is.startsWith('capture-') && is !== 'wire-token');
		expect(cellOf(judge(plan, unseen), 1).wire).to.equal(undefined);
		const waiting = built({ cells: [mutual, { ...plain, speaks: 'tcp', first: 'server' }], wire: () => false });
		expect(cellOf(judge(waiting.plan, waiting.events), 1).wire).to.equal(undefined);
	});

	it('of a pod that reaches itself nothing is said: that goes over no wire', () => {
		const { plan, events } = built({
			cells: [{ ...mutual, to: { kind: 'pod', name: 'client-one', port: 80, protocol: 'tcp' } }],
		});
		const cell = cellOf(judge(plan, events));
		expect({ verdict: cell.verdict, wire: cell.wire }).to.deep.equal({ verdict: 'enforced', wire: undefined });
	});

	it('a marker is no unexplained token, and becomes one when its line is lost', () => {
		const { plan, events } = built();
		const lost = without(events, 'wire-marker', (event) => isMarker(event, 'before', uidOf('client-two')));
		expect(codesOf(cellOf(judge(plan, events), 1))).to.deep.equal(['blocked-bracketed']);
		expect(codesOf(cellOf(judge(plan, lost), 1))).to.include('unexplained-token');
	});

	it('no loss of lines makes what was read, or not captured, enforced', () => {
		const all: BuildOptions[] = [{ wire: () => true, cells: [{ ...mutual, tries: 1 }, plain] }, {}];
		const [readable, absent] = all.map(built);
		if (!readable || !absent) throw new Error('two were built');
		const dead = changed(
			absent.events,
			'capture-barrier',
			() => true,
			(event) => ({ ...event, flows: [] }),
		);
		for (const { plan, events } of [readable, { plan: absent.plan, events: dead }]) {
			for (const dropped of events) {
				const rest = events.filter((event) => event !== dropped);
				expect(cellOf(judge(plan, rest)).verdict, `without ${JSON.stringify(dropped)}`).to.not.equal('enforced');
			}
			fc.assert(
				fc.property(fc.uniqueArray(fc.nat(events.length - 1), { maxLength: 12 }), (lost) => {
					const rest = events.filter((_event, index) => !lost.includes(index));
					expect(cellOf(judge(plan, rest)).verdict).to.not.equal('enforced');
				}),
				{ numRuns: 200 },
			);
		}
	});
});

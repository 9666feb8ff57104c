import { expect } from 'chai';
import { judge } from '../../src/judge/judge.ts';
import type { ScenarioEventBody } from '../../src/model/event.ts';
import type { PolicyEvent } from '../../src/model/policy-event.ts';
import { cellOf, declaredEpoch, insertedAfter, isOf } from './edit-history.ts';
import { type BuildOptions, build, replied, scenarioName, timedOut } from './history-builder.ts';

type Log = Omit<Extract<ScenarioEventBody, { is: 'policy-events' }>, 'is' | 'node'>;

/** Findings of the first cell, with a log that says `verdict` of each of its tries; `change` damages it. */
function findings(
	verdict: PolicyEvent['verdict'],
	options: BuildOptions = {},
	change: (event: PolicyEvent) => PolicyEvent = (event) => event,
	rest: Partial<Log> = {},
) {
	const { plan, events } = build(options);
	const tries = events.filter((event) => isOf(event, 'try') && event.epoch === declaredEpoch);
	const said = tries.flatMap((event) => {
		if (!isOf(event, 'try') || event.cell !== plan.scenarios[0]?.cells[0]?.id) return [];
		const { source, destination, protocol } = event;
		const from = { address: source.address ?? '', port: source.port };
		return [change({ from, to: destination, protocol, verdict, direction: 'ingress' })];
	});
	const body = { is: 'policy-events', node: 'a', events: said, unreadable: 0, ...rest } as const;
	const changed = insertedAfter(events, (event) => isOf(event, 'scenario-ended'), { scenario: scenarioName, ...body });
	const verdicts = judge(plan, changed);
	const cell = cellOf(verdicts);
	return {
		verdict: cell.verdict,
		codes: cell.findings.map(({ code }) => code).filter((code) => code.startsWith('log-')),
		reasons: verdicts.scenarios[0]?.reasons.map(({ code }) => code),
	};
}

const leaking: BuildOptions = { behave: () => replied };
const first = (behaviour: BuildOptions['behave']): BuildOptions => ({
	behave: (...given) => behaviour?.(...given) ?? replied,
});

describe('the policy engine’s own log', () => {
	it('is held against each try, and decides nothing', () => {
		expect(findings('DENY')).to.deep.include({ verdict: 'enforced', codes: ['log-agrees-denied'] });
		expect(findings('ACCEPT')).to.deep.include({ verdict: 'enforced', codes: ['log-accepted-nothing'] });
		expect(findings('DENY', leaking)).to.deep.include({ verdict: 'leak', codes: ['log-denied-arrived'] });
		expect(findings('ACCEPT', leaking)).to.deep.include({ verdict: 'leak', codes: ['log-agrees-accepted'] });
	});

	it('is matched by the client’s address and port, whatever the spelling and wherever it went', () => {
		const spelled = (event: PolicyEvent) => ({ ...event, from: { ...event.from, address: 'FD00:0::0:2' } });
		expect(findings('DENY', { cells: [{ family: 'ipv6' }] }, spelled).codes).to.deep.equal(['log-agrees-denied']);
		const service = (event: PolicyEvent) => ({ ...event, to: { address: '10.96.0.1', port: 8080 } });
		expect(findings('DENY', {}, service).codes).to.deep.equal(['log-agrees-denied']);
	});

	it('says nothing of other connections: another port, another client, another protocol', () => {
		for (const change of [
			(event: PolicyEvent) => ({ ...event, from: { ...event.from, port: event.from.port + 10_000 } }),
			(event: PolicyEvent) => ({ ...event, from: { ...event.from, address: '10.0.0.99' } }),
			(event: PolicyEvent) => ({ ...event, protocol: 'udp' as const }),
			// The reply, whose client is the server.
			(event: PolicyEvent) => ({ ...event, from: event.to, to: event.from }),
		]) {
			expect(findings('DENY', {}, change).codes).to.deep.equal([]);
		}
	});

	it('says nothing of tries that share a 5-tuple, or never ran', () => {
		expect(findings('DENY', { sourcePort: () => 2000 }).codes).to.deep.equal([]);
		const never = first((_cell, purpose) => (purpose === 'declared' ? { ...timedOut, code: 'not-run' } : replied));
		expect(findings('DENY', never).codes).to.deep.equal([]);
	});

	it('that is incomplete is said of the scenario, and decides nothing', () => {
		const cut = findings('DENY', {}, undefined, { missing: 'reading it needs the right to get nodes/proxy' });
		expect(cut.reasons).to.include('log-incomplete');
		expect(cut.verdict).to.equal('enforced');
		expect(findings('DENY').reasons).to.not.include('log-incomplete');
	});
});

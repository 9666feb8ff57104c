import { expect } from 'chai';
import type { CellVerdict } from '../../src/model/verdict.ts';
import { renderConsole } from '../../src/report/console.ts';
import { withNodeAgent } from './support/node-agent.ts';
import { eventsOf, runScenario, type ScenarioResult } from './support/run-scenario.ts';
import { twoClients } from './support/two-pods.ts';

/** Everything is let in, whatever the policies say. */
const open = 'flush chain inet {policy} to_pod';
const [allowed, blocked] = ['friend→server:80/tcp', 'stranger→server:80/tcp'];
const logCodes = (cell: CellVerdict) => cell.findings.map(({ code }) => code).filter((code) => code.startsWith('log-'));
const forbids = (from: string, underPolicy: boolean) => (underPolicy && from === 'stranger' ? 'DENY' : 'ACCEPT');

describe('the policy engine’s own log, through every room', function () {
	this.timeout(60_000);

	it('agrees: a finding on each cell, and no verdict hangs on it', async () => {
		const { wrap } = withNodeAgent(forbids);
		const result = await runScenario(twoClients(), { wrap });
		expect(result.cell(blocked).verdict).to.equal('enforced');
		expect(logCodes(result.cell(blocked))).to.deep.equal(['log-agrees-denied']);
		expect(logCodes(result.cell(allowed))).to.deep.equal(['log-agrees-accepted']);
		expect(eventsOf(result.events, 'policy-events')).to.have.length(1);
		expect(report(result)).to.include('the engine’s own log agrees: it denied what did not arrive');
	});

	it('says that it denied what arrived: a leak all the same', async () => {
		const { wrap } = withNodeAgent(forbids);
		const result = await runScenario(twoClients(), { wrap, tamper: open });
		expect(result.cell(blocked).verdict).to.equal('leak');
		expect(logCodes(result.cell(blocked))).to.deep.equal(['log-denied-arrived']);
		expect(result.cell(blocked).findings.at(-1)?.text).to.equal(
			'the engine’s own log says that it denied what arrived (3 of 3 tries)',
		);
		expect(report(result)).to.include('the engine’s own log says that it denied what arrived');
	});

	it('says that it let through what did not arrive: enforced all the same, and the other way', async () => {
		const { wrap } = withNodeAgent(() => 'ACCEPT');
		const result = await runScenario(twoClients(), { wrap });
		expect(result.cell(blocked).verdict).to.equal('enforced');
		expect(logCodes(result.cell(blocked))).to.deep.equal(['log-accepted-nothing']);
		const spurious = await runScenario(twoClients(), { wrap: withNodeAgent(() => 'DENY').wrap });
		expect(spurious.cell(allowed).verdict).to.equal('enforced');
		expect(logCodes(spurious.cell(allowed))).to.deep.equal(['log-denied-arrived']);
	});

	it('is silent, cut off, or about others: nothing follows, and what is missing is said', async () => {
		const silent = await runScenario(twoClients(), { wrap: withNodeAgent(() => undefined).wrap });
		expect(logCodes(silent.cell(blocked))).to.deep.equal([]);
		const { wrap, lines } = withNodeAgent(() => undefined);
		const others = 'Src IP: 192.0.2.1 Src Port: 1 Dest IP: 192.0.2.2 Dest Port: 2 Proto TCP Verdict DENY';
		lines.push(`{"level":"info","msg":"Flow Info: ${others}"}`, '{"level":"info","msg":"Flow Info: Src IP: 10.0.');
		const result = await runScenario(twoClients(), { wrap });
		expect(eventsOf(result.events, 'policy-events')[0]).to.deep.include({ events: [], unreadable: 1 });
		expect(result.verdicts.scenarios[0]?.reasons.map(({ text }) => text)).to.include(
			'the engine’s own log could not be read in full (a: 1 lines could not be made out)',
		);
		expect(result.verdicts.verdict).to.equal('enforced');
	});
});

function report({ verdicts }: ScenarioResult): string {
	return renderConsole(verdicts, { colour: false, width: 100 } as never).replaceAll(/\s+/g, ' ');
}

import { expect } from 'chai';
import { judgedExitCode } from '../../src/cli/strictness.ts';
import { renderConsole } from '../../src/report/console.ts';
import { runScenario } from './support/run-scenario.ts';
import { twoClients } from './support/two-pods.ts';

const friend = 'friend→server:80/tcp';
const stranger = 'stranger→server:80/tcp';

/** Everything to port 80 of a pod is let in, whatever the policies say. */
const engineOpens = 'insert rule inet {policy} to_pod tcp dport 80 ct state new accept\n';
const engineCloses = 'insert rule inet {policy} to_pod tcp dport 80 ct state new drop\n';
/** The policies of somebody who got a peer wrong. */
const allowsEverybody = (text: string) => text.replace('{matchLabels: {app: friend}}', '{}');
const allowsNobody = (text: string) => text.replace('matchLabels: {app: friend}', 'matchLabels: {app: fiend}');

describe('declared, predicted and observed, on a real engine', () => {
	it('agree: no diagnosis', async () => {
		const { cell, verdicts } = await runScenario(twoClients());
		expect(cell(stranger)).to.include({ verdict: 'enforced', diagnosis: undefined });
		expect(cell(stranger).prediction).to.deep.equal({
			verdict: 'blocked',
			because: ['ingress: server is selected by shop/only-friend, and no rule of it allows stranger on 80/tcp'],
		});
		expect(cell(friend).prediction.because).to.deep.equal([
			'egress: no policy selects friend',
			'ingress: shop/only-friend ingress[0].from[0] allows it',
		]);
		expect(judgedExitCode(verdicts, { strict: true, maxSkipped: undefined }).code).to.equal(0);
	});

	it('a policy that allows everybody: the policy is to blame for the leak', async () => {
		const { cell, verdicts } = await runScenario(allowsEverybody(twoClients()));
		expect(cell(stranger)).to.include({ verdict: 'leak', diagnosis: 'policy' });
		expect(cell(friend)).to.include({ verdict: 'enforced', diagnosis: undefined });
		const text = renderConsole(verdicts, { colour: false, verbose: false, width: 200 });
		expect(text).to.match(/means +the policies’ text does not say what the scenario declares/);
		expect(text).to.match(/predicted +allowed, because .*shop\/only-friend ingress\[0\]\.from\[0\] allows it/);
	});

	it('a policy that allows nobody: the policy is to blame for the broken path', async () => {
		const { cell } = await runScenario(allowsNobody(twoClients()));
		expect(cell(friend)).to.include({ verdict: 'broken', diagnosis: 'policy' });
	});

	it('an engine that opens or closes too much: the engine is to blame', async () => {
		const open = await runScenario(twoClients(), { tamper: engineOpens });
		expect(open.cell(stranger)).to.include({ verdict: 'leak', diagnosis: 'engine' });
		expect(open.cell('stranger→server:53/udp')).to.include({ verdict: 'enforced', diagnosis: undefined });
	});

	it('an engine that does what is declared rather than what the text says: a finding, and failure with --strict', async () => {
		const { cell, verdicts } = await runScenario(allowsNobody(twoClients()), { tamper: engineOpens });
		expect(cell(friend)).to.include({ verdict: 'enforced', diagnosis: 'engine' });
		expect(cell(friend).findings.map(({ code }) => code)).to.deep.equal(['engine-differs']);
		const only = { ...verdicts, exitCode: 0 as const };
		expect(judgedExitCode(only, { strict: false, maxSkipped: undefined }).code).to.equal(0);
		const strict = judgedExitCode(only, { strict: true, maxSkipped: undefined });
		expect(strict.code).to.equal(1);
		expect(strict.why.join()).to.include('the engine differs from the policies’ text');
		expect(renderConsole(verdicts, { colour: false, verbose: false, width: 200 })).to.match(
			/predicted +blocked, because ingress: server is selected by shop\/only-friend/,
		);
	});

	it('expect: predicted takes its stance from the text, and leaves out what the specification leaves open', async () => {
		const attempts = `
  attempts:
    - {from: [friend, stranger], to: server, expect: predicted}
    - {name: loop, from: server, to: "server:80", expect: predicted}`;
		const { cell, verdicts } = await runScenario(twoClients({ attempts }));
		expect(cell(stranger)).to.include({ expectation: 'predicted', verdict: 'enforced', proof: 'bracketed' });
		expect(cell(friend)).to.include({ expectation: 'predicted', verdict: 'enforced' });
		expect(cell('/loop/')).to.include({ verdict: 'skipped' });
		expect(verdicts.exitCode).to.equal(0);
		const lying = await runScenario(twoClients({ attempts }), { tamper: engineCloses });
		expect(lying.cell(friend)).to.include({ verdict: 'broken', diagnosis: 'engine' });
	});

	it('expect: predicted with nothing but open cells is inconclusive', async () => {
		const attempts = '\n  attempts: [{from: server, to: "server:80", expect: predicted}]';
		const { verdicts } = await runScenario(twoClients({ attempts }));
		expect(verdicts).to.include({ verdict: 'inconclusive', exitCode: 2 });
	});
});

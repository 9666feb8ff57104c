import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parseScenarioText } from '../../src/scenario/parse-scenario-text.ts';
import { readScenarios } from '../../src/scenario/read-scenarios.ts';

const noFiles = (path: string) => ({ code: 'file-missing', problem: path });

function parse(spec: string) {
	const text = `apiVersion: gatecrash.dev/v1alpha1\nkind: Scenario\nmetadata: {name: test}\nspec:\n  namespaces: {shop: {}}\n  pods:\n    web: {namespace: shop, labels: {app: web}, listen: [80, 53/udp]}\n    client: {namespace: shop}\n    other: {namespace: shop}\n${spec}`;
	return parseScenarioText(text, 'test.yaml', noFiles);
}

describe('the example of the format', () => {
	it('parses fully', async () => {
		const { scenarios, diagnostics } = await readScenarios(['test/fixtures/scenarios/full-example.yaml']);
		expect(diagnostics.filter(({ severity }) => severity === 'error')).to.deep.equal([]);
		const [attempts, phases] = scenarios;
		if (!attempts || !phases) throw new Error('two scenarios');
		expect(attempts.timing).to.deep.equal({ settle: 30_000, hold: 1000, tries: 3 });
		expect(attempts.requires).to.deep.equal(['cross-node']);
		expect(attempts.pods['app-one']?.listen).to.deep.equal([
			{ port: 80, protocol: 'tcp', name: undefined, speaks: 'tcp' },
			{ port: 8080, protocol: 'tcp', name: 'http', speaks: 'http' },
			{ port: 53, protocol: 'udp', name: undefined, speaks: 'udp' },
		]);
		expect(attempts.pods['app-one']?.placement).to.deep.equal({ notOnNodeOf: 'client-two' });
		expect(attempts.attempts.map(({ kind }) => kind)).to.deep.equal([
			...Array.from({ length: 7 }, () => 'connect'),
			...['plaintext', 'mtls', 'tls', 'dns', 'dns'],
		]);
		expect(attempts.attempts[5]?.from).to.deep.equal([{ kind: 'node', name: 'a' }]);
		expect(attempts.attempts[2]?.by).to.deep.equal(['timed-out', 'refused']);
		expect(attempts.attempts[10]?.options).to.deep.include({
			over: ['udp', 'tcp', 'tls', 'https'],
		});
		expect(attempts.attempts[10]?.to).to.deep.equal([
			{ kind: 'external', name: 'internet', port: undefined, protocol: undefined },
		]);
		expect(attempts.attempts[11]?.to).to.deep.equal([
			{ kind: 'clusterDns', name: '', port: undefined, protocol: undefined },
		]);
		expect(attempts.chaos[0]).to.deep.include({ for: 2000, rounds: 5, every: 20, before: 2000, after: 10_000 });
		expect(attempts.chaos[0]?.expect).to.deep.include({ leaks: 'none', outage: 5000, closes: 2000, exposure: 0 });
		expect(attempts.policies.map(({ position }) => position.file)).to.deep.equal([
			'test/fixtures/scenarios/policies/default-deny.yaml',
			'test/fixtures/scenarios/full-example.yaml',
		]);
		expect(phases.phases?.map((phase) => phase.do)).to.deep.equal([
			'attempt',
			'hold',
			'apply',
			'settle',
			'attempt',
			'label',
			'attempt',
		]);
	});

	it('differs from the specification’s own text in what that leaves unsaid', async () => {
		const { diagnostics } = await readScenarios(['test/fixtures/scenarios/format-verbatim.yaml']);
		const errors = diagnostics
			.filter(({ severity }) => severity === 'error')
			.map(({ code, path }) => `${code} ${path}`);
		expect(errors).to.deep.equal([
			'conflict spec.attempts',
			'unknown-port spec.attempts[7].to',
			'conflict spec.attempts[8].from',
			'unknown-port spec.attempts[8].to',
		]);
	});
});

describe('parseScenarioText', () => {
	it('gives attempts the position of their own line', () => {
		const { scenarios } = parse(
			'  attempts:\n    - {from: client, to: "web:80", expect: allowed}\n    - {from: other, to: "web:80", expect: allowed}\n',
		);
		expect(scenarios[0]?.attempts.map(({ position }) => [position.line, position.column])).to.deep.equal([
			[11, 7],
			[12, 7],
		]);
	});

	it('takes all pods but the target for `from: all`, and in phases only those that exist', () => {
		const { scenarios } = parse('  attempts:\n    - {from: all, to: "web:80", expect: allowed}\n');
		expect(scenarios[0]?.attempts[0]?.from.map(({ name }) => name)).to.deep.equal(['client', 'other']);
		const phased = parse(
			'  phases:\n    - attempt: {from: all, to: "web:80", expect: allowed}\n    - create: other\n    - attempt: {from: all, to: "web:80", expect: allowed}\n',
		);
		expect(phased.diagnostics).to.deep.equal([]);
		const sources = phased.scenarios[0]?.phases?.flatMap((phase) =>
			phase.do === 'attempt' ? [phase.attempts[0]?.from.map(({ name }) => name)] : [],
		);
		expect(sources).to.deep.equal([['client'], ['client', 'other']]);
	});

	it('reports the mistakes of a file together, and no follow-up of them', () => {
		const { scenarios, diagnostics } = parse(
			'    broken: {namespace: shop, lable: {}}\n  attempts:\n    - {from: broken, to: "web:80", expect: allowed}\n    - {from: clinet, to: "web:81", expect: denied}\n    - {from: clinet, to: "web:80", expect: allowed}\n',
		);
		expect(scenarios).to.deep.equal([]);
		expect(diagnostics.map(({ code, line, column }) => `${code} ${line}:${column}`)).to.deep.equal([
			'unknown-key 10:31',
			'bad-value 13:44',
			'unknown-name 14:14',
		]);
		expect(diagnostics[2]?.hint).to.equal('did you mean client?');
	});

	it('counts columns in a file with Windows line ends and a byte order mark', () => {
		const text = readFileSync('test/fixtures/malformed/unknown-namespace.yaml', 'utf8').replaceAll('\n', '\r\n');
		const [diagnostic] = parseScenarioText(`\uFEFF${text}`, 'test.yaml', noFiles).diagnostics;
		const [expected] = parseScenarioText(text.replaceAll('\r', ''), 'test.yaml', noFiles).diagnostics;
		expect(diagnostic).to.deep.equal(expected);
	});
});

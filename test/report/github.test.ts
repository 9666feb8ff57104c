import { expect } from 'chai';
import { renderGithub } from '../../src/report/github.ts';
import {
	brokenCell,
	hostileRun,
	inconclusiveCell,
	leakedCell,
	sampleCell,
	sampleRun,
	sampleScenario,
	warnedRun,
} from './sample-verdicts.ts';

/** As GitHub's runner reads a line: `::name key=value,...::data`, with its escapes. */
function read(text: string): { level: string; properties: Record<string, string>; message: string }[] {
	return text
		.split('\n')
		.filter((line) => line !== '')
		.map((line) => {
			const [, level = '', list = '', data = ''] = /^::(\w+) ([^:]*)::(.*)$/.exec(line) ?? [];
			const properties = list.split(',').map((pair) => [pair.split('=')[0] ?? '', unescape(pair.split('=')[1] ?? '')]);
			return { level, properties: Object.fromEntries(properties) as Record<string, string>, message: unescape(data) };
		});
}

function unescape(text: string): string {
	const codes: Record<string, string> = { '%25': '%', '%0D': '\r', '%0A': '\n', '%3A': ':', '%2C': ',' };
	return text.replace(/%(25|0D|0A|3A|2C)/g, (code) => codes[code] ?? code);
}

describe('GitHub annotations', () => {
	it('stand at the attempt, one for like findings, the worst first', () => {
		const cells = [inconclusiveCell(), brokenCell({ from: 'c' }), leakedCell(), leakedCell({ from: 'client-three' })];
		const annotations = read(renderGithub(sampleRun([sampleScenario('one', cells)]), (file) => `deep/${file}`));
		expect(annotations.map(({ level }) => level)).to.deep.equal(['error', 'error', 'warning']);
		const [leak] = annotations;
		expect(leak?.properties).to.deep.equal({
			file: 'deep/scenarios/allow-only-client-one.yaml',
			line: '31',
			col: '7',
			title: 'gatecrash leak: client-two → app-one:80/tcp, ipv4',
		});
		expect(leak?.message)
			.to.include('declared: blocked')
			.and.match(/repeat: gatecrash run/)
			.and.include('the same:\none/connect/client-three→app-one:80/tcp/ipv4');
	});

	it('are none for a run in which everything is enforced', () => {
		expect(renderGithub(sampleRun([sampleScenario('one', [sampleCell()])]))).to.equal('');
	});

	it('say that a run or a scenario has no answer, and what is wrong with the cluster', () => {
		const reasons = [{ code: 'everything-skipped', text: 'everything was skipped' }];
		const [one] = read(renderGithub(sampleRun([], { verdict: 'inconclusive', reasons })));
		expect(one).to.deep.include({ level: 'warning', message: 'everything was skipped' });
		expect(read(renderGithub(warnedRun()))[0]?.message).to.match(/^Two enforcers/);
	});

	it('let no text become a command of its own', () => {
		const lines = renderGithub(hostileRun()).split('\n');
		expect(lines.filter((line) => line !== '' && !/^::(error|warning|notice) /.test(line))).to.deep.equal([]);
		expect(read(renderGithub(hostileRun()))[0]?.message).to.include('</script>');
	});
});

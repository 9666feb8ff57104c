import { expect } from 'chai';
import { summariseRun } from '../../src/gate/summarise-run.ts';
import { trendRuns } from '../../src/gate/trend-runs.ts';
import type { Trend } from '../../src/model/trend.ts';
import type { Verdict } from '../../src/model/verdict.ts';
import { renderTrendHtml } from '../../src/report/html/trend.ts';
import { renderTrend } from '../../src/report/trend.ts';
import { hostileRun, sampleCell, sampleRun, sampleScenario } from './sample-verdicts.ts';

const plain = { colour: false, verbose: false };

function runOf(day: number, cells: Verdict[]) {
	const scenario = sampleScenario(
		's',
		cells.map((verdict, place) => sampleCell({ from: `pod-${place}`, verdict })),
	);
	const startedAt = `2026-01-0${day}T02:00:00.000Z`;
	return summariseRun(sampleRun([scenario], { run: `run-${day}`, startedAt }), `runs/run-${day}`);
}

const trendOf = (...runs: ReturnType<typeof runOf>[]): Trend =>
	trendRuns(runs, [{ place: 'runs/cut', why: 'the run was cut off (1 leak)' }], { nightSpan: 3_600_000, nights: 9 });

describe('the trend for people', () => {
	const many = Array.from({ length: 25 }, (): Verdict => 'leak');

	it('has a letter for each run with a gap between nights, what was passed over, and how many more there are', () => {
		const text = renderTrend(trendOf(runOf(1, ['enforced', 'leak']), runOf(2, ['leak', 'leak'])), plain);
		expect(text).to.contain('passed over runs/cut: the run was cut off (1 leak)');
		expect(text).to.contain('      ■ L  leak         s/connect/pod-0→app-one:80/tcp/ipv4');
		expect(text).to.contain('      L L  leak         s/connect/pod-1→app-one:80/tcp/ipv4  (since 2026-01-01 02:00)');
		const long = renderTrend(trendOf(runOf(1, []), runOf(2, many)), plain);
		expect(long).to.contain('and 5 more (--verbose lists them)');
		expect(renderTrend(trendOf(runOf(1, []), runOf(2, many)), { ...plain, verbose: true })).not.to.contain('more (');
	});

	it('says when there is nothing to compare', () => {
		expect(renderTrend(trendOf(runOf(1, ['leak'])), plain)).to.contain('nothing to compare');
	});

	it('the page escapes what runs say', () => {
		const hostile = { ...hostileRun(), startedAt: '2026-01-02T02:00:00.000Z' };
		const page = renderTrendHtml(trendOf(runOf(1, ['enforced']), summariseRun(hostile, 'runs/<b>')), '1');
		expect(page).not.to.match(/<script|<img|<b>/);
		expect(page).to.contain('&lt;script&gt;');
	});
});

import { expect } from 'chai';
import { summariseRun } from '../../src/gate/summarise-run.ts';
import { trendRuns } from '../../src/gate/trend-runs.ts';
import { type RunSummary, type Trend, trendKinds } from '../../src/model/trend.ts';
import type { CellVerdict, Verdict } from '../../src/model/verdict.ts';
import { allowedCell, sampleCell, sampleRun, sampleScenario } from '../report/sample-verdicts.ts';

const hour = 60 * 60 * 1000;
const options = { nightSpan: 12 * hour, nights: 14 };

interface Given {
	/** Hours since the first night. */
	at: number;
	cells: Record<string, Verdict | Partial<CellVerdict>>;
	cluster?: string;
}

/** Cells by the name of their client. */
function runAt({ at, cells, cluster = 'netns' }: Given): RunSummary {
	const scenario = sampleScenario(
		's',
		Object.entries(cells).map(([from, given]) =>
			sampleCell({ from, ...(typeof given === 'string' ? { verdict: given } : given) }),
		),
	);
	const run = sampleRun([scenario], { run: `${cluster}-${at}`, startedAt: new Date(at * hour).toISOString() });
	if (run.cluster) run.cluster.name = cluster;
	return summariseRun(run, `runs/${cluster}-${at}`);
}

const trendOf = (...given: Given[]): Trend => trendRuns(given.map(runAt), [], options);

/** Names of clients by kind. */
function namesOf(trend: Trend, cluster = 0): Record<string, string[]> {
	const named = trendKinds.map((kind) => [
		kind,
		(trend.clusters[cluster]?.cases[kind] ?? []).map(({ id }) => id.replace(/^s\/connect\/(\w+)→.*/, '$1')),
	]);
	return Object.fromEntries(named.filter(([, names]) => (names?.length ?? 0) > 0)) as Record<string, string[]>;
}

describe('the trend over nights', () => {
	it('tells new, fixed, flapping and still failing cases', () => {
		const trend = trendOf(
			{ at: 0, cells: { fresh: 'enforced', gone: 'leak', flaps: 'leak', old: 'broken', well: 'enforced' } },
			{ at: 1, cells: { fresh: 'enforced', gone: 'leak', flaps: 'enforced', old: 'broken', well: 'enforced' } },
			{ at: 24, cells: { fresh: 'leak', gone: 'enforced', flaps: 'leak', old: 'broken', well: 'enforced' } },
		);
		expect(namesOf(trend)).to.deep.equal({ new: ['fresh'], fixed: ['gone'], flapping: ['flaps'], failing: ['old'] });
		expect(trend.clusters[0]?.passing).to.equal(1);
		expect(trend.exitCode).to.equal(1);
	});

	it('what began to fail earlier in the last night is new still, and what began the night before is not', () => {
		const trend = trendOf(
			{ at: 0, cells: { a: 'enforced', b: 'enforced' } },
			{ at: 24, cells: { a: 'enforced', b: 'leak' } },
			{ at: 48, cells: { a: 'leak', b: 'leak' } },
			{ at: 50, cells: { a: 'leak', b: 'leak' } },
		);
		expect(namesOf(trend)).to.deep.equal({ new: ['a'], failing: ['b'] });
	});

	it('what was not attempted is not fixed, whether it is gone, skipped or its scenario never began', () => {
		const before = { at: 0, cells: { a: 'leak', b: 'leak', c: 'enforced', other: 'enforced' } } as const;
		const after = runAt({ at: 24, cells: { b: 'skipped', other: 'enforced' } });
		const trend = trendRuns([runAt(before), after], [], options);
		expect(namesOf(trend)).to.deep.equal({ unattempted: ['a', 'b'] });
		expect(trend.clusters[0]).to.include({ passing: 1, notAttempted: 1 });
		expect(trend.exitCode).to.equal(0);
		const never = sampleScenario('s', [sampleCell({ from: 'a', verdict: 'inconclusive' })], {
			reasons: [{ code: 'scenario-not-run', text: '' }],
		});
		expect(summariseRun(sampleRun([never]), 'x').cells.size).to.equal(0);
	});

	it('compares a case with the last night that attempted it, not with one that left it out', () => {
		const trend = trendOf(
			{ at: 0, cells: { a: 'leak', b: 'enforced' } },
			{ at: 24, cells: { b: 'enforced' } },
			{ at: 48, cells: { a: 'leak', b: 'enforced' } },
		);
		expect(namesOf(trend)).to.deep.equal({ failing: ['a'] });
	});

	it('the same case on another cluster is another one, and a cluster without a run last night is said to be stale', () => {
		const trend = trendOf(
			{ at: 0, cells: { a: 'leak' }, cluster: 'kind-calico' },
			{ at: 0, cells: { a: 'enforced' } },
			{ at: 24, cells: { a: 'enforced' } },
		);
		expect(trend.clusters.map(({ cluster, stale }) => [cluster, stale])).to.deep.equal([
			['kind-calico (netns)', true],
			['netns (netns)', false],
		]);
		expect(namesOf(trend, 0)).to.deep.equal({ unattempted: ['a'] });
		expect(namesOf(trend, 1)).to.deep.equal({});
	});

	it('ends with 1 for a new leak, 2 for a new doubt or nothing to compare, 0 for what is known, waived or mended', () => {
		const code = (before: Verdict, after: Verdict | Partial<CellVerdict>) =>
			trendOf({ at: 0, cells: { a: before } }, { at: 24, cells: { a: after } }).exitCode;
		expect(code('enforced', 'broken')).to.equal(1);
		expect(code('enforced', 'inconclusive')).to.equal(2);
		expect(code('leak', 'leak')).to.equal(0);
		expect(code('leak', 'enforced')).to.equal(0);
		const position = { file: 'w.yaml', line: 1, column: 1 };
		expect(code('enforced', { verdict: 'leak', waiver: { reason: 'r', position } })).to.equal(0);
		expect(trendOf({ at: 0, cells: { a: 'enforced' } }).exitCode).to.equal(2);
		expect(trendOf().exitCode).to.equal(2);
	});

	it('a leak of the last night counts, though a later run of it passed', () => {
		const trend = trendOf(
			{ at: 0, cells: { a: 'enforced' } },
			{ at: 24, cells: { a: 'leak' } },
			{ at: 25, cells: { a: 'enforced' } },
		);
		expect(namesOf(trend)).to.deep.equal({ flapping: ['a'] });
		expect(trend.exitCode).to.equal(1);
	});

	it('says where a scenario declares something else than before', () => {
		const trend = trendOf(
			{ at: 0, cells: { a: 'leak' } },
			{ at: 24, cells: { a: { verdict: 'unprotected', expectation: 'unprotected' } } },
		);
		expect(trend.clusters[0]?.cases.fixed[0]?.declared).to.deep.equal({ before: 'blocked', now: 'unprotected' });
	});

	it('a case that was never attempted before and fails is new, and says so', () => {
		const [one] =
			trendOf({ at: 0, cells: { b: 'enforced' } }, { at: 24, cells: { a: 'leak', b: 'enforced' } }).clusters[0]?.cases
				.new ?? [];
		expect(one?.first).to.equal(true);
	});

	it('leaves out nights before the last ones that are asked for', () => {
		const runs = [0, 24, 48].map((at) => runAt({ at, cells: { a: at === 0 ? 'leak' : 'enforced' } }));
		const trend = trendRuns(runs, [], { ...options, nights: 2 });
		expect(trend.olderNights).to.equal(1);
		expect(namesOf(trend)).to.deep.equal({});
	});
});

describe('latencies that drift', () => {
	const closing = (at: number, within: number, roundTrip = 0.5): RunSummary => {
		const open = { ...allowedCell().observed, roundTrip };
		const scenario = sampleScenario('s', [allowedCell({ from: 'a', observed: open })], {
			flips: [{ change: 'apply strict', closed: { paths: 2, within }, opened: undefined }],
		});
		return summariseRun(sampleRun([scenario], { startedAt: new Date(at * hour).toISOString() }), `${at}`);
	};
	const drift = (...runs: RunSummary[]) => trendRuns(runs, [], options).clusters[0]?.drift ?? [];

	it('is told where the last night leaves the range of at least three runs before by a half and more than the floor', () => {
		const before = [closing(0, 100), closing(1, 120), closing(2, 90)];
		const [found, ...more] = drift(...before, closing(24, 400));
		expect(found).to.deep.include({ of: 's', measure: 'closed after apply strict', before: 100, now: 400 });
		expect(found?.range).to.deep.equal([90, 120]);
		expect(more).to.deep.equal([]);
		expect(drift(...before, closing(24, 115))).to.deep.equal([]);
		expect(drift(...before, closing(24, 130))).to.deep.equal([]);
		expect(drift(...before.slice(1), closing(24, 400))).to.deep.equal([]);
	});

	it('is told of replies by case id, beyond 2 ms', () => {
		const before = [0, 1, 2].map((at) => closing(at, 100));
		expect(drift(...before, closing(24, 100, 1.5))).to.deep.equal([]);
		const [found] = drift(...before, closing(24, 100, 4));
		expect(found).to.include({ measure: 'reply', before: 0.5, now: 4 });
		expect(found?.of).to.match(/^s\/connect\/a→/);
	});
});

import type { ClusterFacts } from '../model/cluster.ts';
import type { CellPoint, Measure, MeasurePoint, RunSummary } from '../model/trend.ts';
import type { CellVerdict, RunVerdicts, ScenarioVerdict, Spread } from '../model/verdict.ts';

/** What a trend needs of a run, so that the rest need not be kept. `place`: where it was read from. Pure. */
export function summariseRun(run: RunVerdicts, place: string): RunSummary {
	const cells = new Map<string, CellPoint>();
	const measures: MeasurePoint[] = [];
	for (const scenario of run.scenarios) {
		if (!wasRun(scenario)) continue;
		for (const cell of scenario.cells) {
			// A skipped cell was not attempted: it says nothing about what is enforced.
			if (cell.verdict === 'skipped') continue;
			cells.set(cell.id, {
				verdict: cell.verdict,
				waived: cell.waiver !== undefined,
				expectation: cell.expectation,
			});
			measures.push(...measuresOf(cell));
		}
		measures.push(...flipsOf(scenario));
	}
	return {
		...{ run: run.run, place, startedAt: run.startedAt, version: run.version, verdict: run.verdict },
		cluster: run.cluster === undefined ? 'unknown' : `${run.cluster.name} (${run.cluster.driver})`,
		engine: describeEngine(run.cluster),
		injected: run.cluster?.injected ?? [],
		shards: run.shards ?? [],
		cells,
		measures,
	};
}

/** A scenario that never began (`--fail-fast`) has inconclusive cells, and attempted none of them. */
function wasRun({ reasons }: ScenarioVerdict): boolean {
	return !reasons.some(({ code }) => code === 'scenario-not-run');
}

function describeEngine(cluster: ClusterFacts | undefined): string {
	if (cluster === undefined) return 'unknown';
	const { version, enforcers, network } = cluster;
	return [...new Set([version, ...enforcers, ...(network?.cni ?? []), ...(network?.mesh ?? [])])].join(', ');
}

/** How quickly a forbidden path answers is no latency of anybody’s service. */
function measuresOf({ id, scenario, verdict, observed, chaos }: CellVerdict): MeasurePoint[] {
	const point = (measure: Measure, value: number, error: number) => ({ of: id, scenario, measure, value, error });
	const spread = (measure: Measure, of: Spread | undefined) =>
		of === undefined ? [] : [point(measure, of.median, of.error)];
	return [
		...(observed.roundTrip === undefined || verdict !== 'enforced' ? [] : [point('reply', observed.roundTrip, 0)]),
		...spread('closing', chaos?.closing),
		...spread('opening', chaos?.opening),
		...spread('exposure', chaos?.exposure),
		...spread('outage', chaos?.outageWidth),
	];
}

/** Of a change that several phases make, the slowest: a scenario's phases have no names of their own here. */
function flipsOf({ scenario, flips }: ScenarioVerdict): MeasurePoint[] {
	const slowest = new Map<Measure, number>();
	for (const { change, closed, opened } of flips) {
		if (closed) note(slowest, `closed after ${change}`, closed.within);
		if (opened) note(slowest, `opened after ${change}`, opened.within);
	}
	return [...slowest].map(([measure, value]) => ({ of: scenario, scenario, measure, value, error: 0 }));
}

function note(slowest: Map<Measure, number>, measure: Measure, value: number): void {
	slowest.set(measure, Math.max(value, slowest.get(measure) ?? 0));
}

import { type ClusterTrend, type Drift, type Trend, type TrendKind, trendKinds } from '../model/trend.ts';
import { plural } from './counts.ts';
import { paint } from './paint.ts';
import {
	describeDrift,
	describeTrend,
	lastVerdict,
	lettersMean,
	remarksOf,
	sayMinute,
	stripOf,
	trendWords,
} from './trend-words.ts';

/** Cells of a kind, and drifts, that are listed without `verbose`. */
const shown = 20;

interface Look {
	colour: boolean;
	verbose: boolean;
}

/** What changed over several nights, for people: the clusters one after the other, each kind of change as a block. */
export function renderTrend(trend: Trend, look: Look): string {
	const { nights, clusters, passedOver, olderNights } = trend;
	const runs = nights.reduce((sum, night) => sum + night.runs, 0);
	const older = olderNights === 0 ? '' : `; ${plural(olderNights, 'older night')} left out`;
	const yellow = paint(look.colour, 'yellow');
	return [
		`${plural(runs, 'run')} in ${plural(nights.length, 'night')}${older}`,
		...nights.map(
			({ from, to, runs: count }, index) =>
				`  ${index === nights.length - 1 ? 'last night' : `night ${index + 1}   `}  ${sayMinute(from)} to ${sayMinute(to)} UTC, ${plural(count, 'run')}`,
		),
		...passedOver.map(({ place, why }) => `${yellow('passed over')} ${place}: ${why}`),
		'',
		...clusters.flatMap((cluster) => renderCluster(cluster, look)),
		...(nights.length < 2
			? [`nothing to compare: ${nights.length === 0 ? 'there is no run' : 'there is only one night'}`, '']
			: []),
		...(clusters.some(({ cases }) => trendKinds.some((kind) => cases[kind].length > 0)) ? [lettersMean, ''] : []),
	].join('\n');
}

function renderCluster(cluster: ClusterTrend, look: Look): string[] {
	const bold = paint(look.colour, 'bold');
	const yellow = paint(look.colour, 'yellow');
	const { runs, engineChanges, stale, drift } = cluster;
	const injected = [...new Set(runs.flatMap((run) => run.injected))];
	return [
		`${bold(cluster.cluster)}  ${runs.at(-1)?.engine ?? ''}`,
		`  ${stale ? yellow('not run the last night: nothing is said of what changed') : describeTrend(cluster)}`,
		...engineChanges.map(
			({ place, before, now }) => `  ${yellow('other engine')} since ${runs[place]?.run ?? ''}: ${before} → ${now}`,
		),
		...(injected.length === 0 ? [] : [`  ${yellow('bugs were injected')}: ${injected.join(', ')}`]),
		'',
		...trendKinds.flatMap((kind) => renderKind(cluster, kind, look)),
		...renderDrift(drift, look),
	];
}

function renderKind(cluster: ClusterTrend, kind: TrendKind, { colour, verbose }: Look): string[] {
	const cases = cluster.cases[kind];
	if (cases.length === 0) return [];
	const { title, means, styles } = trendWords[kind];
	const listed = verbose ? cases : cases.slice(0, shown);
	return [
		`  ${paint(colour, ...styles)(title)}  ${plural(cases.length, 'cell')}: ${means}`,
		...listed.map((one) => {
			const remarks = remarksOf(one, cluster, kind);
			const verdict = (lastVerdict(one) ?? '').padEnd(12);
			return `      ${stripOf(one, cluster)}  ${verdict} ${one.id}${remarks === '' ? '' : `  (${remarks})`}`;
		}),
		...more(cases.length - listed.length),
		'',
	];
}

function renderDrift(drift: Drift[], { colour, verbose }: Look): string[] {
	if (drift.length === 0) return [];
	const slower = drift.filter(({ before, now }) => now > before).length;
	const listed = verbose ? drift : drift.slice(0, shown);
	return [
		`  ${paint(colour, 'yellow')('latency')}  ${slower} slower, ${drift.length - slower} quicker than on every night before`,
		...listed.map((one) => `      ${describeDrift(one)}  ${one.of}`),
		...more(drift.length - listed.length),
		'',
	];
}

function more(count: number): string[] {
	return count > 0 ? [`      and ${count} more (--verbose lists them)`] : [];
}

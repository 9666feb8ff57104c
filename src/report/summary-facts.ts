import type { ChaosMeasures, Proof, RunVerdicts, Verdict } from '../model/verdict.ts';
import { describeDuration, describePhases, plural } from './counts.ts';
import { gateFacts } from './gate-view.ts';
import { describeWireOfRun } from './wire.ts';

/** How the run was proved, how long it waited, and where it ran: pairs of a label and a sentence. */
export function summaryFacts(run: RunVerdicts): [string, string][] {
	return [
		...gateFacts(run),
		...parts(run),
		...sampled(run),
		...proof(run),
		...underFaults(run),
		...wire(run),
		...waits(run).map((text): [string, string] => ['wait', text]),
		...settling(run).map((text): [string, string] => ['settled', text]),
		...clusterLines(run),
	];
}

/** Nobody may take a part for the whole. */
function parts({ shard, shards }: RunVerdicts): [string, string][] {
	if (shard) return [['shard', `${shard.index} of ${shard.of}: a part, to be merged with the others`]];
	return shards ? [['merged', `from ${plural(shards.length, 'shard')}: ${shards.join(', ')}`]] : [];
}

/** Of matrices that were sampled. */
function sampled(run: RunVerdicts): [string, string][] {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells).filter((cell) => cell.standsFor !== undefined);
	if (cells.length === 0) return [];
	const paths = cells.reduce((sum, { standsFor = 1 }) => sum + standsFor, 0);
	return [
		['sampled', `${plural(cells.length, 'cell')} stand for ${paths} paths between pods that no policy tells apart`],
	];
}

function proof(run: RunVerdicts): [string, string][] {
	const proofs: Record<Proof, number> = { bracketed: 0, contrast: 0, none: 0 };
	const closed = run.scenarios
		.flatMap((scenario) => scenario.cells)
		.filter((cell) => cell.verdict === 'enforced' && cell.observed.state === 'closed');
	for (const cell of closed) proofs[cell.proof] += 1;
	// Paths that were open at times say for themselves when they were not.
	if (closed.length === 0 && forbiddenAtTimes(run).length > 0) return [];
	if (closed.length === 0) return [['proof', 'no cell was shown to be blocked']];
	const parts = [
		`${proofs.bracketed} open before and after (bracketed)`,
		...(proofs.contrast > 0 ? [`${proofs.contrast} in contrast to a sibling`] : []),
		...(proofs.none > 0 ? [`${proofs.none} without proof`] : []),
	];
	return [['proof', `${closed.length} blocked cells: ${parts.join(', ')}`]];
}

/** Of paths that were attempted all the time around faults, those that were forbidden then. */
function underFaults(run: RunVerdicts): [string, string][] {
	const paths = forbiddenAtTimes(run);
	if (paths.length === 0) return [];
	const time = paths.reduce((sum, { chaos }) => sum + chaos.forbidden.time, 0);
	const windows = (isLeak: boolean) =>
		paths
			.filter(({ verdict }) => (verdict === 'leak') === isLeak)
			.reduce((sum, { chaos }) => sum + chaos.leakWindows, 0);
	const [leaks, others] = [windows(true), windows(false)];
	const where = [
		...(leaks > 0 ? [plural(leaks, 'window')] : []),
		...(others > 0 ? [`${plural(others, 'window')} where that is only observed`] : []),
	];
	const seen = where.length === 0 ? 'no token got through' : `tokens got through in ${where.join(', and in ')}`;
	return [
		['faults', `${plural(paths.length, 'path')} forbidden for ${describeDuration(time)} in all around faults: ${seen}`],
	];
}

function forbiddenAtTimes(run: RunVerdicts): { verdict: Verdict; chaos: ChaosMeasures }[] {
	const cells = run.scenarios.flatMap((scenario) => scenario.cells);
	return cells.flatMap(({ verdict, chaos }) => (chaos && chaos.forbidden.time > 0 ? [{ verdict, chaos }] : []));
}

/** What could be read of the tokens on the host side of pods. */
function wire(run: RunVerdicts): [string, string][] {
	const told = describeWireOfRun(run);
	return told === undefined ? [] : [['wire', told]];
}

/** How long a try could stay unanswered before it counted as such. */
function waits(run: RunVerdicts): string[] {
	const calibrations = run.scenarios.flatMap((scenario) => scenario.calibrations);
	if (calibrations.length === 0) return [];
	const waited = calibrations.map((calibration) => calibration.wait);
	const slowest = Math.max(...calibrations.map((calibration) => calibration.slowest));
	const least = describeDuration(Math.min(...waited));
	const most = describeDuration(Math.max(...waited));
	const samples = calibrations.reduce((sum, calibration) => sum + calibration.samples, 0);
	const range = least === most ? least : `${least} to ${most}`;
	return [`${range}, calibrated from ${samples} replies (slowest ${slowest.toFixed(1)} ms)`];
}

/** How long changes took to show, where attempts saw them take effect. */
function settling(run: RunVerdicts): string[] {
	const settles = run.scenarios.flatMap((scenario) => scenario.settles);
	const measured = settles.flatMap((settle) => settle.slowest ?? []);
	const slowest = Math.max(0, ...measured);
	const unsettled = settles.reduce((sum, settle) => sum + settle.unsettled, 0);
	const parts = [
		...(measured.length > 0
			? [`changes took effect ${slowest === 0 ? 'at once' : `within ${describeDuration(slowest)}`}`]
			: []),
		...(unsettled > 0 ? [`${plural(unsettled, 'cell')} did not settle in time`] : []),
	];
	return parts.length === 0 ? [] : [parts.join('; ')];
}

function clusterLines(run: RunVerdicts): [string, string][] {
	const { cluster } = run;
	if (cluster === undefined) return [['cluster', 'none came up']];
	const enforcers = cluster.enforcers.length > 0 ? cluster.enforcers.join(', ') : 'nobody that was found';
	const { cni = [], mesh = [] } = cluster.network ?? {};
	return [
		[
			'cluster',
			`${cluster.name} (${cluster.driver}, ${cluster.version}), ${plural(cluster.nodes, 'node')}, kernel ${cluster.kernel}`,
		],
		...(cluster.phases === undefined ? [] : [['up in', describePhases(cluster.phases)] as [string, string]]),
		['enforced', `by ${enforcers}`],
		// Where one program does both, it stands in the line above already.
		...(cni.every((name) => cluster.enforcers.includes(name)) ? [] : [['network', cni.join(', ')] as [string, string]]),
		...(mesh.length === 0 ? [] : [['mesh', mesh.join(', ')] as [string, string]]),
		...cluster.injected.map((bug): [string, string] => ['injected', `${bug}: enforced wrongly on purpose`]),
		...cluster.notes.map((note): [string, string] => ['note', note]),
	];
}

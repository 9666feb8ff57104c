import type { Proof, RunVerdicts } from '../model/verdict.ts';
import { describeCounts, describeDuration, plural } from './counts.ts';
import { field, rule } from './console-findings.ts';
import { type Style, paint } from './paint.ts';

export interface SummaryOptions {
	colour: boolean;
	width: number;
	folder?: string;
	duration?: number;
}

const tones: Record<RunVerdicts['exitCode'], Style[]> = {
	0: ['bold', 'black', 'bgGreen'],
	1: ['bold', 'whiteBright', 'bgRed'],
	2: ['bold', 'black', 'bgYellow'],
};

/** The verdict, what it counts, how it was proved, and where it was found out. */
export function renderSummary(run: RunVerdicts, options: SummaryOptions): string[] {
	const cells = run.scenarios.reduce((sum, scenario) => sum + scenario.cells.length, 0);
	const line = (label: string, text: string): string[] => field(label, text, options, { margin: 2 });
	const took = options.duration === undefined ? '' : `, in ${describeDuration(options.duration)}`;
	const scope = `${plural(cells, 'cell')} in ${plural(run.scenarios.length, 'scenario')}${took}`;
	// Exit code 0 means that everything declared is enforced, also where other cells were only observed.
	const word = run.exitCode === 0 ? 'enforced' : run.verdict;
	const verdict = paint(options.colour, ...tones[run.exitCode])(` ${word.toUpperCase()} `);
	return [
		rule('summary', options),
		'',
		`  ${verdict} ${describeCounts(run.counts)}`,
		...(run.cluster?.warnings ?? []).flatMap((text) => line('warning', text)),
		...line('attempted', scope),
		...run.reasons.flatMap((reason) => line('why', reason.text)),
		...(run.complete ? [] : [...line('complete', 'no: the run was cut off; what is missing is inconclusive')]),
		...line('proof', describeProof(run)),
		...waits(run).flatMap((text) => line('wait', text)),
		...settling(run).flatMap((text) => line('settled', text)),
		...clusterLines(run).flatMap(([label, text]) => line(label, text)),
		...(options.folder === undefined ? [] : line('run', options.folder)),
	];
}

function describeProof(run: RunVerdicts): string {
	const proofs: Record<Proof, number> = { bracketed: 0, contrast: 0, none: 0 };
	const closed = run.scenarios
		.flatMap((scenario) => scenario.cells)
		.filter((cell) => cell.verdict === 'enforced' && cell.observed.state === 'closed');
	for (const cell of closed) proofs[cell.proof] += 1;
	if (closed.length === 0) return 'no cell was shown to be blocked';
	const parts = [
		`${proofs.bracketed} open before and after (bracketed)`,
		...(proofs.contrast > 0 ? [`${proofs.contrast} in contrast to a sibling`] : []),
		...(proofs.none > 0 ? [`${proofs.none} without proof`] : []),
	];
	return `${closed.length} blocked cells: ${parts.join(', ')}`;
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

/** What standing the cluster up took, as a whole and in parts. */
function describePhases(phases: { phase: string; duration: number }[]): string {
	const total = phases.reduce((sum, { duration }) => sum + duration, 0);
	const parts = phases.filter(({ duration }) => duration >= 100);
	return `${describeDuration(total)}: ${parts.map(({ phase, duration }) => `${phase} ${describeDuration(duration)}`).join(', ')}`;
}

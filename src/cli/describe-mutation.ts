import type { JudgedMutant } from '../mutate/judge-mutant.ts';
import { type MutatedScenario, type MutationScore, scoreOf } from '../mutate/mutate-scenario.ts';
import { operators } from '../mutate/operators.ts';
import type { Remedy } from '../mutate/remedy.ts';
import { plural } from '../report/counts.ts';

interface Detail {
	verbose: boolean;
	strict: boolean;
}

/** So many mutants of one kind are shown without -v. */
const shown = 10;

/** A scenario's score, and below it what would have to be added, and why some can't be told. */
export function describeMutation(result: MutatedScenario, { verbose, strict }: Detail): string {
	const { name, file, mutants, unmodelled } = result;
	const score = scoreOf(mutants, strict);
	const lines = [`${symbolOf(score)} ${name}  ${scoreText(score)}  (${file})`];
	for (const { policy, kind } of unmodelled)
		lines.push(`  ${policy}: what a ${kind} means is not evaluated; no mutants`);
	const of = (is: JudgedMutant['fate']['is']) => mutants.filter(({ fate }) => fate.is === is);
	lines.push(...missing(of('missed'), 'would be noticed with', verbose));
	lines.push(...missing(of('beyond'), 'can only be told with something more', verbose));
	lines.push(...group(of('undecided'), 'are left open by the specification, or rest on what is not known', verbose));
	lines.push(...group(of('equivalent'), 'are equivalent: no path could tell', verbose));
	if (verbose) lines.push(...group(of('noticed'), 'are noticed', verbose));
	return `${lines.join('\n')}\n`;
}

export function describeTotal(results: readonly MutatedScenario[], strict: boolean): string {
	const mutants = results.flatMap((result) => result.mutants);
	const score = scoreOf(mutants, strict);
	const short = results.filter((result) => (scoreOf(result.mutants, strict).share ?? 1) < 1).length;
	const more = short === 0 ? '' : `; ${plural(short, 'scenario')} below 100 %`;
	return `\n${plural(results.length, 'scenario')}: ${scoreText(score)}${more}\n`;
}

function symbolOf({ share }: MutationScore): string {
	return share === undefined ? '–' : share === 1 ? '✓' : '✗';
}

/** `98.5 %, 128 of 130 mutants noticed, 3 equivalent`. */
function scoreText(score: MutationScore): string {
	const { noticed, byPredicted, missed, beyond, undecided, equivalent, share } = score;
	if (noticed + missed + beyond + undecided + equivalent === 0) return 'no policy that could be changed';
	const rest = [
		byPredicted > 0 ? `${byPredicted} of them by expect: predicted alone` : '',
		beyond > 0 ? `${beyond} beyond these pods` : '',
		undecided > 0 ? `${undecided} undecided` : '',
		equivalent > 0 ? `${equivalent} equivalent` : '',
	].filter((text) => text !== '');
	return [`${percent(share)}: ${noticed} of ${plural(noticed + missed, 'mutant')} noticed`, ...rest].join(', ');
}

/** Rounded down, so that only all are 100 %. */
function percent(share: number | undefined): string {
	return share === undefined ? 'no score' : `${Math.floor(share * 1000) / 10} %`;
}

/** Mutants by what has to be added, so that a line is shown once, whatever it would notice. */
function missing(mutants: readonly JudgedMutant[], title: string, verbose: boolean): string[] {
	if (mutants.length === 0) return [];
	const byRemedy = new Map<string, JudgedMutant[]>();
	for (const judged of mutants) {
		const { fate } = judged;
		if (fate.is !== 'missed' && fate.is !== 'beyond') continue;
		const key = remedyLines(fate.remedy).join('\n');
		byRemedy.set(key, [...(byRemedy.get(key) ?? []), judged]);
	}
	const some = [...byRemedy].toSorted((one, other) => other[1].length - one[1].length);
	const rest = verbose ? 0 : Math.max(0, some.length - shown);
	return [
		`  ${mutants.length} ${title}`,
		...some
			.slice(0, some.length - rest)
			.flatMap(([key, judged]) => [
				...key.split('\n').map((line) => `    ${line}`),
				...capped(judged, verbose).map((line) => `      ${line}`),
			]),
		...(rest > 0 ? [`    … ${plural(rest, 'more line')}: -v shows all`] : []),
	];
}

function remedyLines({ attempt, when, listen, declare, open }: Remedy): string[] {
	return [
		...declare.map(({ key, value }) => `+ ${key}: ${value}`),
		...(listen ? [`+ ${listen.target}.listen: ${listen.port}`] : []),
		`+ - ${attempt}${when === undefined ? '' : `   # ${when}`}`,
		...open.map((one) => `+ - ${one.attempt}   # ${one.when}`),
	];
}

function group(mutants: readonly JudgedMutant[], title: string, verbose: boolean): string[] {
	if (mutants.length === 0) return [];
	return [`  ${mutants.length} ${title}`, ...capped(mutants, verbose).map((line) => `    ${line}`)];
}

function capped(mutants: readonly JudgedMutant[], verbose: boolean): string[] {
	const rest = verbose ? 0 : Math.max(0, mutants.length - shown);
	const lines = mutants.slice(0, mutants.length - rest).flatMap(describeMutant);
	return rest > 0 ? [...lines, `… ${rest} more: -v shows all`] : lines;
}

function describeMutant({ mutant, fate }: JudgedMutant): string[] {
	const { id, operator, change, position } = mutant;
	const lines = [`${id}  ${position.file}:${position.line}`, `  ${operators[operator]}: ${change}`];
	switch (fate.is) {
		case 'noticed':
			return [
				...lines,
				`  by ${fate.cell}${fate.by === 'predicted' ? ' (expect: predicted)' : ''}: ${fate.before} → ${fate.after}`,
			];
		case 'missed':
		case 'beyond':
			return [...lines, `  turns ${fate.remedy.before} into ${fate.remedy.after}`];
		case 'undecided':
			return [...lines, `  ${fate.path}: ${fate.before} → ${fate.after}: ${fate.because.join('; ')}`];
		case 'equivalent':
			return [...lines, `  ${fate.because}${fate.paths > 0 ? `; ${plural(fate.paths, 'path')} looked at` : ''}`];
	}
}

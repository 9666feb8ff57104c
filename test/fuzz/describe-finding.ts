import type { Finding } from './batch.ts';

const shown = 6;

/** What differs, and how it is repeated, for a person who reads a log. */
export function describeFinding(finding: Finding, repeatCommand: string): string {
	const { differences, contradictions, repeats, found } = finding;
	const lines = [
		`the evaluator and the cluster differ on ${differences.length + contradictions.length} paths under ${found.policies.length} policies:`,
		...differences
			.slice(0, shown)
			.flatMap(({ cell, observed }) => [
				`  ${cell.id}: predicted ${cell.prediction.verdict}, observed ${observed}`,
				...cell.prediction.because.map((text) => `    ${text}`),
			]),
		...contradictions
			.slice(0, shown)
			.map(
				({ cell, planned }) =>
					`  ${cell.id}: predicted ${cell.prediction.verdict}, but ${planned.verdict} before addresses are known`,
			),
		`repeat: ${repeatCommand}`,
	];
	if (!repeats) {
		lines.push(
			'not seen again on a fresh deployment: it hangs on the cases before it, so that it was not made smaller',
		);
	}
	return lines.join('\n');
}

export function repeatCommand({ seed, path, repeats }: Finding, cluster: string, setsPerTopology: number): string {
	const on = cluster === 'embedded' ? '' : ` --cluster ${cluster}`;
	// Without a path the whole batch is gone through again: nothing in it was found to be enough by itself.
	const which = repeats && path !== '' ? `--path ${path}` : `--sets ${setsPerTopology}`;
	return `npm run fuzz -- --seed ${seed} ${which}${on}`;
}

import type { SourcePosition } from '../model/diagnostic.ts';
import type { Scenario } from '../model/scenario.ts';
import type { ExplainedPath } from '../plan/explain-path.ts';
import { titles, type Way } from '../policy/evaluate.ts';
import type { EvaluatedSide } from '../policy/evaluate-side.ts';

/** For people: each port and moment once, families together where they don't differ. */
export function describeExplanation(
	from: string,
	to: string,
	scenario: Scenario,
	paths: readonly ExplainedPath[],
): string {
	const blocks = new Map<string, { head: string; families: string[]; phase: string; body: string }>();
	const place = to.split(':')[0] ?? to;
	for (const path of paths) {
		const { prediction } = path.explanation;
		const head = `${from} → ${place}:${path.port}/${path.protocol}`;
		const phase = path.phase === undefined ? '' : `, ${path.phase}`;
		const body = `${prediction.verdict}\n${describeWays(path, from)}`;
		const known = blocks.get(`${head}${phase}${body}`);
		if (known) known.families.push(path.family);
		else blocks.set(`${head}${phase}${body}`, { head, families: [path.family], phase, body });
	}
	const lines = [...blocks.values()].map(
		({ head, families, phase, body }) => `  ${head} (${families.join(', ')}${phase}): ${body}`,
	);
	return `${scenario.name}  (${scenario.file})\n${lines.length > 0 ? lines.join('\n') : `  nothing listens on ${to} there\n`}`;
}

function describeWays(
	{ explanation: { prediction, ways, mixed }, protocol, positions }: ExplainedPath,
	from: string,
): string {
	if (ways.length === 0 || mixed) {
		const [first = ''] = prediction.because;
		if (ways.length === 0) return `    ${first}\n`;
		return `    ${first}\n${ways.map((way) => describeWay(way, from, protocol, positions, true)).join('')}`;
	}
	return ways.map((way) => describeWay(way, from, protocol, positions, ways.length > 1)).join('');
}

function describeWay(
	way: Way,
	from: string,
	protocol: string,
	positions: Record<string, SourcePosition>,
	titled: boolean,
): string {
	const port = `${way.port}/${protocol}`;
	const sides = [
		...describeSide(way.egress, `the way to ${way.to}`, way.to, port, positions),
		...describeSide(way.ingress, from, from, port, positions),
		...(['mesh', 'proxies', 'securityGroups'] as const).flatMap((name) => {
			const side = way[name];
			return side
				? [`    ${titles[name]}: ${words[side.verdict]}`, ...side.because.map((text) => `      ${text}`)]
				: [];
		}),
	];
	const title = titled ? [`    by ${way.to}:${port}: ${way.verdict}`] : [];
	return `${[...title, ...sides].join('\n')}\n`;
}

const words = { yes: 'allowed', no: 'blocked', open: 'open', unknown: 'unknown' } as const;

/** `path` and `other`: what a rule would have to allow, and whom one of its peers would have to mean. */
function describeSide(
	side: EvaluatedSide,
	path: string,
	other: string,
	port: string,
	positions: Record<string, SourcePosition>,
): string[] {
	const { direction, subject, selectedBy, matching, rejecting, verdict, note } = side;
	const head = `    ${direction} of ${subject}: ${words[verdict]}`;
	if (selectedBy.length === 0) return [`${head}, ${note ?? 'no policy selects it'}`];
	const lines = [
		`${head}${note === undefined ? '' : `, ${note}`}`,
		...selectedBy.map((policy) => `      selected by ${policy}${positionText(positions[policy])}`),
		...matching.map(
			({ rule, truth }) => `      ${rule} ${truth === 'yes' ? 'allows' : 'may allow'} ${path} on ${port}`,
		),
	];
	if (matching.length > 0) return lines;
	if (rejecting.length === 0 && note === undefined)
		return [...lines, `      ${selectedBy.length > 1 ? 'none of them has an' : 'it has no'} ${direction} rule`];
	return [
		...lines,
		...rejecting.map(
			({ rule, lacks }) => `      ${rule} ${lacks === 'port' ? `is not for ${port}` : `does not mean ${other}`}`,
		),
	];
}

function positionText(position: SourcePosition | undefined): string {
	return position === undefined ? '' : ` (${position.file}:${position.line})`;
}

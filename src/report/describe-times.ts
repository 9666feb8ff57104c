import type { FaultReport, FlipReport, HoldReport, ScenarioVerdict, SinceChange } from '../model/verdict.ts';
import { describeDuration, plural } from './counts.ts';
import { describePath } from './describe-cell.ts';
import { describeChaos } from './describe-chaos.ts';

/** More effects than this are counted only. */
const effectsShown = 6;

/** What is told in times rather than in cells: faults, held connections and how fast changes showed. A sentence each. */
export function describeTimes(scenario: ScenarioVerdict): string[] {
	const { faults, holds, flips, refusals } = scenario;
	const lines = [
		...faults.map(describeFault),
		...scenario.cells.flatMap((cell) => {
			const phrases = describeChaos(cell);
			return phrases.length === 0 ? [] : [`${cell.chaos?.name}, ${describePath(cell)}: ${phrases.join('; ')}`];
		}),
		...holds.map(describeHold),
		...refusals.map(({ change, message }) => `${change} was refused: ${message}`),
	];
	// Alone, how fast changes show is told once for the whole run.
	return lines.length === 0 ? [] : [...lines, ...flips.map(describeFlip)];
}

/** `long-lived, naked → app-one:8080, ipv4: closed by the other side 45.2 s after apply strict; it had lasted 46.0 s`. */
function describeHold({ name, family, from, to, port, state, outcome, lasted, since }: HoldReport): string {
	const path = `${name}, ${from} → ${to}:${port}, ${family}`;
	if (state === 'never-opened' || lasted === undefined) return `${path}: never opened`;
	const times = since.map(describeSince).join(', ');
	if (state === 'alive') {
		const still = `still alive when it was used last, ${describeDuration(lasted)} after it was opened`;
		return `${path}: ${still}${times === '' ? '' : `, ${times}`}`;
	}
	const how = outcome === 'reset' ? 'reset' : outcome === 'closed' ? 'closed by the other side' : `ended (${outcome})`;
	const rest = `it had lasted ${describeDuration(lasted)}`;
	return `${path}: ${how}${times === '' ? '' : ` ${times}`}; ${rest}`;
}

function describeSince({ change, after }: SinceChange): string {
	// The embedded cluster acknowledges a change when nothing of what was before is left.
	if (after < 0) return `during ${change}, ${describeDuration(-after)} before its acknowledgement`;
	return `${describeDuration(after)} after ${change}`;
}

function describeFault({ fault, name, injection, healing, inForce }: FaultReport): string {
	const title = name === fault || name.startsWith(`${fault}, `) ? name : `${name} (${fault})`;
	if (!injection) return `${title}: was not injected`;
	const parts = [`injected in ${describeDuration(injection.took)}: ${describeEffects(injection.effects)}`];
	if (inForce !== undefined) parts.push(`in force for ${describeDuration(inForce)}`);
	if (healing) parts.push(`healed in ${describeDuration(healing.took)}: ${describeEffects(healing.effects)}`);
	return `${title}: ${parts.join('; ')}`;
}

function describeEffects(effects: readonly string[]): string {
	if (effects.length === 0) return 'nothing was seen to happen';
	const more = effects.length > effectsShown ? [`${effects.length - effectsShown} more`] : [];
	return [...effects.slice(0, effectsShown), ...more].join(', ');
}

function describeFlip({ change, closed, opened }: FlipReport): string {
	const parts = [
		...(closed ? [`${plural(closed.paths, 'path')} closed within ${describeDuration(closed.within)}`] : []),
		...(opened ? [`${plural(opened.paths, 'path')} opened within ${describeDuration(opened.within)}`] : []),
	];
	return `${change}: ${parts.join(', ')} of its acknowledgement`;
}

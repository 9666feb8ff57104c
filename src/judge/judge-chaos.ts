import type { Cell, ChaosPlan } from '../model/plan.ts';
import type { Proof, Reason, Verdict } from '../model/verdict.ts';
import type { CellContext } from './cell-context.ts';
import { chaosControls } from './chaos-controls.ts';
import { type ChaosFindings, measureChaos } from './chaos-measures.ts';
import type { Span } from './chaos-spans.ts';
import { isWithin } from './chaos-timeline.ts';
import { type Control, held, missing } from './control.ts';
import { endpointText } from './endpoint-text.ts';
import { judgement, type Judgement, reasonsOf } from './finding-out.ts';
import { answeredSomehow } from './judge-dns.ts';
import { reason } from './reasons.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import { type StreamTry, streamTries } from './stream-tries.ts';

export interface ChaosJudgement extends Judgement {
	found: ChaosFindings | undefined;
}

/** Less than this share of the time says too little about the rest. */
const enough = 0.9;

/**
 * A path that was attempted continuously around a fault, judged against what it was meant to be at which time. A token at
 * the target while the path was forbidden is a leak, whatever else is missing.
 */
export function judgeChaos(context: CellContext, cell: Cell): ChaosJudgement {
	const { history } = context;
	const step = history.plan.steps.findIndex((one) => one.do === 'chaos' && one.chaos.name === cell.chaos?.name);
	const planned = history.plan.steps[step];
	if (planned?.do !== 'chaos') return { ...judgement('inconclusive', [reason('not-attempted')]), found: undefined };
	const { chaos } = planned;
	const replies = repliesOfServer(history, chaos, cell);
	const found = measureChaos(history, step, chaos, cell, replies);
	if (!found || found.tries.length === 0)
		return { ...judgement('inconclusive', [reason('not-attempted')]), found: undefined };
	const controls = [...chaosControls(history, step, chaos, cell, found), serverControl(cell, found, replies)];
	const leaks = leakReasons(found, chaos);
	if (leaks.length > 0) return { ...judgement('leak', leaks, { controls }), found };
	const proof = found.forbidden.length === 0 ? 'none' : proofOf(history, chaos, cell, found);
	const rest = { controls, proof, findings: answersOfOthers(found) };
	const doubts = doubtsOf(found, controls);
	const broken = outageReasons(found, chaos);
	if (broken.length > 0 && doubts.length === 0) return { ...judgement('broken', broken, rest), found };
	const missing = [...doubts, ...gapsOf(found, chaos, proof)];
	if (missing.length > 0) return { ...judgement('inconclusive', [...missing, ...broken], rest), found };
	return { ...judgement(...stance(found, chaos), rest), found };
}

function leakReasons({ leaks, closings, exposures, neverClosed }: ChaosFindings, { expect }: ChaosPlan): Reason[] {
	const reasons: Reason[] = [];
	if (neverClosed.length > 0) reasons.push(reason('never-closed', times(neverClosed.length)));
	if (expect.leaks === 'none' && leaks.length > 0) {
		reasons.push(reason('leak-window', `${times(leaks.length)}, the longest for ${text(longest(leaks))}`));
	}
	const late = beyond(closings, expect.closes);
	if (late) reasons.push(reason('closed-late', `${text(late)}, at most ${expect.closes} ms`));
	const exposed = anyBeyond(exposures, expect.exposure);
	if (exposed) reasons.push(reason('exposed-too-long', `${text(exposed)}, at most ${expect.exposure} ms`));
	return reasons;
}

function outageReasons({ outages, openings, neverOpened }: ChaosFindings, { expect }: ChaosPlan): Reason[] {
	const reasons: Reason[] = [];
	if (neverOpened.length > 0) reasons.push(reason('never-opened', times(neverOpened.length)));
	const outage = anyBeyond(outages, expect.outage);
	if (outage) reasons.push(reason('outage', `${text(outage)}, at most ${expect.outage} ms`));
	const late = beyond(openings, expect.opens);
	if (late) reasons.push(reason('opened-late', `${text(late)}, at most ${expect.opens} ms`));
	return reasons;
}

/** Who answers nobody at all may not be there at all. */
function serverControl({ to }: Cell, { tries }: ChaosFindings, replies: readonly number[]): Control {
	const control = 'server answers';
	const answered = replies.length + tries.filter(({ landed }) => landed === 'replied').length;
	return answered > 0
		? held(control, `${answered} tries`)
		: missing(control, 'control-not-living', `${endpointText(to)} answered nobody`);
}

/** Why neither silence nor an answer says anything. */
function doubtsOf(found: ChaosFindings, controls: readonly Control[]): Reason[] {
	const doubts = reasonsOf(controls);
	const strange = strangeTries(found).filter(({ strayed, at }) => strayed || !isWithin(at, found.allowed));
	if (strange[0]) doubts.push(reason('answered-by-other', `${times(strange.length)}: ${strange[0].other}`));
	const elsewhere = found.tries.filter((attempt) => isAnsweredElsewhere(attempt, found));
	if (elsewhere[0]) doubts.push(reason('dns-answered-by-other', `${times(elsewhere.length)}: ${elsewhere[0].code}`));
	return doubts;
}

/** While the path was allowed the target had to answer, so that it is an outage, whoever else did; and worth to be told. */
function answersOfOthers(found: ChaosFindings): Reason[] {
	const strange = strangeTries(found).filter(({ at }) => isWithin(at, found.allowed));
	return strange[0] ? [reason('answered-by-other', `${times(strange.length)}: ${strange[0].other}`)] : [];
}

function strangeTries({ tries }: ChaosFindings): StreamTry[] {
	return tries.filter(({ other }) => other !== undefined);
}

/** While the path was forbidden a query was answered that no resolver of ours saw: where it went is not known. */
function isAnsweredElsewhere({ code, landed, at }: StreamTry, { forbidden }: ChaosFindings): boolean {
	const isAnswer = code !== undefined && answeredSomehow.has(code) && landed === undefined;
	return isAnswer && isWithin(at, forbidden);
}

/** What was not looked at, or not shown to be able to answer: it may hide something. */
function gapsOf(found: ChaosFindings, { expect: { unseen } }: ChaosPlan, proof: Proof): Reason[] {
	const { forbidden, allowed } = found.measures;
	const doubts: Reason[] = [];
	if (forbidden.time > 0 && forbidden.covered < enough)
		doubts.push(reason('control-not-living', share(forbidden.covered)));
	if (unseen !== undefined && forbidden.gap > unseen)
		doubts.push(reason('pause-too-long', `${Math.ceil(forbidden.gap)} ms, at most ${unseen} ms`));
	if (allowed.time > 0 && allowed.covered < enough) doubts.push(reason('tries-missing', share(allowed.covered)));
	if (forbidden.time > 0 && proof === 'none') doubts.push(reason('never-open-elsewhere'));
	return doubts;
}

/** Of a path of which nothing is demanded at any time nothing is shown but how it went. */
function stance({ forbidden, allowed }: ChaosFindings, { expect }: ChaosPlan): [Verdict, Reason[]] {
	const ofForbidden = expect.leaks === 'none' || expect.closes !== undefined || expect.exposure !== undefined;
	const ofAllowed = expect.outage !== undefined || expect.opens !== undefined;
	const demanded = (forbidden.length > 0 && ofForbidden) || (allowed.length > 0 && ofAllowed);
	return demanded ? ['enforced', [reason('held-throughout')]] : ['observed', [reason('measured-only')]];
}

/** The worst that is certainly more than the threshold. */
function beyond(spans: readonly Span[], threshold: number | undefined): Span | undefined {
	if (threshold === undefined) return undefined;
	const over = spans.filter(({ atLeast }) => atLeast > threshold);
	return over.length === 0 ? undefined : longest(over);
}

/** A single try that went amiss has no length that is certain, but where nothing may happen it is too much. */
function anyBeyond(spans: readonly Span[], threshold: number | undefined): Span | undefined {
	const some = spans.filter(({ atMost }) => atMost > 0);
	return threshold === 0 && some.length > 0 ? longest(some) : beyond(spans, threshold);
}

function longest(spans: readonly Span[]): Span {
	return spans.reduce((one, other) => (other.atMost > one.atMost ? other : one));
}

/**
 * `bracketed`: the path itself was open before the last and after the first time in which it was forbidden; `contrast`: its
 * client reached another target, or this one in another way, while its server answered others.
 */
function proofOf(history: ScenarioHistory, chaos: ChaosPlan, cell: Cell, { tries, forbidden }: ChaosFindings): Proof {
	const controls = (history.triesByCell.get(cell.id) ?? []).flatMap(({ seen, result }) =>
		seen.lands === 'replied' && result ? [result.endedAt] : [],
	);
	const open = [...controls, ...tries.flatMap(({ landed, at }) => (landed === 'replied' ? [at] : []))];
	const last = forbidden.at(-1)?.to ?? 0;
	const first = forbidden[0]?.from ?? 0;
	if (
		open.some((at) => at < last && !isWithin(at, forbidden)) &&
		open.some((at) => at > first && !isWithin(at, forbidden))
	) {
		return 'bracketed';
	}
	const own = chaos.cells.some((id) => {
		const other = history.cells.get(id);
		if (!other || id === cell.id || other.from.kind !== cell.from.kind || other.from.name !== cell.from.name)
			return false;
		if (other.protocol !== cell.protocol || other.family !== cell.family) return false;
		return repliesOf(history, id).length > 0;
	});
	return own ? 'contrast' : 'none';
}

/** When anybody else was answered by the server of a path, at its port. */
function repliesOfServer(history: ScenarioHistory, chaos: ChaosPlan, cell: Cell): number[] {
	const others = chaos.cells.filter((id) => {
		const other = history.cells.get(id);
		if (!other || id === cell.id) return false;
		const samePlace = other.to.kind === cell.to.kind && other.to.name === cell.to.name && other.port === cell.port;
		return samePlace && other.protocol === cell.protocol && other.family === cell.family;
	});
	return others.flatMap((id) => repliesOf(history, id)).sort((a, b) => a - b);
}

function repliesOf(history: ScenarioHistory, id: string): number[] {
	return streamTries(history.streams.byCell.get(id) ?? []).flatMap(({ landed, at }) =>
		landed === 'replied' ? [at] : [],
	);
}

function times(count: number): string {
	return count === 1 ? 'once' : `${count} times`;
}

function share(covered: number): string {
	return `${Math.floor(covered * 100)} %, at least ${enough * 100} %`;
}

function text({ atLeast, atMost }: Span): string {
	return `${Math.round(atLeast)} to ${Math.round(atMost)} ms`;
}

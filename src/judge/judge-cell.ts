import type { ClusterFacts } from '../model/cluster.ts';
import type { Cell, ScenarioPlan } from '../model/plan.ts';
import type { CellVerdict } from '../model/verdict.ts';
import type { CellContext } from './cell-context.ts';
import { observeDns } from './dns-observed.ts';
import { endpointText } from './endpoint-text.ts';
import { underFaults } from './faults.ts';
import { type Judgement, judgement } from './finding-out.ts';
import { judgeAllowed } from './judge-allowed.ts';
import { judgeChaosCell } from './judge-chaos-cell.ts';
import { judgeBlocked } from './judge-blocked.ts';
import { judgePresented } from './judge-presented.ts';
import { judgeObserved, judgeUnprotected } from './judge-observed.ts';
import { judgeWire, wireOf } from './judge-wire.ts';
import { observe } from './observed.ts';
import { policyEventFindings } from './policy-events.ts';
import { withRealNames } from './real-names.ts';
import { reason } from './reasons.ts';
import { repeatCommand } from './repeat-command.ts';
import { diagnose } from './three-sides.ts';
import type { TryRecord } from './try-record.ts';

/** As many line numbers as a person looks at. */
const maximumEvidence = 20;

export function judgeCell(context: CellContext, cell: Cell, cluster: ClusterFacts | undefined): CellVerdict {
	if (cell.chaos) return judgeChaosCell(context, cell, cluster);
	const { plan } = context.history;
	const expected = expectedState(cell);
	const tries = context.declared(cell);
	const wire = wireOf(context, cell);
	const named = withRealNames(cell, context.history.namespaces);
	const answered = judgePresented(context.history, named, tries, decide(context, named, plan));
	const decided = judgeWire(cell, answered, wire, expected === 'allowed');
	const found = underFaults(context.history, tries, decided);
	const logged = policyEventFindings(context, cell, tries);
	// Of how a path is closed, and of what can be read on it, policies' text predicts nothing.
	const closing = found.reasons.some(
		({ code }) => code === 'leak-readable' || (cell.by && code === 'closed-otherwise'),
	);
	const sides =
		expected && !closing
			? diagnose(expected, cell.prediction.verdict, found.verdict)
			: { diagnosis: undefined, finding: undefined };
	const { id, kind, port, protocol, family, phase, expectation, prediction, position } = cell;
	return {
		...{ id, scenario: plan.name, kind, from: endpointText(cell.from), to: endpointText(cell.to) },
		...{ port, protocol, family, phase, expectation, because: cell.reason, prediction },
		...(cell.standsFor !== undefined && { standsFor: cell.standsFor }),
		...(cell.first && { first: cell.first }),
		...(cell.lands && { lands: `${endpointText(cell.lands)}:${cell.lands.port}` }),
		...(cell.tls && { certificate: cell.tls.certificate }),
		...(cell.identity !== undefined && { identity: cell.identity }),
		...(cell.forgedIdentity !== undefined && { forgedIdentity: cell.forgedIdentity }),
		...(cell.query && { query: cell.query }),
		observed: { ...observe(cell, tries), ...(cell.query && { dns: observeDns(context.history, cell, tries) }) },
		...(wire && { wire: { state: wire.state, readable: wire.readable, tries: wire.tries } }),
		controls: found.controls.map(({ control, held, detail }) => ({ control, held, detail })),
		proof: found.proof,
		verdict: found.verdict,
		diagnosis: sides.diagnosis,
		findings: [...found.findings, ...(sides.finding ? [sides.finding] : []), ...logged],
		reasons: found.reasons,
		evidence: evidenceOf(found.deciding),
		position,
		repeat: repeatCommand(plan.file, id, cluster),
	};
}

/** What the three-sided table calls declared; `predicted` takes it from the prediction. */
function expectedState(cell: Cell): 'allowed' | 'blocked' | undefined {
	const expectation = cell.expectation === 'predicted' ? cell.prediction.verdict : cell.expectation;
	return expectation === 'allowed' || expectation === 'blocked' ? expectation : undefined;
}

function decide(context: CellContext, cell: Cell, plan: ScenarioPlan): Judgement {
	const skip = plan.skip ?? cell.skip;
	if (skip !== undefined) return judgement('skipped', [reason('skipped', skip)]);
	const expected = expectedState(cell);
	if (cell.expectation === 'predicted' && !expected) {
		return judgement('skipped', [reason('left-out', `prediction ${cell.prediction.verdict}`)]);
	}
	if (!context.history.span) return judgement('inconclusive', [reason('scenario-not-run')]);
	if (expected === 'allowed') return judgeAllowed(context, cell);
	if (expected === 'blocked') return judgeBlocked(context, cell);
	return cell.expectation === 'observe' ? judgeObserved(context, cell) : judgeUnprotected(context, cell);
}

function evidenceOf(deciding: readonly TryRecord[]): number[] {
	const lines = new Set<number>();
	for (const { event, result, witnesses, identities, syns, sightings } of deciding) {
		lines.add(event.n);
		for (const line of [result, ...witnesses, ...identities, ...syns, ...sightings]) if (line) lines.add(line.n);
		if (lines.size >= maximumEvidence) break;
	}
	return [...lines].slice(0, maximumEvidence).sort((a, b) => a - b);
}

import type { ClusterFacts } from '../model/cluster.ts';
import type { OutcomeCode } from '../model/outcome.ts';
import type { Cell } from '../model/plan.ts';
import type { CellVerdict, Observed } from '../model/verdict.ts';
import type { CellContext } from './cell-context.ts';
import { endpointText } from './endpoint-text.ts';
import { judgement } from './finding-out.ts';
import { type ChaosJudgement, judgeChaos } from './judge-chaos.ts';
import { reason } from './reasons.ts';
import { repeatCommand } from './repeat-command.ts';
import type { StreamTry } from './stream-tries.ts';

/** As many line numbers as a person looks at. */
const maximumEvidence = 20;

export function judgeChaosCell(context: CellContext, cell: Cell, cluster: ClusterFacts | undefined): CellVerdict {
	const { plan } = context.history;
	const found = decide(context, cell);
	const { id, kind, port, protocol, family, phase, expectation, prediction, position } = cell;
	const tries = found.found?.tries ?? [];
	const telling = [...(found.found?.leaks ?? []), ...(found.found?.outages ?? [])].flatMap((window) => window.tries);
	return {
		...{ id, scenario: plan.name, kind, from: endpointText(cell.from), to: endpointText(cell.to) },
		...{ port, protocol, family, phase, expectation, because: cell.reason, prediction },
		observed: observe(tries),
		...(found.found && { chaos: found.found.measures }),
		controls: found.controls.map(({ control, held, detail }) => ({ control, held, detail })),
		...{ proof: found.proof, verdict: found.verdict, findings: found.findings, reasons: found.reasons },
		// What the path is meant to be is what the policies' text says, so nobody but the engine can differ.
		diagnosis: found.verdict === 'leak' || found.verdict === 'broken' ? 'engine' : undefined,
		evidence: [...new Set(telling.map(({ n }) => n))].slice(0, maximumEvidence).sort((a, b) => a - b),
		position,
		repeat: repeatCommand(plan.file, id, cluster),
	};
}

function decide(context: CellContext, cell: Cell): ChaosJudgement {
	const { history } = context;
	const skip = history.plan.skip ?? cell.skip;
	const none = { found: undefined };
	if (skip !== undefined) return { ...judgement('skipped', [reason('skipped', skip)]), ...none };
	if (!cell.chaos?.expects.some((state) => state === 'allowed' || state === 'blocked')) {
		return { ...judgement('skipped', [reason('left-out', `prediction ${cell.prediction.verdict}`)]), ...none };
	}
	if (!history.span) return { ...judgement('inconclusive', [reason('scenario-not-run')]), ...none };
	return judgeChaos(context, cell);
}

function observe(tries: readonly StreamTry[]): Observed {
	const outcomes: Partial<Record<OutcomeCode, number>> = {};
	for (const code of tries.flatMap(({ code }) => code ?? []).sort()) outcomes[code] = (outcomes[code] ?? 0) + 1;
	const landed = tries.filter((attempt) => attempt.landed !== undefined);
	const replied = tries.filter((attempt) => attempt.landed === 'replied');
	const trips = replied.map(({ at, endedAt }) => endedAt - at).sort((a, b) => a - b);
	const median = trips[Math.floor(trips.length / 2)];
	return {
		state: landed.length > 0 ? 'open' : tries.some(({ ran }) => ran) ? 'closed' : 'unknown',
		tries: tries.length,
		outcomes,
		delivered: landed.length,
		synReceived: 0,
		roundTrip: median === undefined ? undefined : Math.round(median * 1000) / 1000,
	};
}

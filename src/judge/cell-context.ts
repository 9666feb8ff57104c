import type { Cell } from '../model/plan.ts';
import { Duties } from './duties.ts';
import { Proofs } from './proof.ts';
import type { ScenarioHistory } from './scenario-history.ts';
import type { TryRecord } from './try-record.ts';

/** What every cell of a scenario is judged with. */
export class CellContext {
	readonly history: ScenarioHistory;
	readonly duties: Duties;
	readonly proofs: Proofs;
	/** Packets can be captured on the cluster. */
	readonly captures: boolean;

	constructor(history: ScenarioHistory, captures: boolean) {
		this.history = history;
		this.captures = captures;
		this.duties = new Duties(history);
		this.proofs = new Proofs(history);
	}

	/** The tries that the verdict is about; all others are controls. */
	declared(cell: Cell): TryRecord[] {
		return (this.history.triesByCell.get(cell.id) ?? []).filter((record) => record.event.purpose === 'declared');
	}
}

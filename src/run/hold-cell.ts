import type { Cell, HeldConnection } from '../model/plan.ts';

/** A held connection's opening is a try like any other, on a cell of its own that is not judged. */
export function holdCell(hold: HeldConnection): Cell {
	return {
		...hold,
		id: `hold/${hold.name}/${hold.family}`,
		path: `hold/${hold.name}/${hold.family}`,
		kind: 'connect',
		on: hold.name,
		expectation: 'observe',
		reason: undefined,
		by: undefined,
		prediction: { verdict: 'unknown', because: [] },
		phase: undefined,
		tries: 1,
		skip: undefined,
		position: { file: '', line: 0, column: 0 },
	};
}

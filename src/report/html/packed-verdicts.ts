import type { CellVerdict, RunVerdicts, ScenarioVerdict } from '../../model/verdict.ts';

type Control = CellVerdict['controls'][number];

/**
 * The verdicts as a page carries them. Thousands of cells rest on the same few controls, which are half of
 * verdicts.json: each stands once in `controls`, and cells name it by its place there.
 */
export interface PackedVerdicts {
	controls: Control[];
	verdicts: Omit<RunVerdicts, 'scenarios'> & {
		scenarios: (Omit<ScenarioVerdict, 'cells'> & { cells: PackedCell[] })[];
	};
}

export type PackedCell = Omit<CellVerdict, 'controls'> & { controls: number[] };

export function packVerdicts(run: RunVerdicts): PackedVerdicts {
	const controls: Control[] = [];
	const places = new Map<string, number>();
	const placeOf = (control: Control): number => {
		const key = JSON.stringify([control.control, control.held, control.detail]);
		const known = places.get(key);
		if (known !== undefined) return known;
		places.set(key, controls.length);
		return controls.push(control) - 1;
	};
	const scenarios = run.scenarios.map((scenario) => ({
		...scenario,
		cells: scenario.cells.map((cell) => ({ ...cell, controls: cell.controls.map(placeOf) })),
	}));
	return { controls, verdicts: { ...run, scenarios } };
}

/** All cells in the order of the scenarios; a square's `data-c` is a place in this list. */
export function unpackCells({ controls, verdicts }: PackedVerdicts): CellVerdict[] {
	return verdicts.scenarios.flatMap((scenario) =>
		scenario.cells.map((cell) => ({ ...cell, controls: cell.controls.flatMap((place) => controls[place] ?? []) })),
	);
}

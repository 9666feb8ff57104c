import { type Edit, type FieldPath, setting } from '../mutant.ts';

/** The other modes of a field that names one; `now` undefined: it isn't set. */
export function modeMutants(now: unknown, modes: readonly string[], at: FieldPath): Edit[] {
	return modes
		.filter((mode) => mode !== now)
		.map((mode) => ({
			...setting('change-mode', at, mode),
			field: [...at, mode],
		}));
}

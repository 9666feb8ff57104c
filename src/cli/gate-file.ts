import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GateInput } from '../model/gate.ts';
import { GatecrashError } from '../model/gatecrash-error.ts';

/** In the run folder, so that `judge` and `report` come to the same. */
export const gateFile = 'gate.json';

/** Of a recorded run; one without waivers and baseline has no such file. */
export function readGateFile(folder: string): GateInput {
	const file = join(folder, gateFile);
	if (!existsSync(file)) return { waivers: [] };
	try {
		return JSON.parse(readFileSync(file, 'utf8')) as GateInput;
	} catch (cause) {
		throw new GatecrashError('GC_RUN_FOLDER', `${file} cannot be read`, { cause });
	}
}

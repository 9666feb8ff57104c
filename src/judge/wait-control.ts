import { type Control, held, missing } from './control.ts';
import type { Epoch } from './epoch.ts';

/**
 * The wait was long enough to call silence an answer: at least twice what the slowest control needed, and never below
 * the floor. The burst with the controls may have been slower than the calibration before it foresaw.
 */
export function waitControl(epoch: Epoch): Control {
	const control = 'wait calibrated';
	if (epoch.calibrations.length === 0) return missing(control, 'not-calibrated', `epoch ${epoch.number}`);
	for (const { wait, floor, slowest, samples } of epoch.calibrations) {
		const detail = `waited ${wait} ms, slowest of ${samples} controls ${slowest} ms, floor ${floor} ms`;
		if (wait < floor || slowest * 2 > wait) return missing(control, 'wait-too-short', detail);
	}
	const { wait, slowest, samples } = epoch.calibrations[0] ?? { wait: 0, slowest: 0, samples: 0 };
	return held(control, `waited ${wait} ms, slowest of ${samples} controls ${slowest} ms`);
}

import { setFlagsFromString } from 'node:v8';

/** Per cent of what is in use. */
const garbageAtMost = 50;

/**
 * From now on V8 collects garbage when the heap has grown by half since the last time. By itself it waits until the heap is
 * up to four times as large where the machine has the memory (`MemoryController::GrowingFactor`, src/heap/heap-controller.cc
 * of V8). Planning and judging hold one scenario and drop it for the next, so that most of the peak was garbage: judging
 * 100,800 cells 1,037 MiB, with 200 MiB in use; 481 MiB with this, and a tenth more time. It is for the whole process, so for
 * commands on large runs alone. It bounds nothing that is in use, and so no run fails of it that would not have failed
 * without. Returns what undoes it.
 */
export function boundGarbage(): () => void {
	setFlagsFromString(`--heap-growing-percent=${garbageAtMost}`);
	// 0 is V8's default: it decides itself.
	return () => setFlagsFromString('--heap-growing-percent=0');
}

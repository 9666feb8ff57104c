import { closeSync, openSync, readSync, renameSync, rmSync } from 'node:fs';
import { writeFully } from '../history/write-fully.ts';
import type { RunVerdicts, ScenarioVerdict } from '../model/verdict.ts';
import { renderJson, sortKeys } from '../report/json.ts';

/** Writes verdicts.json of a run whose verdicts are more than memory holds: the same bytes as `renderJson` gives. */
export interface VerdictsFile {
	/** In any order; `place`: of the scenario in the plan. */
	add(scenario: ScenarioVerdict, place: number): void;
	/** Puts it together, in one step. `run`: all but the scenarios, which were added. */
	finish(run: RunVerdicts): void;
	/** Leaves nothing behind; after `finish` it does nothing. */
	discard(): void;
}

/** Whoever opens it calls `discard` in the end. */
export function openVerdictsFile(file: string): VerdictsFile {
	const parts = `${file}.${process.pid}.parts`;
	const whole = `${file}.${process.pid}`;
	const descriptor = openSync(parts, 'w+');
	const spans: ({ from: number; length: number } | undefined)[] = [];
	let end = 0;
	let open = true;
	const discard = () => {
		if (open) closeSync(descriptor);
		open = false;
		rmSync(parts, { force: true });
		rmSync(whole, { force: true });
	};
	return {
		add(scenario, place) {
			const from = end;
			const write = (text: string) => {
				writeFully(descriptor, text);
				end += Buffer.byteLength(text);
			};
			writeScenario(scenario, write);
			spans[place] = { from, length: end - from };
		},
		finish(run) {
			const [head = '', tail = ''] = renderJson({ ...run, scenarios: [] }).split('\n  "scenarios": []');
			const target = openSync(whole, 'w');
			try {
				const some = spans.filter((span) => span !== undefined);
				writeFully(target, `${head}\n  "scenarios": ${some.length === 0 ? '[]' : '['}`);
				some.forEach(({ from, length }, index) => {
					writeFully(target, `${index === 0 ? '' : ','}\n    `);
					copy(descriptor, from, length, target);
				});
				writeFully(target, `${some.length === 0 ? '' : '\n  ]'}${tail}`);
			} finally {
				closeSync(target);
			}
			renameSync(whole, file);
			discard();
		},
		discard,
	};
}

/** Characters that are gathered before they are written: a scenario as one text would be hundreds of megabytes. */
const batch = 1 << 20;

/** As it stands in the whole: two levels in. */
function writeScenario({ cells, ...rest }: ScenarioVerdict, write: (text: string) => void): void {
	const empty = indented({ ...rest, cells: [] }, '    ');
	const [head = '', tail = ''] = empty.split('\n      "cells": []');
	if (cells.length === 0) return write(empty);
	let text = `${head}\n      "cells": [`;
	cells.forEach((cell, index) => {
		text += `${index === 0 ? '' : ','}\n        ${indented(cell, '        ')}`;
		if (text.length < batch) return;
		write(text);
		text = '';
	});
	write(`${text}\n      ]${tail}`);
}

function indented(value: unknown, by: string): string {
	return JSON.stringify(sortKeys(value), null, 2).replaceAll('\n', `\n${by}`);
}

function copy(source: number, from: number, length: number, target: number): void {
	const chunk = Buffer.alloc(Math.min(length, 1 << 20));
	for (let done = 0; done < length; ) {
		const read = readSync(source, chunk, 0, Math.min(chunk.length, length - done), from + done);
		if (read === 0) throw new Error('the file of parts is shorter than what was written to it');
		writeFully(target, chunk.subarray(0, read));
		done += read;
	}
}

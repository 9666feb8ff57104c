import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { ProcessMark } from '../model/process.ts';

export function currentProcess(): ProcessMark {
	return { host: hostname(), pid: process.pid, boot: bootId(), started: startOf(process.pid) };
}

/** `unknown`: it ran on another machine. */
export function stateOf(mark: ProcessMark): 'alive' | 'dead' | 'unknown' {
	if (mark.host !== hostname()) return 'unknown';
	if (mark.boot !== undefined && mark.boot !== bootId()) return 'dead';
	try {
		process.kill(mark.pid, 0);
	} catch (error) {
		// EPERM: it is there, and belongs to somebody else.
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
	}
	const started = startOf(mark.pid);
	return mark.started !== undefined && started !== undefined && mark.started !== started ? 'dead' : 'alive';
}

function bootId(): string | undefined {
	return readText('/proc/sys/kernel/random/boot_id')?.trim();
}

function startOf(pid: number): string | undefined {
	const stat = readText(`/proc/${pid}/stat`);
	// The name in field 2 may hold blanks and parentheses; fields are counted from behind it.
	return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function readText(file: string): string | undefined {
	try {
		return readFileSync(file, 'utf8');
	} catch {
		return undefined;
	}
}

import { readFileSync, writeFileSync } from 'node:fs';
import { execa } from 'execa';

export interface Stage {
	name: string;
	seconds: number;
	/** Of the memory that the process had at once (resident set), MiB, as the kernel says. */
	peak: number;
}

/** MiB: 2 GiB. */
export const peakLimit = 2048;

/** Runs a process to its end. Rejects where it ends with another code than 0, with what it said. */
export async function measureProcess(name: string, args: string[]): Promise<Stage> {
	const began = performance.now();
	const running = execa(process.execPath, args, { reject: false, stdout: 'ignore' });
	let peak = 0;
	const timer = setInterval(() => {
		peak = Math.max(peak, peakOf(running.pid));
	}, 50);
	const { exitCode, stderr } = await running.finally(() => clearInterval(timer));
	if (exitCode !== 0) throw new Error(`${args.join(' ')} ended with ${exitCode}: ${stderr.slice(-2000)}`);
	return { name, seconds: (performance.now() - began) / 1000, peak };
}

/** Measures a part of what this very process does: its peak begins anew with what is resident (proc(5), clear_refs). */
export async function measurePart(name: string, work: () => unknown): Promise<Stage> {
	writeFileSync('/proc/self/clear_refs', '5');
	const began = performance.now();
	await work();
	return { name, seconds: (performance.now() - began) / 1000, peak: peakOf('self') };
}

/** 0 of a process that has ended. */
function peakOf(pid: number | 'self' | undefined): number {
	try {
		return Number(/^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
	} catch {
		return 0;
	}
}

export const stageHead = 'stage                                                  s  peak MiB  limit MiB';

export function describeStage({ name, seconds, peak }: Stage): string {
	const over = peak > peakLimit ? '  OVER' : '';
	return `${name.padEnd(48)} ${seconds.toFixed(1).padStart(7)} ${peak.toFixed(0).padStart(9)} ${String(peakLimit).padStart(10)}${over}`;
}
